"""Wasserstein distances between sets of scores."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from imaginome.arrays import Float64s

DIRECTIONS = 128


def directions(dimension: int, number: int, rng: np.random.Generator) -> Float64s:
    """Draw directions evenly from the sphere: shape ``(dimension, number)``, unit columns."""
    drawn = rng.normal(size=(dimension, number))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=0))


def wasserstein_1d(a: Float64s, b: Float64s) -> Float64s:
    """Return the Wasserstein-1 distance of each row of `a` from that row of `b`.

    Parameters
    ----------
    a, b
        Shapes ``(rows, n)`` and ``(rows, k)``; with unequal sizes both are read at the same
        quantiles.
    """
    if a.shape[1] != b.shape[1]:
        size = max(a.shape[1], b.shape[1])
        at = (np.arange(size) + 0.5) / size
        a, b = (np.quantile(x, at, axis=1, method="inverted_cdf").T for x in (a, b))
    return np.asarray(np.abs(np.sort(a, axis=1) - np.sort(b, axis=1)).mean(axis=1))


def sliced_wasserstein(a: Float64s, b: Float64s, along: Float64s) -> float:
    """Return the sliced Wasserstein-1 distance (Bonneel et al. 2015).

    Parameters
    ----------
    a, b
        Scores, shapes ``(n, dimension)`` and ``(k, dimension)``.
    along
        Directions, shape ``(dimension, number)``; see `directions`.
    """
    return float(wasserstein_1d((a @ along).T, (b @ along).T).mean())


def transport_distance(a: Float64s, b: Float64s) -> float:
    """Return the Wasserstein-2 distance of equally many points: exact, by assignment.

    Parameters
    ----------
    a, b
        Points, shape ``(n, dimension)`` both.
    """
    cost = cdist(a, b, "sqeuclidean")
    rows, columns = linear_sum_assignment(cost)
    return float(np.sqrt(cost[rows, columns].mean()))
