"""Runs of identical sites between random pairs of haplotypes of a panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices, Int64s
from imaginome.kernels.compile import compiled
from imaginome.kernels.statistics import ratio
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes

ROUNDS = 4
"""Each haplotype is compared with two others in each round."""
PIECE = 512
BINS = 64


@dataclass(frozen=True, eq=False)
class Runs:
    """How many identical sites lie in runs of each length.

    Attributes
    ----------
    sites
        ``float64``, shape ``(n_sites + 1,)``: identical sites in runs of that length.
    weighted
        ``float64``, shape ``(replicates, BINS)``: the same in each replicate, in bins of the
        logarithm of the length.
    """

    sites: Float64s
    weighted: Float64s


def random_pairs(n_individuals: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Pair haplotypes of different people, all equally often.

    People stand in a random circle, in each of `ROUNDS` rounds, and each is compared with the
    next: first haplotype with first, second with second.
    """
    first = np.concatenate([rng.permutation(n_individuals) for _ in range(ROUNDS)])
    second = np.roll(first.reshape(ROUNDS, -1), -1, axis=1).ravel()
    return (
        np.concatenate([2 * first, 2 * first + 1]),
        np.concatenate([2 * second, 2 * second + 1]),
    )


def length_bins(n_sites: int) -> tuple[Indices, Float64s]:
    """Return the bin of each run length up to `n_sites`, and the middle of each bin in sites."""
    lengths = np.arange(n_sites + 1)
    edges = np.geomspace(1.0, n_sites + 1.0, BINS + 1)
    cells = np.clip(np.searchsorted(edges, lengths, side="right") - 1, 0, BINS - 1)
    return cells.astype(np.intp), np.sqrt(edges[1:] * edges[:-1])


@compiled
def run_lengths(
    haplotypes: Haplotypes,
    first: Indices,
    second: Indices,
    ends: Indices,
    cells: Indices,
    bins: int,
) -> tuple[Int64s, Float64s]:
    """Return the identical sites by length of their run, in all pairs and binned for each pair.

    Parameters
    ----------
    first, second
        Rows of each pair.
    ends
        The site after the last of each contig: no run goes on there.
    cells, bins
        Bin of each length, number of bins.
    """
    m = haplotypes.shape[1]
    total = np.zeros(m + 1, dtype=np.int64)
    each = np.zeros((len(first), bins))
    for pair in range(len(first)):
        a, b = haplotypes[first[pair]], haplotypes[second[pair]]
        start = 0
        for end in ends:
            length = 0
            for j in range(start, end + 1):
                if j < end and a[j] == b[j]:
                    length += 1
                elif length > 0:
                    total[length] += length
                    each[pair, cells[length]] += length
                    length = 0
            start = end
    return total, each


def shared_runs(
    haplotypes: Haplotypes,
    ends: Indices,
    weights: Float32s,
    rng: np.random.Generator,
    threads: int = 1,
) -> Runs:
    """Measure runs between random pairs of a panel; see `random_pairs` and `run_lengths`.

    Parameters
    ----------
    weights
        How often each individual is drawn, shape ``(replicates, n_individuals)``: a pair counts
        as often as the product says.
    """
    first, second = random_pairs(len(haplotypes) // 2, rng)
    cells, _ = length_bins(haplotypes.shape[1])

    def work(piece: slice) -> tuple[Int64s, Float64s]:
        rows = first[piece], second[piece]
        total, each = run_lengths(haplotypes, *rows, ends, cells, BINS)
        drawn = weights[:, rows[0] // 2].astype(np.float64) * weights[:, rows[1] // 2]
        return total, drawn @ each

    # Whole numbers far below 2^53: exact, whatever the order of the sums.
    parts = map_pieces(work, pieces(len(first), PIECE), threads)
    return Runs(
        np.sum([total for total, _ in parts], axis=0).astype(np.float64),
        np.sum([drawn for _, drawn in parts], axis=0),
    )


def binned_distance(weighted: Float64s, real: Float64s, middles: Float64s) -> Float64s:
    """Return the Wasserstein-1 distance of binned run lengths, in units of the real mean."""
    p, q = (ratio(x, x.sum(axis=-1, keepdims=True)) for x in (weighted, real))
    apart = (np.abs(np.cumsum(p - q, axis=-1))[..., :-1] * np.diff(middles)).sum(axis=-1)
    return ratio(apart, (q * middles).sum(axis=-1))


def plain_distance(sites: Float64s, real: Float64s) -> float:
    """Return the Wasserstein-1 distance of run lengths, in units of the real mean."""
    p, q = (ratio(x, x.sum()) for x in (sites, real))
    mean = float((q * np.arange(len(q))).sum())
    return float(np.abs(np.cumsum(p - q)).sum() / mean) if mean > 0 else float("nan")
