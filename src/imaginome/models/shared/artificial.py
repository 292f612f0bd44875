"""The samples of an artificial panel: names that belong to nobody."""

from __future__ import annotations

from imaginome.arrays import Int64s
from imaginome.errors import PanelError
from imaginome.panel import Samples, strings
from imaginome.panel.frame import PanelFrame
from imaginome.panel.samples import ARTIFICIAL_PREFIX, artificial_ids


def refuse_artificial_names(samples: Samples) -> None:
    """Raise when a real individual is called like an artificial one.

    Raises
    ------
    PanelError
        Names the first; its artificial namesake could be taken for a real person.
    """
    for sample in samples.id:
        if (
            sample.startswith(ARTIFICIAL_PREFIX)
            and sample.removeprefix(ARTIFICIAL_PREFIX).isdigit()
        ):
            raise PanelError(
                f"sample '{sample}' is called like an artificial individual",
                f"rename samples that are {ARTIFICIAL_PREFIX} and digits",
            )


def artificial_samples(n: int, frame: PanelFrame, classes: Int64s | None) -> Samples:
    """Return samples ``IMG000001`` and on, with labels where they were drawn.

    Parameters
    ----------
    n
        Number of individuals.
    frame
        Gives the labels of each class.
    classes
        The class of each individual as an index into ``frame.classes``, or None.
    """
    ids = artificial_ids(n)
    if classes is None:
        return Samples(ids)
    names = list(frame.classes)
    population, phenotype = ([names[c][part] for c in classes] for part in (0, 1))
    above = frame.superpopulations
    return Samples(
        ids,
        population=strings(population) if frame.populations else None,
        superpopulation=strings([above[p] for p in population]) if above else None,
        phenotype=strings(phenotype) if frame.phenotypes else None,
    )
