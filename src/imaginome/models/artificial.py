"""The samples of an artificial panel: names that belong to nobody."""

from __future__ import annotations

from imaginome.panel import Samples, strings
from imaginome.panel.frame import PanelFrame

ARTIFICIAL_PREFIX = "IMG"


def artificial_samples(n: int, frame: PanelFrame, populations: list[str] | None) -> Samples:
    """Return samples ``IMG000001`` and on, with population labels where they were drawn.

    Parameters
    ----------
    n
        Number of individuals.
    frame
        Gives the superpopulation of each population.
    populations
        The population of each individual, or None.
    """
    ids = strings([f"{ARTIFICIAL_PREFIX}{i + 1:06d}" for i in range(n)])
    if populations is None:
        return Samples(ids)
    above = frame.superpopulations
    return Samples(
        ids,
        population=strings(populations),
        superpopulation=strings([above[p] for p in populations]) if above else None,
    )
