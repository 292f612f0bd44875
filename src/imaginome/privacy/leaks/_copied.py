"""Leaks in which some artificial people are copies of train members."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

import numpy as np

from imaginome.arrays import Indices
from imaginome.panel import Haplotypes, Panel, haplotype_rows
from imaginome.privacy.leaks._mosaic import flipped
from imaginome.privacy.leaks.base import KnownLeak


class Copied(KnownLeak, ABC):
    """A share of artificial people are train members, at least one.

    Attributes
    ----------
    share
        Of artificial people.
    error
        Chance that a copied allele is changed.
    """

    share: ClassVar[float] = 1.0
    error: ClassVar[float] = 0.0

    def carriers(self, n: int) -> int:
        """Return the share in whole people, at least one."""
        return max(1, round(self.share * n))

    def _leaky(
        self,
        train: Panel,
        members: Indices,
        replaced: Panel,
        rng: np.random.Generator,
    ) -> Haplotypes:
        return flipped(train.haplotypes[haplotype_rows(members)], self.error, rng)
