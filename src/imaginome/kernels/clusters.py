"""Clusters of haplotypes by their coordinates: k-means."""

from __future__ import annotations

import numpy as np
import torch

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
    count = max(1, min(count, len(scores) // LEAST_MEMBERS))
    centres = _start(scores, count, rng)
    labels = _nearest(scores, centres)
    for _ in range(ROUNDS):
        sizes = torch.bincount(labels, minlength=count).clamp(min=1)
        sums = torch.zeros_like(centres).index_add_(0, labels, scores)
        centres = sums / sizes[:, None]
        newest = _nearest(scores, centres)
        if torch.equal(newest, labels):
            break
        labels = newest
    numbered: torch.Tensor = torch.unique(labels, return_inverse=True)[1]
    return numbered


def _start(scores: torch.Tensor, count: int, rng: np.random.Generator) -> torch.Tensor:
    chosen = [int(rng.integers(len(scores)))]
    for _ in range(count - 1):
        away = _squared(scores, scores[chosen]).min(1).values.double().numpy()
        total = np.cumsum(away)
        pick = int(np.searchsorted(total, rng.random() * total[-1], side="right"))
        chosen.append(min(pick, len(scores) - 1))
    return scores[chosen].clone()


def _squared(scores: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    return (scores[:, None, :] - centres[None, :, :]).square().sum(2)


def _nearest(scores: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    return _squared(scores, centres).argmin(1)
