"""Where the generator starts: clusters of train haplotypes along their principal components.

A continuous noise has to be torn apart to reach separate groups of people, and in between it
leaves haplotypes that are too typical or too odd. A discrete latent variable avoids that
(Gurumurthy et al. 2017, arXiv:1706.02071; Khayatkhoei et al. 2018, arXiv:1806.00880).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

from imaginome.models._gan_networks import LEAST_SPREAD

ROUNDS = 50
LEAST_MEMBERS = 20
PRIOR_ROWS = 4.0
MOST_LINKED_SITES = 2000
CHANCE = 4.5
LEAST_EIGENVALUE = 0.1
MOST_SHARED = 0.95
LOGISTIC_VARIANCE = math.pi**2 / 3


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


def cluster_logits(train: npt.NDArray[np.uint8], labels: torch.Tensor) -> torch.Tensor:
    """Return the logits of allele 1 of each cluster, ``float32`` of shape ``(k, n_sites)``.

    Frequencies of a cluster are drawn towards the overall ones by 4 rows' worth.

    Parameters
    ----------
    train
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    labels
        Cluster of each row.
    """
    count = int(labels.max()) + 1
    groups = labels.numpy()
    overall = train.mean(axis=0, dtype=np.float64)
    sizes = np.bincount(groups, minlength=count).astype(np.float64)
    sums = np.stack([train[groups == k].sum(axis=0, dtype=np.float64) for k in range(count)])
    frequencies = (sums + PRIOR_ROWS * overall) / (sizes[:, None] + PRIOR_ROWS)
    clipped = np.clip(frequencies, 0.002, 0.998)
    return torch.from_numpy(np.log(clipped / (1.0 - clipped)).astype(np.float32))


def linked_start(
    train: npt.NDArray[np.uint8],
    logits: torch.Tensor,
    contigs: npt.NDArray[np.int64],
    count: int,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return how noise moves the logits at the start: the linkage that they leave unexplained.

    Correlations of alleles around their expectation that chance does not explain have factors;
    these are turned into factors of a latent logistic variable, whose correlation must be the
    larger of the two for the alleles to correlate as they do (Pearson 1900, tetrachoric
    correlation).

    Parameters
    ----------
    train
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    logits
        Expected logits of each row by cluster and labels, ``float32`` of the same shape.
    contigs
        Contig of each site; sites of different ones are not linked.
    count
        Most factors.

    Returns
    -------
    tuple
        By how much to stretch the logits of a site so that the noise leaves its frequencies as
        they are, ``float32`` of shape ``(n_sites,)``, and the loadings, ``(n_sites, k)`` with
        k <= `count`. No factors for more than 2,000 sites, whose linkage the training has to
        find.
    """
    n_sites = train.shape[1]
    if n_sites > MOST_LINKED_SITES:
        return torch.ones(n_sites), torch.zeros(n_sites, 0)
    expected = torch.sigmoid(logits)
    spread = (expected * (1 - expected)).sqrt().clamp(min=LEAST_SPREAD)
    residual = (torch.from_numpy(train).float() - expected) / spread
    scale = residual.square().mean(0).clamp(min=1e-3).sqrt()
    correlation = (residual / scale).T @ (residual / scale) / len(residual)
    beyond_chance = correlation.abs() > CHANCE / len(residual) ** 0.5
    contig = torch.from_numpy(contigs)
    beyond_chance &= contig[:, None] == contig[None, :]
    linked = (correlation * beyond_chance).fill_diagonal_(0.0)
    # Principal factors: the largest correlation of a site stands in for what it shares.
    values, vectors = torch.linalg.eigh(linked + torch.diag(linked.abs().max(0).values))
    values, vectors = values.flip(0)[:count], vectors.flip(1)[:, :count]
    kept = values > LEAST_EIGENVALUE
    factors = vectors[:, kept] * values[kept].sqrt()
    shared = factors.square().sum(1).clamp(min=1e-6)
    latent = torch.sin(0.5 * torch.pi * shared.clamp(max=MOST_SHARED))
    variance = LOGISTIC_VARIANCE * latent / (1 - latent)
    loadings = factors * (variance / shared).sqrt()[:, None]
    return (1 + variance / LOGISTIC_VARIANCE).sqrt(), loadings
