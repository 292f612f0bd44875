"""Histograms of Hamming distances, and their replicates, from packed haplotypes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from imaginome.arrays import Float32s, Float64s, Int32s, Int64s
from imaginome.kernels.bits import Bits, block_counts, pack
from imaginome.kernels.compile import compiled
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes

PIECE = 256
"""Rows of one piece of work; even, so that it holds whole individuals."""
BINS = 512


@dataclass(frozen=True)
class Histograms:
    """How many pairs of haplotypes lie at each distance.

    Attributes
    ----------
    counts
        ``float64``, shape ``(n_sites + 1,)``: number of pairs at each Hamming distance.
    weighted
        ``float64``, shape ``(replicates, bins)``: the same in each replicate, in bins of `step`
        sites.
    """

    counts: Float64s
    weighted: Float64s
    step: float


class _Side(NamedTuple):
    bits: Bits
    carried: Int64s
    weights: Float64s


def hamming(first: Haplotypes, second: Haplotypes) -> Int32s:
    """Return the number of sites at which haplotypes differ.

    Parameters
    ----------
    first, second
        ``uint8`` of 0 and 1, shapes ``(n, n_sites)`` and ``(k, n_sites)``.

    Returns
    -------
    numpy.ndarray
        ``int32``, shape ``(n, k)``.
    """
    return _block(_side(first), _side(second), slice(0, len(first)))


def _side(haplotypes: Haplotypes, weights: Float32s | None = None) -> _Side:
    if weights is None:
        weights = np.empty((0, len(haplotypes) // 2), dtype=np.float32)
    people = np.ascontiguousarray(weights.T, dtype=np.float64)
    return _Side(pack(haplotypes), haplotypes.sum(axis=1, dtype=np.int64), people)


def _block(first: _Side, second: _Side, rows: slice) -> Int32s:
    both = block_counts(first.bits[rows], second.bits)
    apart = first.carried[rows, None] + second.carried[None, :] - 2 * both
    return np.asarray(apart.astype(np.int32))


@compiled
def _add_weighted(
    block: Int32s,
    first: Float64s,
    second: Float64s,
    start: int,
    step: int,
    within: bool,
    histograms: Float64s,
) -> None:
    """Add the weight of each pair, in every replicate, to the bin of its distance.

    The weights are whole numbers: their sums are exact, whatever the order.
    """
    for i in range(block.shape[0]):
        person = (start + i) // 2
        for j in range(2 * (person + 1) if within else 0, block.shape[1]):
            cell = block[i, j] // step
            for r in range(histograms.shape[1]):
                histograms[cell, r] += first[person, r] * second[j // 2, r]


def distance_histograms(
    first: Haplotypes,
    second: Haplotypes,
    first_weights: Float32s,
    second_weights: Float32s,
    *,
    within: bool,
    threads: int = 1,
) -> Histograms:
    """Count distances between haplotypes of two panels, or within one.

    Parameters
    ----------
    first, second
        Haplotypes of either panel; the same array twice when `within`.
    first_weights, second_weights
        Bootstrap weights of individuals, shape ``(replicates, n_individuals)``.
    within
        Count each pair once and leave out the two haplotypes of one person.
    """
    one, two = _side(first, first_weights), _side(second, second_weights)
    n_sites = first.shape[1]
    step = -(-(n_sites + 1) // BINS)
    shape = (n_sites // step + 1, len(first_weights))

    def work(rows: slice) -> tuple[Int64s, Float64s]:
        block = _block(one, two, rows)
        weighted = np.zeros(shape)
        _add_weighted(block, one.weights, two.weights, rows.start, step, within, weighted)
        if within:
            later = np.arange(rows.start, rows.stop)[:, None] // 2 < np.arange(len(second)) // 2
            block = block[later]
        return np.bincount(block.ravel(), minlength=n_sites + 1), weighted

    counts = np.zeros(n_sites + 1)
    total = np.zeros(shape)
    for plain, weighted in map_pieces(work, pieces(len(first), PIECE), threads):
        counts += plain
        total += weighted
    return Histograms(counts, total.T, float(step))


def wasserstein(counts: Float64s, other: Float64s, step: float) -> Float64s:
    """Return the Wasserstein-1 distance of two histograms over the same equal bins.

    Parameters
    ----------
    counts, other
        Shape ``(..., bins)``; each is scaled to sum 1. NaN where one is empty.
    step
        Width of a bin.
    """
    sums = counts.sum(axis=-1, keepdims=True), other.sum(axis=-1, keepdims=True)
    some = (sums[0] > 0) & (sums[1] > 0)
    p, q = (x / np.where(s > 0, s, 1.0) for x, s in zip((counts, other), sums, strict=True))
    apart = np.abs(np.cumsum(p - q, axis=-1)).sum(axis=-1) * step
    return np.where(some[..., 0], apart, np.nan)
