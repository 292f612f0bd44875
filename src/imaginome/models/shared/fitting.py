"""What every fit does before a generator learns: refuse, keep people aside, tell fits apart."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import numpy as np

from imaginome import __version__
from imaginome.dp.guarantee import Guarantee
from imaginome.errors import ModelError, SettingsError
from imaginome.models.shared.artificial import refuse_artificial_names
from imaginome.panel import Panel
from imaginome.panel.split import split_panel
from imaginome.randomness import child_generator

VALIDATION = 0.1
"""Share of individuals on which training stops."""
FEWEST_INDIVIDUALS = 10


def fitting_parts(panel: Panel, seed: int, guarantee: Guarantee | None) -> tuple[Panel, Panel]:
    """Return who is learned from and who is kept aside: under a guarantee nobody."""
    if guarantee is None:
        return split_panel(panel, VALIDATION, child_generator(seed, "validation"))
    return panel, panel.take_individuals(np.array([], dtype=np.intp))


def refuse_unlearnable(panel: Panel, guarantee: Guarantee | None) -> None:
    """Raise for a panel that is too small, constant, or of people with artificial names.

    Whether it is constant depends on everyone's genome: under a guarantee nobody looks.

    Raises
    ------
    ModelError
        When it has fewer than ten individuals, no site, or no site that varies.
    SettingsError
        When delta is not below one over the number of individuals.
    PanelError
        When somebody is called like an artificial individual.
    """
    if panel.n_individuals < FEWEST_INDIVIDUALS or panel.n_sites == 0:
        raise ModelError(
            f"a train panel of {panel.n_individuals} individuals and {panel.n_sites} sites is "
            "too small to learn from",
            f"give at least {FEWEST_INDIVIDUALS} individuals and one site",
        )
    if guarantee is not None:
        _refuse_delta(guarantee, panel.n_individuals)
    elif (panel.haplotypes == panel.haplotypes[0]).all():
        raise ModelError(
            f"all {panel.n_haplotypes} haplotypes of the train panel are the same",
            "there is nothing to learn: give a region with sites that vary",
        )
    refuse_artificial_names(panel.samples)


def _refuse_delta(guarantee: Guarantee, individuals: int) -> None:
    """Raise where the chance of no protection is that of picking out a person of the panel."""
    if math.isfinite(guarantee.epsilon) and guarantee.delta * individuals >= 1:
        raise SettingsError(
            f"delta {guarantee.delta:g} is not below one over the {individuals:,} individuals",
            f"give --delta {0.1 / individuals:.0e} or less",
        )


def panel_digest(panel: Panel, card: dict[str, Any]) -> str:
    """Return a digest of a panel with its labels, this version, and what else `card` says."""
    digest = hashlib.sha256(panel.haplotypes.tobytes())
    digest.update(panel.sites.position.tobytes())
    samples = panel.samples
    labels = (samples.population, samples.superpopulation, samples.phenotype)
    whole = {
        "version": __version__,
        **card,
        "shape": panel.haplotypes.shape,
        "labels": [None if column is None else list(column) for column in labels],
    }
    digest.update(json.dumps(whole, sort_keys=True).encode())
    return digest.hexdigest()
