"""A model that was overfitted on purpose: it knows every train haplotype by heart."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Indices
from imaginome.citations import cite
from imaginome.panel import Haplotypes, Panel
from imaginome.privacy.leaks.base import KnownLeak, populations
from imaginome.privacy.leaks.shared import flipped, mosaic

SWITCHES = 10.0
ERROR = 0.002


class Overfitted(KnownLeak):
    """Everyone artificial is drawn from a copying model that has each train haplotype as a state.

    The model is that of Li & Stephens (2003) with the states of one population, `SWITCHES`
    jumps a haplotype on average and few mutations.
    """

    id = "overfitted"
    name = "Overfitted copying model"
    description = (
        "Everyone artificial is drawn from a copying model with every train haplotype as a state, "
        "about ten switches a haplotype and one allele in 500 changed."
    )

    citations = cite(
        li2003="haplotypes as imperfect copies of others",
    )

    def _leaky(
        self,
        train: Panel,
        members: Indices,
        replaced: Panel,
        rng: np.random.Generator,
    ) -> Haplotypes:
        wanted = np.repeat(populations(replaced.samples), 2)
        rows = mosaic(train, max(1.0, train.n_sites / SWITCHES), wanted, rng)
        return flipped(rows, ERROR, rng)


ITEM = Overfitted
