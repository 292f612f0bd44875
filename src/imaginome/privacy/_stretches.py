"""Predicates made of artificial records alone: stretches that only one of them carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numba import njit

from imaginome.arrays import Bools, Float64s, Int32s, Int64s, UInt8s
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel
from imaginome.parallel import map_pieces, pieces

MOST_PREDICATES = 4000
LONGER = 1.5
"""Length of a predicate, in multiples of the shortest stretch that one record alone carries."""
PREDICATES_A_PIECE = 100
NOBODY = -1


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of artificial haplotypes; build with `of`.

    Attributes
    ----------
    rows
        Distinct artificial haplotypes: ``uint8``, shape ``(n_rows, n_sites)``.
    row, start, stop
        ``int64``, shape ``(n_predicates,)``: haplotype, first site, and first site behind.
    """

    rows: Haplotypes
    row: Int64s
    start: Int64s
    stop: Int64s

    @classmethod
    def of(cls, comparison: Comparison) -> Stretches:
        """Draw places at random; each stretch ends where no other record goes along any more.

        Those that do not become unique before their contig ends are left out.
        """
        rows = np.unique(comparison.artificial.haplotypes, axis=0)
        rng = comparison.rng("singling-out", "places")
        row = rng.integers(0, len(rows), MOST_PREDICATES)
        start = rng.integers(0, rows.shape[1], MOST_PREDICATES)
        ends = comparison.artificial.sites.contig_borders()[1]
        stop = np.zeros(MOST_PREDICATES, dtype=np.int64)

        def grow(part: slice) -> None:
            _grow_kernel(rows, row[part], start[part], ends, stop[part])

        map_pieces(grow, pieces(MOST_PREDICATES, PREDICATES_A_PIECE), comparison.threads)
        return cls(rows, row, start, stop).only(stop <= ends[start])

    def only(self, chosen: Bools) -> Stretches:
        """Return some of the predicates."""
        return Stretches(self.rows, self.row[chosen], self.start[chosen], self.stop[chosen])

    def longer(self, times: float, ends: Int64s) -> Stretches:
        """Return stretches some times as long; those that would cross a contig's end are cut."""
        length = np.ceil((self.stop - self.start) * times).astype(np.int64)
        stop = np.minimum(self.start + length, ends[self.start])
        return Stretches(self.rows, self.row, self.start, stop)

    def __len__(self) -> int:
        """Return the number of predicates."""
        return len(self.row)

    def guess(self, frequency: Float64s, n_individuals: int) -> float:
        """Return how often stretches single somebody out if sites were independent.

        Parameters
        ----------
        frequency
            ALT frequency of each site among the artificial.
        n_individuals
            People among whom exactly one is sought.

        Returns
        -------
        float
            NaN where there are no stretches.
        """
        if len(self) == 0:
            return float("nan")
        some = np.clip(frequency, 1e-9, 1.0 - 1e-9)
        logs = np.log(np.stack([1.0 - some, some]))
        total = np.empty(len(self))
        for p, (row, start, stop) in enumerate(zip(self.row, self.start, self.stop, strict=True)):
            total[p] = logs[self.rows[row, start:stop], np.arange(start, stop)].sum()
        person = 1.0 - (1.0 - np.exp(total)) ** 2
        return float(np.mean(n_individuals * person * (1.0 - person) ** (n_individuals - 1)))


@dataclass(frozen=True, eq=False)
class Carriers:
    """Who carries each stretch on either haplotype.

    Attributes
    ----------
    count
        ``int32``, shape ``(n_predicates,)``: individuals that carry it.
    first, second
        ``int32``: the first two of them; -1 where there is none.
    """

    count: Int32s
    first: Int32s
    second: Int32s

    @classmethod
    def of(cls, stretches: Stretches, people: Panel, threads: int) -> Carriers:
        """Compare every individual with every stretch."""
        found = np.full((3, len(stretches)), NOBODY, dtype=np.int32)
        work = partial(_count_piece, stretches, people.haplotypes, found)
        map_pieces(work, pieces(len(stretches), PREDICATES_A_PIECE), threads)
        return cls(*found)

    def singled(self) -> float:
        """Return the share of stretches that exactly one individual carries."""
        return float(np.mean(self.count == 1)) if len(self.count) else float("nan")

    def influence(self, n_individuals: int) -> Float64s:
        """Return how far the share falls when an individual is left out: ``(n_individuals,)``.

        Stretches that only this one carries are lost, and those that one other carries too are
        won.
        """
        lost = np.bincount(self.first[self.count == 1], minlength=n_individuals)
        pairs = np.concatenate([self.first[self.count == 2], self.second[self.count == 2]])
        won = np.bincount(pairs, minlength=n_individuals)
        return np.asarray((lost - won) / max(len(self.count), 1), dtype=np.float64)


def _count_piece(stretches: Stretches, people: Haplotypes, found: Int32s, part: slice) -> None:
    borders = stretches.row[part], stretches.start[part], stretches.stop[part]
    _count_kernel(stretches.rows, *borders, people, found[:, part])


@njit(cache=True, nogil=True)
def _grow_kernel(rows: Haplotypes, row: Int64s, start: Int64s, ends: Int64s, stop: Int64s) -> None:
    """End each stretch one site behind the longest run that it shares with another row."""
    for p in range(row.shape[0]):
        longest, end = start[p], ends[start[p]]
        for other in range(rows.shape[0]):
            if other == row[p]:
                continue
            k = start[p]
            while k < end and rows[other, k] == rows[row[p], k]:
                k += 1
            longest = max(longest, k)
        stop[p] = longest + 1


@njit(cache=True, nogil=True)
def _carries(person: Haplotypes, row: UInt8s, start: int, stop: int) -> bool:
    k = start
    while k < stop and person[0, k] == row[k]:
        k += 1
    if k == stop:
        return True
    k = start
    while k < stop and person[1, k] == row[k]:
        k += 1
    return bool(k == stop)


@njit(cache=True, nogil=True)
def _count_kernel(
    rows: Haplotypes,
    row: Int64s,
    start: Int64s,
    stop: Int64s,
    people: Haplotypes,
    found: Int32s,
) -> None:
    for p in range(row.shape[0]):
        count = 0
        for i in range(people.shape[0] // 2):
            if _carries(people[2 * i : 2 * i + 2], rows[row[p]], start[p], stop[p]):
                if count < 2:
                    found[1 + count, p] = i
                count += 1
        found[0, p] = count
