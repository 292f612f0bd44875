"""Haplotypes in windows of consecutive sites: which are the same, and how often each occurs."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Indices, Int32s, UInt64s
from imaginome.metrics._bits import compiled
from imaginome.panel import Haplotypes


def windows(contig: Indices, k: int) -> tuple[Indices, Indices]:
    """Cut each contig into windows of `k` sites; a rest of half a window or more is one too.

    Parameters
    ----------
    contig
        Number of the contig of each site, sites in genome order.
    k
        Sites of a window.

    Returns
    -------
    tuple
        First site of each window, and the site after its last.
    """
    starts, stops = [], []
    ends = np.flatnonzero(np.diff(contig)) + 1
    for first, last in zip([0, *ends], [*ends, len(contig)], strict=True):
        for start in range(first, last - (k + 1) // 2 + 1, k):
            starts.append(start)
            stops.append(min(start + k, last))
    return np.array(starts, dtype=np.intp), np.array(stops, dtype=np.intp)


def site_codes(n_sites: int, rng: np.random.Generator) -> UInt64s:
    """Draw a random 64-bit code for each site; see `window_keys`."""
    return rng.integers(0, 2**64, n_sites, dtype=np.uint64)


@compiled
def window_keys(haplotypes: Haplotypes, codes: UInt64s, starts: Indices, stops: Indices) -> UInt64s:
    """Return a key of each haplotype in each window: the sum of the codes of its ALT alleles.

    Sums are modulo 2^64. Different haplotypes get equal keys with probability 2^-64.

    Returns
    -------
    numpy.ndarray
        ``uint64``, shape ``(n_windows, n_haplotypes)``.
    """
    keys = np.zeros((len(starts), len(haplotypes)), dtype=np.uint64)
    for i in range(len(haplotypes)):
        for w in range(len(starts)):
            key = np.uint64(0)
            for j in range(starts[w], stops[w]):
                key += codes[j] * np.uint64(haplotypes[i, j])
            keys[w, i] = key
    return keys


@compiled
def weighted_counts(kind: Indices, weights: Int32s, kinds: int) -> Int32s:
    """Count haplotypes of each kind in each replicate.

    Parameters
    ----------
    kind
        Kind of each haplotype, below `kinds`.
    weights
        How often each individual counts, ``int32``, shape ``(n_individuals, replicates)``.

    Returns
    -------
    numpy.ndarray
        ``int32``, shape ``(kinds, replicates)``.
    """
    counts = np.zeros((kinds, weights.shape[1]), dtype=np.int32)
    for i in range(len(kind)):
        row = counts[kind[i]]
        add = weights[i // 2]
        for r in range(weights.shape[1]):
            row[r] += add[r]
    return counts


def total_variation(counts: Int32s, real: Int32s, n: int, n_real: int) -> Float64s:
    """Return half the sum of frequency differences, over kinds (axis 0): 0 same, 1 disjoint."""
    return np.asarray(0.5 * np.abs(counts / n - real / n_real).sum(axis=0))


def entropy_table(n: int) -> Float64s:
    """Return ``c log2 c`` for ``c`` up to `n`: what `entropy` adds up."""
    c = np.arange(n + 1, dtype=np.float64)
    return c * np.log2(np.maximum(c, 1.0))


def entropy(counts: Int32s, n: int, table: Float64s) -> Float64s:
    """Return the Shannon entropy in bits of `n` haplotypes of several kinds (axis 0)."""
    return np.asarray(np.maximum(np.log2(n) - table[counts].sum(axis=0) / n, 0.0))
