"""Leaks in which everyone artificial is pasted together from pieces of train haplotypes."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

import numpy as np

from imaginome.arrays import Indices
from imaginome.panel import Haplotypes, Panel
from imaginome.privacy.leaks._mosaic import mosaic
from imaginome.privacy.leaks._people import populations
from imaginome.privacy.leaks.base import KnownLeak


class Pasted(KnownLeak, ABC):
    """Everyone artificial is a mosaic of donors of one population.

    Attributes
    ----------
    length
        Mean length of a piece (sites).
    """

    length: ClassVar[float]

    def _leaky(
        self,
        train: Panel,
        members: Indices,
        replaced: Panel,
        rng: np.random.Generator,
    ) -> Haplotypes:
        return mosaic(train, self.length, np.repeat(populations(replaced.samples), 2), rng)
