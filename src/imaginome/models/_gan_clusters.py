"""Where the generator starts: clusters of train haplotypes along their principal components.

A continuous noise has to be torn apart to reach separate groups of people, and in between it
leaves haplotypes that are too typical or too odd. A discrete latent variable avoids that
(Gurumurthy et al. 2017, arXiv:1706.02071; Khayatkhoei et al. 2018, arXiv:1806.00880).
"""

from __future__ import annotations

import math

import torch

from imaginome.arrays import Int64s, UInt8s
from imaginome.models._gan_networks import LEAST_SPREAD

MOST_LINKED_SITES = 2000
CHANCE = 4.5
LEAST_EIGENVALUE = 0.1
MOST_SHARED = 0.95
LOGISTIC_VARIANCE = math.pi**2 / 3


def linked_start(
    train: UInt8s,
    logits: torch.Tensor,
    contigs: Int64s,
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
