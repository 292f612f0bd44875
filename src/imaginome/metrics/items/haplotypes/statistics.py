"""Haplotypes in windows of sites: their frequencies, number and entropy, with replicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices, Int32s, UInt64s
from imaginome.kernels.compile import compiled
from imaginome.kernels.statistics import moments, pearson
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.metrics.comparison import COMPARED, Comparison
from imaginome.metrics.resample import PANELS
from imaginome.panel import Haplotypes

# -- Haplotypes in windows of consecutive sites ----------------------------------------------------


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


# -- All windows of the three panels, with replicates ----------------------------------------------


PIECE = 16
MOST_WINDOWS = 2_000
"""In larger panels this many windows, spread evenly over the genome, are compared."""

Weights = dict[str, Int32s]


@dataclass(frozen=True, eq=False)
class WindowStatistics:
    """Haplotypes of the three panels in windows of one size.

    Attributes
    ----------
    middle
        Middle site of each window, shape ``(n_windows,)``.
    variation
        For artificial and train: mean total variation from the holdout, shape
        ``(1 + replicates,)``; the panel itself comes first. NaN without windows, as all here.
    distinct
        For the three panels: mean number of distinct haplotypes, shape ``(1 + replicates,)``.
    apart
        For artificial and train: mean absolute difference of entropies, the same shape.
    entropies
        For the three panels: entropy in bits in each window, shape ``(n_windows,)``.
    correlation
        For artificial and train: Pearson correlation of haplotype frequencies.
    """

    middle: Indices
    variation: dict[str, Float64s]
    distinct: dict[str, Float64s]
    apart: dict[str, Float64s]
    entropies: dict[str, Float64s]
    correlation: dict[str, float]


@dataclass(eq=False)
class _Sums:
    """Sums over some windows; see `WindowStatistics`."""

    variation: Float64s
    distinct: Float64s
    apart: Float64s
    moments: Float64s
    entropies: list[Float64s]


def compare_windows(
    comparison: Comparison, contig: Indices, k: int, weights: Weights, threads: int
) -> WindowStatistics:
    """Compare haplotypes of `k` consecutive sites.

    Parameters
    ----------
    contig
        Number of the contig of each site.
    weights
        How often each individual counts, ``int32`` of shape ``(n_individuals, 1 + replicates)``;
        ones in the first column.
    """
    starts, stops = _spread(*windows(contig, k))
    if len(starts) == 0:
        return _nothing(weights)
    codes = site_codes(len(contig), comparison.rng("haplotypes", "codes"))
    table = entropy_table(max(getattr(comparison, name).n_haplotypes for name in PANELS))

    def work(piece: slice) -> _Sums:
        keys = [
            window_keys(getattr(comparison, name).haplotypes, codes, starts[piece], stops[piece])
            for name in PANELS
        ]
        every = np.concatenate(keys, axis=1)
        cuts = np.cumsum([key.shape[1] for key in keys])[:-1]
        sums = [_window(np.split(_kinds(row), cuts), weights, table) for row in every]
        return _together(sums)

    total = _together(map_pieces(work, pieces(len(starts), PIECE), threads))
    n = len(starts)
    return WindowStatistics(
        middle=(starts + stops) // 2,
        variation=dict(zip(COMPARED, total.variation / n, strict=True)),
        distinct=dict(zip(PANELS, total.distinct / n, strict=True)),
        apart=dict(zip(COMPARED, total.apart / n, strict=True)),
        entropies=dict(zip(PANELS, np.array(total.entropies).T, strict=True)),
        correlation=dict(zip(COMPARED, pearson(total.moments).tolist(), strict=True)),
    )


def _spread(starts: Indices, stops: Indices) -> tuple[Indices, Indices]:
    """Keep at most `MOST_WINDOWS`, evenly spread."""
    if len(starts) <= MOST_WINDOWS:
        return starts, stops
    kept = np.linspace(0, len(starts) - 1, MOST_WINDOWS).round().astype(np.intp)
    return starts[kept], stops[kept]


def _kinds(keys: UInt64s) -> Indices:
    """Number the haplotypes by kind."""
    return np.asarray(np.unique(keys, return_inverse=True)[1], dtype=np.intp)


def _window(kinds: list[Indices], weights: Weights, table: Float64s) -> _Sums:
    number = 1 + max(int(kind.max()) for kind in kinds)
    n = {name: len(kind) for name, kind in zip(PANELS, kinds, strict=True)}
    counts = {
        name: weighted_counts(kind, weights[name], number)
        for name, kind in zip(PANELS, kinds, strict=True)
    }
    bits = {name: entropy(counts[name], n[name], table) for name in PANELS}
    real, n_real = counts["holdout"], n["holdout"]
    frequencies = {name: counts[name][:, 0] / n[name] for name in PANELS}
    return _Sums(
        np.array([total_variation(counts[name], real, n[name], n_real) for name in COMPARED]),
        np.array([(counts[name] > 0).sum(axis=0) for name in PANELS], dtype=np.float64),
        np.array([np.abs(bits[name] - bits["holdout"]) for name in COMPARED]),
        np.array([_moments(frequencies[name], frequencies["holdout"]) for name in COMPARED]),
        [np.array([bits[name][0] for name in PANELS])],
    )


def _moments(frequencies: Float64s, real: Float64s) -> Float64s:
    """Return moments over the kinds that occur in either panel, not in a third one alone."""
    there = (frequencies > 0) | (real > 0)
    return moments(frequencies[there], real[there])


def _together(parts: list[_Sums]) -> _Sums:
    return _Sums(
        np.sum([part.variation for part in parts], axis=0),
        np.sum([part.distinct for part in parts], axis=0),
        np.sum([part.apart for part in parts], axis=0),
        np.sum([part.moments for part in parts], axis=0),
        [values for part in parts for values in part.entropies],
    )


def _nothing(weights: Weights) -> WindowStatistics:
    """Return what is found without windows."""
    none = np.full(weights["holdout"].shape[1], np.nan)
    return WindowStatistics(
        middle=np.empty(0, np.intp),
        variation=dict.fromkeys(COMPARED, none),
        distinct=dict.fromkeys(PANELS, none),
        apart=dict.fromkeys(COMPARED, none),
        entropies=dict.fromkeys(PANELS, np.empty(0)),
        correlation=dict.fromkeys(COMPARED, float("nan")),
    )
