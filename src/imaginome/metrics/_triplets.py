"""Triplets of sites and their central third moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s, Indices
from imaginome.metrics._bits import pair_counts, triple_counts
from imaginome.metrics._pairs import PackedSites
from imaginome.panel import Haplotypes

NEAR = (1, 4, 16, 64)
FAR = (256, 512, 1024)
RANDOM = 20_000
MOST_PER_GAP = 25_000
"""Larger panels: this many triplets of each gap, evenly spread."""


@dataclass(frozen=True)
class Triplets:
    """Triplets of one kind.

    Attributes
    ----------
    sites
        Shape ``(n, 3)``, columns increasing.
    gap
        Gap of each triplet in sites; 0 for random triplets.
    """

    name: str
    sites: Indices
    gap: Indices


def at_gap(n_sites: int, gap: int) -> Indices:
    """Return triplets ``(j, j + gap, j + 2 gap)``, at most `MOST_PER_GAP`, shape ``(n, 3)``."""
    number = max(0, n_sites - 2 * gap)
    start = np.arange(number)
    if number > MOST_PER_GAP:
        start = np.linspace(0, number - 1, MOST_PER_GAP).astype(np.intp)
    return start[:, None] + gap * np.arange(3)


def draw_triplets(n_sites: int, rng: np.random.Generator) -> tuple[Triplets, Triplets]:
    """Return triplets at near gaps, and those at far gaps and at random."""
    near = [(at_gap(n_sites, gap), gap) for gap in NEAR]
    drawn = np.sort(rng.integers(0, n_sites, (RANDOM, 3)), axis=1)
    different = (drawn[:, 0] < drawn[:, 1]) & (drawn[:, 1] < drawn[:, 2])
    far = [(at_gap(n_sites, gap), gap) for gap in FAR] + [(drawn[different], 0)]
    return _joined("near", near), _joined("far", far)


def _joined(name: str, parts: list[tuple[Indices, int]]) -> Triplets:
    sites = np.concatenate([part for part, _ in parts])
    gap = np.concatenate([np.full(len(part), gap) for part, gap in parts])
    return Triplets(name, sites, gap)


def from_counts(
    three: npt.ArrayLike, pairs: Sequence[npt.ArrayLike], singles: Sequence[npt.ArrayLike], n: int
) -> Float64s:
    """Return ``E[(x_i - p_i)(x_j - p_j)(x_k - p_k)]`` from carriers.

    Parameters
    ----------
    three
        Joint carriers of all three sites.
    pairs
        Joint carriers of the first and second, first and third, second and third site.
    singles
        Carriers of each site.
    n
        Number of haplotypes.
    """
    abc = np.asarray(three, dtype=np.float64) / n
    ab, ac, bc = (np.asarray(x, dtype=np.float64) / n for x in pairs)
    a, b, c = (np.asarray(x, dtype=np.float64) / n for x in singles)
    return abc - a * bc - b * ac - c * ab + 2 * a * b * c


def cumulants(haplotypes: Haplotypes, triplets: Indices) -> Float64s:
    """Return the three-point correlation of each triplet of sites.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n_haplotypes, n_sites)``.
    triplets
        Shape ``(n, 3)``.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n,)``: ``E[(x_i - p_i)(x_j - p_j)(x_k - p_k)]``.
    """
    return packed_cumulants(PackedSites(haplotypes), triplets)


def packed_cumulants(panel: PackedSites, triplets: Indices) -> Float64s:
    """Return the three-point correlations of a packed panel; see `cumulants`."""
    a, b, c = triplets.T
    pairs = [pair_counts(panel.bits, x, y) for x, y in ((a, b), (a, c), (b, c))]
    singles = [panel.counts[x] for x in (a, b, c)]
    return from_counts(triple_counts(panel.bits, triplets), pairs, singles, panel.n)
