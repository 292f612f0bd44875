"""r2 between pairs of sites, from counts of carriers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Bools, Float64s, Indices
from imaginome.kernels.bits import Bits, band_counts, pack_sites, pair_counts
from imaginome.panel import Haplotypes, Sites


def r2_from_counts(both: npt.ArrayLike, a: npt.ArrayLike, b: npt.ArrayLike, n: int) -> Float64s:
    """Return ``r2 = cov^2 / (p q p' q')`` (Hill and Robertson 1968) from carriers.

    Parameters
    ----------
    both, a, b
        Number of haplotypes that carry ALT at both sites, at the first, at the second.
    n
        Number of haplotypes.

    Returns
    -------
    numpy.ndarray
        ``float64``; NaN where a site is fixed.
    """
    both, a, b = (np.asarray(x, dtype=np.float64) for x in (both, a, b))
    spread = (a * (n - a)) * (b * (n - b))
    covariance = n * both - a * b
    return np.where(spread > 0, covariance**2 / np.where(spread > 0, spread, 1.0), np.nan)


class PackedSites:
    """A panel packed for counting carriers at pairs and triplets of sites.

    Attributes
    ----------
    bits, counts, n
        Packed sites, ALT allele count of each site, number of haplotypes.
    """

    def __init__(self, haplotypes: Haplotypes) -> None:
        self.bits: Bits = pack_sites(haplotypes)
        self.counts = haplotypes.sum(axis=0, dtype=np.int64)
        self.n = len(haplotypes)

    def r2(self, first: Indices, second: Indices) -> Float64s:
        """Return r2 of listed pairs of sites."""
        both = pair_counts(self.bits, first, second)
        return r2_from_counts(both, self.counts[first], self.counts[second], self.n)

    def band(self, start: int, stop: int, width: int) -> Float64s:
        """Return r2 of sites ``start..stop`` with the next `width`: NaN past the end."""
        both = band_counts(self.bits, start, stop, width)
        j = np.arange(start, stop)[:, None]
        partner = np.minimum(j + 1 + np.arange(width), len(self.counts) - 1)
        r2 = r2_from_counts(both, self.counts[j], self.counts[partner], self.n)
        return np.where(both >= 0, r2, np.nan)

    def polymorphic(self) -> Bools:
        """Return which sites have both alleles."""
        return np.asarray((self.counts > 0) & (self.counts < self.n))


def r2_band(haplotypes: Haplotypes, width: int) -> Float64s:
    """Return r2 between each site and the next `width` ones.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n_haplotypes, n_sites)``.
    width
        Largest distance in sites.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n_sites, width)``: entry ``[j, d]`` is r2 of sites ``j`` and
        ``j + 1 + d``; NaN past the last site and where a site is fixed.
    """
    return PackedSites(haplotypes).band(0, haplotypes.shape[1], width)


def distant_pairs(
    sites: Sites, most: int, rng: np.random.Generator
) -> tuple[Indices, Indices, Float64s, str]:
    """Draw pairs of sites of one contig, near and far ones alike.

    Separations are log-uniform in number of sites, so that every scale is covered.

    Returns
    -------
    tuple
        First and second sites, their distance, and its unit: cM where genetic positions are
        known, else kb.
    """
    m = len(sites)
    if m < 2:
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0), "kb"
    apart = np.exp(rng.uniform(0.0, np.log(m), most)).astype(np.intp)
    first = rng.integers(0, m, most)
    second = first + np.maximum(apart, 1)
    kept = second < m
    first, second = first[kept], second[kept]
    _, contig = np.unique(sites.contig.astype(str), return_inverse=True)
    same = contig[first] == contig[second]
    first, second = first[same], second[same]
    if sites.cm is not None:
        return first, second, sites.cm[second] - sites.cm[first], "cM"
    return first, second, (sites.position[second] - sites.position[first]) / 1000.0, "kb"


def by_distance(distance: Float64s, bins: int) -> Callable[[Float64s], tuple[Float64s, Float64s]]:
    """Return a function that averages values in bins of logarithmic distance, skipping NaN.

    The function maps values (one a pair) to their mean and number in each bin.
    """
    some = distance[distance > 0]
    low, high = (some.min(), some.max()) if len(some) else (1.0, 1.0)
    edges = np.geomspace(low, max(high, low * 1.001), bins + 1)
    where = np.clip(np.digitize(distance, edges) - 1, 0, bins - 1)

    def average(values: Float64s) -> tuple[Float64s, Float64s]:
        known = np.isfinite(values)
        number = np.bincount(where[known], minlength=bins).astype(float)
        total = np.bincount(where[known], weights=values[known], minlength=bins)
        return np.where(number > 0, total / np.maximum(number, 1.0), np.nan), number

    return average


def bin_middles(distance: Float64s, bins: int) -> Float64s:
    """Return the mean distance in each bin of `by_distance`; NaN in empty bins."""
    return by_distance(distance, bins)(distance)[0]
