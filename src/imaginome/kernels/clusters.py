"""Clusters of haplotypes by their coordinates: k-means of scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import torch
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

ROUNDS = 50
LEAST_MEMBERS = 20


def cluster_rows(scores: torch.Tensor, count: int, rng: np.random.Generator) -> torch.Tensor:
    """Return the cluster of each row by Lloyd's algorithm from a k-means++ start.

    Arthur and Vassilvitskii 2007 (k-means++). Fewer clusters come back where some stay empty.

    Parameters
    ----------
    scores
        Coordinates of rows, ``float32`` of shape ``(n, k)``, on the CPU.
    count
        Most clusters; no more than one for each 20 rows.
    rng
        Where the start comes from.

    Returns
    -------
    torch.Tensor
        ``int64`` of shape ``(n,)``, values from 0 without gaps.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    count = max(1, min(count, len(scores) // LEAST_MEMBERS))
    if count == 1 or not scores.shape[1]:
        return torch.zeros(len(scores), dtype=torch.int64)
    seed = int(rng.integers(2**32))
    # Threads would add up rows in an order of their own. It warns of fewer distinct rows than
    # clusters: those that stay empty are left out.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(count, n_init=1, max_iter=ROUNDS, random_state=seed).fit(scores.numpy())
    return torch.from_numpy(np.unique(fitted.labels_, return_inverse=True)[1])
