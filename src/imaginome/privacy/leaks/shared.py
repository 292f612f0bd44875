"""What copies and mosaics share as known leaks."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Indices
from imaginome.panel import Haplotypes, Panel, haplotype_rows
from imaginome.privacy.leaks.base import KnownLeak, populations

# -- Mosaics of train haplotypes -------------------------------------------------------------------


def mosaic(
    train: Panel, length: float, wanted: npt.NDArray[np.str_], rng: np.random.Generator
) -> Haplotypes:
    """Paste pieces of train haplotypes one after the other.

    Parameters
    ----------
    train
        The donors.
    length
        Mean length of a piece, geometric (sites); a contig begins with a new piece.
    wanted
        Population of each haplotype, whose donors are of it where train has any.
    rng
        Where draws come from.

    Returns
    -------
    numpy.ndarray
        ``uint8``, shape ``(len(wanted), n_sites)``.
    """
    rows = np.empty((len(wanted), train.n_sites), dtype=np.uint8)
    population = np.repeat(populations(train.samples), 2)
    starts, columns = train.sites.contig_starts(), np.arange(train.n_sites)
    donors = {name: np.flatnonzero(population == name) for name in np.unique(wanted)}
    for row, name in zip(rows, wanted, strict=True):
        mine = donors[name] if len(donors[name]) else np.arange(len(population))
        begins = starts | (rng.random(len(starts)) < 1.0 / length)
        donor = rng.choice(mine, int(begins.sum()))[np.cumsum(begins) - 1]
        row[:] = train.haplotypes[donor, columns]
    return rows


def flipped(rows: Haplotypes, share: float, rng: np.random.Generator) -> Haplotypes:
    """Return the rows with a share of alleles changed, each by a chance of its own."""
    changed = rng.random(rows.shape, dtype=np.float32) < share
    return np.asarray(rows ^ changed, dtype=np.uint8)


# -- Leaks by copies of train members --------------------------------------------------------------


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


# -- Leaks by mosaics of train haplotypes ----------------------------------------------------------


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
