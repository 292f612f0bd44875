"""Intervals of a share of duels whose contestants take part in many of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from imaginome.arrays import Float64s, Int64s
from imaginome.results import Estimate


def clustered_share(won: Float64s, clusters: Sequence[Int64s]) -> Estimate:
    """Return the mean of `won` with its 95% interval, clustered in several ways at once.

    Duels that share a train carrier, a holdout carrier or an artificial person have errors in
    common. Sums of residuals over clusters, added for single ways, subtracted for pairs and so
    on, give the variance (Cameron, Gelbach and Miller 2011); no less than that of any single
    way is taken. Student's t has the degrees of freedom of the fewest effective clusters.

    Parameters
    ----------
    won
        ``float64``, shape ``(n_duels,)``: 1, one half for a tie, or 0.
    clusters
        ``int64`` arrays of the same shape: which cluster of each way a duel is in.

    Returns
    -------
    Estimate
        Without interval where some way has fewer than two effective clusters.
    """
    if len(won) == 0:
        return Estimate(value=None)
    value = float(won.mean())
    freedom = min(effective(keys) for keys in clusters) - 1.0
    if freedom < 1.0:
        return Estimate(value=value)
    margin = float(student.ppf(0.975, freedom)) * math.sqrt(_variance(won - value, clusters))
    return Estimate(value=value, low=max(0.0, value - margin), high=min(1.0, value + margin))


def wilson_share(won: Float64s, winner: Int64s, looks: int) -> Estimate:
    """Return a share with the interval of Wilson (1927), which holds for shares of 0 and 1 too.

    The effective number of winners counts as the number of draws; the interval is widened for
    having looked several times (Bonferroni).
    """
    if len(won) == 0:
        return Estimate(value=None)
    n, p = effective(winner), float(won.mean())
    z = float(norm.ppf(1 - 0.025 / looks))
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    margin = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return Estimate(
        value=p, low=min(p, max(0.0, centre - margin)), high=max(p, min(1.0, centre + margin))
    )


def effective(keys: Int64s) -> float:
    """Return how many clusters of equal size would weigh as much as these."""
    counts = np.unique(keys, return_counts=True)[1].astype(np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum())


def _variance(residual: Float64s, clusters: Sequence[Int64s]) -> float:
    single = [_of_one_way(residual, keys) for keys in clusters]
    total = 0.0
    for size in range(1, len(clusters) + 1):
        for ways in combinations(clusters, size):
            sign = 1.0 if size % 2 else -1.0
            total += sign * _of_one_way(residual, _crossed(ways))
    return max(total, *single)


def _of_one_way(residual: Float64s, keys: Int64s) -> float:
    number = np.unique(keys, return_inverse=True)[1]
    sums = np.bincount(number, residual)
    n = len(sums)
    return float((sums**2).sum()) / len(residual) ** 2 * (n / (n - 1) if n > 1 else 1.0)


def _crossed(ways: Sequence[Int64s]) -> Int64s:
    """Number the combinations of clusters of several ways."""
    return np.asarray(np.unique(np.stack(ways), axis=1, return_inverse=True)[1], dtype=np.int64)
