"""Longest runs that artificial haplotypes share with blocks of donors, by PBWT in linear time.

The positional Burrows-Wheeler transform (Durbin 2014) keeps all haplotypes sorted by their
reversed prefixes. Between neighbours in that order the divergence array says where their common
run up to the current site begins, so one pass down and one up the order finds, for every
artificial haplotype, where its longest run with each block of donors begins. Donors are divided
into blocks of individuals: leaving blocks out afterwards gives the sampling error that the
finite number of donors brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.arrays import Float32s, Float64s, Int32s, Int64s, UInt8s
from imaginome.kernels.compile import compiled


@dataclass(frozen=True, eq=False)
class Duel:
    """Two sides of donor blocks, compared at every site of every artificial haplotype.

    The longest run that ends at a site with a donor of the first side against that with a donor
    of the second: a win is 2, a tie 1.

    Attributes
    ----------
    first, second
        ``(start, stop)`` of the block numbers of each side.
    wins
        ``int64``, shape ``(n_artificial,)``, summed over sites.
    site_wins
        ``int64``, shape ``(n_sites,)``, summed over artificial haplotypes.
    without
        ``int64``, shape ``(n_blocks,)``: change of the sum of all wins when a block is left out.
    """

    first: tuple[int, int]
    second: tuple[int, int]
    wins: Int64s
    site_wins: Int64s
    without: Int64s

    @classmethod
    def empty(
        cls, first: tuple[int, int], second: tuple[int, int], shape: tuple[int, int, int]
    ) -> Duel:
        """Return a duel with all counts zero; `shape` is (artificial, sites, blocks)."""
        return cls(first, second, *(np.zeros(n, dtype=np.int64) for n in shape))

    def arguments(self) -> tuple[Any, ...]:
        """Return what the kernel needs."""
        return (*self.first, *self.second, self.wins, self.site_wins, self.without)


def scan_contig(
    alleles: UInt8s,
    block: Int64s,
    borders: tuple[int, int],
    lengths: tuple[Float64s, Float32s],
    longest: Float32s,
    duels: tuple[Duel, Duel],
) -> None:
    """Scan one contig, adding to `longest` and `duels` in place.

    Parameters
    ----------
    alleles
        ``uint8``, shape ``(n_sites, n_haplotypes)``, C order: donors, then artificial.
    block
        ``int64``, shape ``(n_donors,)``: block of each donor haplotype.
    borders
        First site of the contig and first site behind it.
    lengths
        How long a run is, as cumulative sums in front of each site: common to all haplotypes,
        shape ``(n_kinds, n_sites + 1)``, and own, shape ``(n_artificial, n_sites + 1)``.
    longest
        ``float32``, shape ``(n_kinds + 1, n_artificial, n_blocks)``.
    duels
        The two comparisons to count.
    """
    common, own = lengths
    one, two = (duel.arguments() for duel in duels)
    _scan_kernel(alleles, block, borders[0], borders[1], common, own, longest, one, two)


@compiled
def advance(alleles: UInt8s, site: int, order: Int32s, diverge: Int32s, spare: Int32s) -> None:
    """Sort haplotypes by one more site (Durbin 2014, algorithm 2); `spare` has two rows."""
    zeros = ones = 0
    p = q = np.int32(site + 1)
    for i in range(order.shape[0]):
        row, start = order[i], diverge[i]
        p, q = max(p, start), max(q, start)
        if alleles[row] == 0:
            order[zeros], diverge[zeros] = row, p
            zeros += 1
            p = np.int32(0)
        else:
            spare[0, ones], spare[1, ones] = row, q
            ones += 1
            q = np.int32(0)
    order[zeros:], diverge[zeros:] = spare[0, :ones], spare[1, :ones]


@compiled
def _starts(
    order: Int32s, diverge: Int32s, block: Int64s, site: int, running: Int32s, starts: Int32s
) -> None:
    """Find where the longest run up to `site` with each block begins, from both neighbours."""
    n, n_donors, n_blocks = order.shape[0], block.shape[0], starts.shape[1]
    running[:] = site + 1
    for i in range(n):
        start, row = diverge[i], order[i]
        for b in range(n_blocks):
            running[b] = max(running[b], start)
        if row < n_donors:
            running[block[row]] = 0
        else:
            starts[row - n_donors] = running
    running[:] = site + 1
    for i in range(n - 1, -1, -1):
        row = order[i]
        if row < n_donors:
            running[block[row]] = 0
        else:
            mine = starts[row - n_donors]
            for b in range(n_blocks):
                mine[b] = min(mine[b], running[b])
        for b in range(n_blocks):
            running[b] = max(running[b], diverge[i])


@compiled
def _end_runs(
    site: int, s: int, new: Int32s, old: Int32s, common: Any, own: Float32s, longest: Float32s
) -> None:
    """Measure the runs of haplotype `s` that did not go on at `site`."""
    kinds = common.shape[0]
    for b in range(old.shape[0]):
        start = old[b]
        if new[b] > start:
            for kind in range(kinds):
                length = np.float32(common[kind, site] - common[kind, start])
                longest[kind, s, b] = max(longest[kind, s, b], length)
            length = own[s, site] - own[s, start]
            longest[kinds, s, b] = max(longest[kinds, s, b], length)
            old[b] = new[b]


@compiled
def _two_first(starts: Int32s, first: int, stop: int, never: int) -> tuple[int, int, int]:
    """Return the earliest start among some blocks, the second, and the block of the first."""
    best, second, which = never, never, first
    for b in range(first, stop):
        if starts[b] < best:
            best, second, which = starts[b], best, b
        elif starts[b] < second:
            second = starts[b]
    return best, second, which


@compiled
def _points(first: int, second: int) -> int:
    return 2 if first < second else (1 if first == second else 0)


@compiled
def _compare_sides(site: int, s: int, starts: Int32s, duel: Any) -> None:
    """Compare the longest runs of two sides, with every block and without the best of each."""
    a0, a1, b0, b1, wins, site_wins, without = duel
    best_a, second_a, block_a = _two_first(starts, a0, a1, site + 1)
    best_b, second_b, block_b = _two_first(starts, b0, b1, site + 1)
    points = _points(best_a, best_b)
    wins[s] += points
    site_wins[site] += points
    without[block_a] += _points(second_a, best_b) - points
    without[block_b] += _points(best_a, second_b) - points


@compiled
def _scan_kernel(
    alleles: UInt8s,
    block: Int64s,
    first: int,
    stop: int,
    common: Any,
    own: Float32s,
    longest: Float32s,
    one: Any,
    two: Any,
) -> None:
    n, n_artificial, n_blocks = alleles.shape[1], longest.shape[1], longest.shape[2]
    order = np.arange(n).astype(np.int32)
    diverge = np.full(n, first, dtype=np.int32)
    spare = np.empty((2, n), dtype=np.int32)
    running = np.empty(n_blocks, dtype=np.int32)
    starts = np.empty((n_artificial, n_blocks), dtype=np.int32)
    old = np.full((n_artificial, n_blocks), first, dtype=np.int32)
    for site in range(first, stop):
        advance(alleles[site], site, order, diverge, spare)
        _starts(order, diverge, block, site, running, starts)
        for s in range(n_artificial):
            _compare_sides(site, s, starts[s], one)
            _compare_sides(site, s, starts[s], two)
            _end_runs(site, s, starts[s], old[s], common, own, longest)
    starts[:] = stop + 1
    for s in range(n_artificial):
        _end_runs(stop, s, starts[s], old[s], common, own, longest)
