"""Clusters of haplotypes, which stand in for labels where a panel has none."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.arrays import Float64s, Int64s
from imaginome.models._axes import principal_axes
from imaginome.models._classes import mixed
from imaginome.models._clusters import cluster_rows
from imaginome.models._rbm_classes import Classes
from imaginome.models._rbm_pooling import Counts, pooled_logits
from imaginome.panel import Haplotypes

COUNTS = (1, 4, 8, 16, 24)
COMPONENTS = 8


def clusters(
    train: Haplotypes, validation: Haplotypes, rng: np.random.Generator
) -> tuple[Int64s, Int64s]:
    """Return the cluster of each train and validation row.

    Clusters lie along the leading principal components of train; their number, of a few, is
    the one under which a mixture of independent sites gives validation rows the highest
    likelihood.

    Parameters
    ----------
    train, validation
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    rng
        Where the starts of the clusters come from.
    """
    values = torch.from_numpy(train).float()
    mean = values.mean(0)
    axes = principal_axes(values - mean, COMPONENTS, rng)
    # Scores in units of alleles: components with more variance count for more.
    axes = axes / axes.norm(dim=0)
    scores, others = (values - mean) @ axes, (torch.from_numpy(validation).float() - mean) @ axes
    tries = [_codes(scores, others, count, rng) for count in COUNTS]
    return max(tries, key=lambda codes: _held_out(train, validation, *codes))


def _codes(
    scores: torch.Tensor, others: torch.Tensor, count: int, rng: np.random.Generator
) -> tuple[Int64s, Int64s]:
    if count == 1 or not scores.shape[1]:
        return np.zeros(len(scores), dtype=np.int64), np.zeros(len(others), dtype=np.int64)
    labels = cluster_rows(scores, count, rng)
    centres = torch.stack([scores[labels == k].mean(0) for k in range(int(labels.max()) + 1)])
    nearest = (others[:, None] - centres[None]).square().sum(2).argmin(1)
    return labels.numpy(), nearest.numpy()


def _held_out(train: Haplotypes, validation: Haplotypes, codes: Int64s, others: Int64s) -> float:
    """Return the mean log-likelihood of validation rows under the mixture, in nats."""
    classes = Classes.of_clusters(codes)
    n = len(classes.shares)
    counts, held_out = Counts.of(train, codes, n), Counts.of(validation, others, n)
    logits = pooled_logits(counts, held_out, classes)
    return mixture_log_likelihood(validation, logits, classes.shares)


def mixture_log_likelihood(rows: Haplotypes, logits: Float64s, shares: Float64s) -> float:
    """Return the mean log-likelihood of rows under a mixture of independent sites, in nats."""
    logs = logits @ rows.T.astype(np.float64) - np.logaddexp(0, logits).sum(1)[:, None]
    return float(mixed(logs, shares).mean())
