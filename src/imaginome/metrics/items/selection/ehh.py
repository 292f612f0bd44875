"""Extended haplotype homozygosity, integrated over distance on both sides of a core site.

From each core outward, haplotypes are kept in classes of those identical so far. A further site
splits classes by the carriers of its rarer allele, so that a step costs as many operations as
there are carriers, not haplotypes; the number of identical pairs is kept as classes split.
All counts are integers, and every core is computed on its own: threads change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices, Int8s, Int64s
from imaginome.kernels.compile import compiled
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes, Sites

CUT = 0.05
"""Integration ends where homozygosity has fallen to this (Voight et al. 2006)."""
WIDE_GAP = 20_000
"""Longer gaps between sites, in bp, count as this long: nothing is known of what is in them."""
WIDEST_GAP = 200_000
"""No integral goes on across a longer gap, in bp."""
PIECE = 32


@dataclass(frozen=True, eq=False)
class Carriers:
    """The haplotypes with the rarer allele of each site.

    Attributes
    ----------
    first
        ``intp``, shape ``(n_sites + 1,)``: where those of each site begin in `rows`.
    rows
        ``intp``: haplotypes, site after site.
    n
        Number of haplotypes.
    """

    first: Indices
    rows: Indices
    n: int

    @classmethod
    def of(cls, haplotypes: Haplotypes) -> Carriers:
        """List the carriers; `haplotypes` is ``uint8``, shape ``(n, n_sites)``."""
        n, m = haplotypes.shape
        flipped = haplotypes.sum(axis=0, dtype=np.int64) * 2 > n
        site, row = np.nonzero((haplotypes ^ flipped).T)
        first = np.zeros(m + 1, dtype=np.intp)
        first[1:] = np.cumsum(np.bincount(site, minlength=m))
        return cls(first, row.astype(np.intp), n)


def gaps(sites: Sites) -> Float64s:
    """Return the distance between each site and the next, ``(n_sites - 1,)``.

    In cM where all sites carry them, in bp otherwise. Gaps wider than `WIDE_GAP` are shrunk to
    it (cM in the same proportion); -1 marks those that no integral crosses: wider than
    `WIDEST_GAP`, or between contigs.
    """
    physical = np.diff(sites.position).astype(np.float64)
    known = sites.cm is not None and bool(np.isfinite(sites.cm).all())
    length = np.diff(sites.cm) if sites.cm is not None and known else physical
    shrunk = length * np.minimum(1.0, WIDE_GAP / np.maximum(physical, 1.0))
    return np.where(sites.contig_starts()[1:] | (physical > WIDEST_GAP), -1.0, shrunk)


def integrated(
    carriers: Carriers, between: Float64s, cores: Indices, sides: Int8s, threads: int
) -> Float64s:
    """Return integrated homozygosity around each core, for two sets of haplotypes.

    Homozygosity is the share of pairs within a set that are identical from the core, inclusive,
    to a site; it is integrated by trapezia until `CUT` is reached.

    Parameters
    ----------
    between
        From `gaps`.
    cores
        Sites, any number.
    sides
        ``int8``: which of the two sets (0, 1) each haplotype is in, shape ``(n,)`` for the same
        at all cores or ``(len(cores), n)``.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(len(cores), 2)``, in the unit of `between`; NaN where a set has no
        pair, or homozygosity is still above `CUT` where the contig ends or a gap is too wide.
    """

    def work(piece: slice) -> Float64s:
        part = sides if sides.ndim == 1 else sides[piece]
        each = np.broadcast_to(part, (len(cores[piece]), carriers.n))
        return _integrate(
            carriers.first, carriers.rows, between, cores[piece], np.ascontiguousarray(each), CUT
        )

    integrals = map_pieces(work, pieces(len(cores), PIECE), threads)
    return np.concatenate([np.empty((0, 2)), *integrals])


@compiled
def _integrate(
    first: Indices,
    rows: Indices,
    between: Float64s,
    cores: Indices,
    sides: Int8s,
    cut: float,
) -> Float64s:
    """Add the integrals to the left and to the right of each core."""
    n = sides.shape[1]
    area = np.zeros((len(cores), 2))
    state = np.empty((5, n + 2), dtype=np.int64)
    for c in range(len(cores)):
        for step in (-1, 1):
            area[c] += _walk(first, rows, between, cores[c], step, sides[c], cut, state)
    return area


@compiled
def _walk(
    first: Indices,
    rows: Indices,
    between: Float64s,
    core: int,
    step: int,
    sides: Int8s,
    cut: float,
    state: Int64s,
) -> Float64s:
    """Integrate in one direction."""
    pairs, classes = _begin(sides, state)
    total = pairs.copy()
    classes = _split(rows[first[core] : first[core + 1]], state, pairs, classes)
    area = np.zeros(2)
    height = np.zeros(2)
    for s in range(2):
        height[s] = pairs[s] / total[s] if total[s] > 0 else np.nan
    j = core
    # NaN is not above the cut: a set without pairs does not hold up the walk.
    while height[0] > cut or height[1] > cut:
        gap = between[min(j, j + step)] if 0 <= j + step <= len(between) else -1.0
        if gap < 0:
            break
        j += step
        classes = _split(rows[first[j] : first[j + 1]], state, pairs, classes)
        for s in range(2):
            if height[s] > cut:
                now = pairs[s] / total[s]
                area[s] += gap * (height[s] + now) / 2
                height[s] = now
    for s in range(2):
        if not height[s] <= cut:
            area[s] = np.nan
    return area


@compiled
def _begin(sides: Int8s, state: Int64s) -> tuple[Int64s, int]:
    """Put the haplotypes of each set in one class; return pairs by set and the next free class.

    Rows of `state`: class of each haplotype, then size, set, carriers and split of each class.
    """
    state[1:4, :2] = 0
    state[3] = 0
    state[2, 0], state[2, 1] = 0, 1
    for i in range(len(sides)):
        state[0, i] = sides[i]
        state[1, sides[i]] += 1
    pairs = np.empty(2, dtype=np.int64)
    for s in range(2):
        pairs[s] = state[1, s] * (state[1, s] - 1) // 2
    return pairs, 2


@compiled
def _split(carriers: Indices, state: Int64s, pairs: Int64s, classes: int) -> int:
    """Split classes by who is among `carriers`; return the next free class."""
    own, size, side, moved, into = state
    for i in carriers:
        moved[own[i]] += 1
    for i in carriers:
        old = own[i]
        if moved[old] > 0:
            into[old] = old
            if moved[old] < size[old]:
                into[old] = classes
                side[classes] = side[old]
                size[classes] = moved[old]
                size[old] -= moved[old]
                pairs[side[old]] -= size[classes] * size[old]
                classes += 1
            moved[old] = 0
        own[i] = into[old]
    return classes
