"""The start of the generator: a mixture of clusters and labels, with the linkage left in them.

A continuous noise has to be torn apart to reach separate groups of people, and in between it
leaves haplotypes that are too typical or too odd. A discrete latent variable avoids that
(Gurumurthy et al. 2017, arXiv:1706.02071; Khayatkhoei et al. 2018, arXiv:1806.00880).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import expit

from imaginome.arrays import Float32s, Float64s, Int64s, UInt8s
from imaginome.kernels.clusters import cluster_rows
from imaginome.kernels.pca import principal_axes
from imaginome.models.shared.networks import LEAST_SPREAD, BernoulliGenerator
from imaginome.models.shared.people import People

# -- What labels tell of a haplotype ---------------------------------------------------------------
# Populations of few people lean on their superpopulation and that on everyone: shares by Dirichlet
# pseudo-counts, effects on alleles by a regression whose design has columns that related
# populations share.


PSEUDO_ROWS = 20.0
SMALL_EFFECT = 0.1
"""Effects below this change of log-odds are as good as none."""
NEWTON_STEPS = 10
MOST_MOVE = 1.0
SITES_AT_ONCE = 1_000
LEAST = 0.002


def cluster_shares(clusters: Int64s, classes: Int64s, groups: Int64s) -> Float32s:
    """Return the share of each cluster in each class, ``float32`` of (n_classes, n_clusters).

    Parameters
    ----------
    clusters, classes
        Of each row, ``int64`` of shape ``(n,)``.
    groups
        Superpopulation of each class, ``int64`` of shape ``(n_classes,)``.
    """
    counts = np.zeros((len(groups), int(clusters.max()) + 1))
    np.add.at(counts, (classes, clusters), 1.0)
    everyone = counts.sum(0) / counts.sum()
    above = np.zeros((int(groups.max()) + 1, counts.shape[1]))
    np.add.at(above, groups, counts)
    return _leaning(counts, _leaning(above, everyone)[groups]).astype(np.float32)


def _leaning(counts: Float64s, toward: Float64s) -> Float64s:
    total = counts.sum(1, keepdims=True) + PSEUDO_ROWS
    return np.asarray((counts + PSEUDO_ROWS * toward) / total)


def effects(
    rows: UInt8s, clusters: Int64s, classes: Int64s, design: Float32s
) -> tuple[Float64s, Float64s]:
    """Return what clusters and labels add to the log-odds of alleles over everyone's.

    Logistic regression of the alleles of each site by Newton steps. The prior on an effect has
    the tails of a Cauchy distribution: small differences, which are chance for the most part and
    would remember the train people, are drawn to zero, large ones stay.

    Parameters
    ----------
    rows
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    clusters, classes
        Of each row.
    design
        Of shape ``(n_classes, n_features)``.

    Returns
    -------
    tuple
        Effects of clusters, ``float64`` of shape ``(n_clusters, n_sites)``, and of labels,
        ``(n_features, n_sites)``.
    """
    n_clusters = int(clusters.max()) + 1
    kinds, kind = np.unique(classes * n_clusters + clusters, return_inverse=True)
    known = np.hstack([np.eye(n_clusters)[kinds % n_clusters], design[kinds // n_clusters]])
    sizes = np.bincount(kind).astype(np.float64)
    sums = np.stack([rows[kind == k].sum(0, dtype=np.float64) for k in range(len(kinds))])
    overall = log_odds(rows.mean(0, dtype=np.float64))
    coefficients = np.zeros((known.shape[1], rows.shape[1]))
    for start in range(0, rows.shape[1], SITES_AT_ONCE):
        sites = slice(start, start + SITES_AT_ONCE)
        coefficients[:, sites] = _regress(sums[:, sites], sizes, overall[sites], known)
    return coefficients[:n_clusters], coefficients[n_clusters:]


def _regress(sums: Float64s, sizes: Float64s, offset: Float64s, known: Float64s) -> Float64s:
    """Return the effects that maximise the penalised likelihood of counts `sums` of `sizes`."""
    effects = np.zeros((known.shape[1], sums.shape[1]))
    for _ in range(NEWTON_STEPS):
        precision = 2.0 / (SMALL_EFFECT**2 + np.square(effects))
        p = expit(offset + known @ effects)
        gradient = known.T @ (sums - sizes[:, None] * p) - precision * effects
        weight = sizes[:, None] * p * (1.0 - p)
        curvature = np.einsum("cf,cj,cg->jfg", known, weight, known, optimize=True)
        curvature += precision.T[:, :, None] * np.eye(known.shape[1])
        move = np.linalg.solve(curvature, gradient.T[:, :, None])[:, :, 0].T
        effects += np.clip(move, -MOST_MOVE, MOST_MOVE)
    return effects


def log_odds(p: Float64s) -> Float64s:
    """Return log-odds of probabilities, kept away from 0 and 1."""
    clipped = np.clip(p, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(clipped / (1.0 - clipped)))


# -- Linkage as factors of the noise ---------------------------------------------------------------


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


# -- The start of the generator --------------------------------------------------------------------


COMPONENTS = 6
START_GAIN = 0.05


@dataclass(frozen=True)
class Start:
    """Where the generator starts.

    Attributes
    ----------
    shares
        Of each cluster in each class, ``float32`` of shape ``(n_classes, n_clusters)``.
    kinship
        Chance, beyond accident, that both haplotypes of a person are of one cluster.
    clusters, labels
        Logits of each cluster and what each label adds, ``(., n_sites)``.
    loadings
        Effect of the first noise variables on the logits, ``(n_sites, .)``.
    """

    shares: torch.Tensor
    kinship: float
    clusters: torch.Tensor
    labels: torch.Tensor
    loadings: torch.Tensor

    @classmethod
    def of(cls, people: People, clusters: int, latent: int, rng: np.random.Generator) -> Start:
        """Find clusters, shares and effects for at most so many clusters and noise variables."""
        centred = torch.from_numpy(people.rows).float()
        centred = centred - centred.mean(0)
        axes = principal_axes(centred, COMPONENTS, rng)
        # Unit axes: the larger components, which separate more people, weigh more.
        assignment = cluster_rows(centred @ (axes / axes.norm(dim=0)), clusters, rng)
        numbers = assignment.numpy()
        shares = cluster_shares(numbers, people.classes, people.groups)
        beyond, known = effects(people.rows, numbers, people.classes, people.design)
        overall = log_odds(people.rows.mean(0, dtype=np.float64))
        mixture = torch.from_numpy((overall + beyond).astype(np.float32))
        labels = torch.from_numpy(known.astype(np.float32))
        expected = mixture[assignment] + (torch.from_numpy(people.design) @ labels)[people.classes]
        stretch, loadings = linked_start(people.rows, expected, people.contigs, latent)
        return cls(
            torch.from_numpy(shares),
            kinship(numbers, shares[people.classes]),
            mixture * stretch,
            labels * stretch,
            loadings,
        )

    def put_into(self, generator: BernoulliGenerator) -> None:
        """Set a network, whose weights were drawn at random, to this start."""
        with torch.no_grad():
            generator.kinship.fill_(self.kinship)
            generator.clusters.copy_(self.clusters)
            generator.labels.copy_(self.labels)
            generator.output.weight.mul_(START_GAIN)
            generator.straight.weight.mul_(START_GAIN)
            generator.straight.weight[:, : self.loadings.shape[1]] = self.loadings


def kinship(clusters: Int64s, shares: Float32s) -> float:
    """Return how much more often than by accident both haplotypes of a person share a cluster.

    Cohen's kappa, from 0 (by accident) to 1 (always).

    Parameters
    ----------
    clusters
        Cluster of each row; rows ``2i, 2i + 1`` are one person.
    shares
        Share of each cluster among people like each row, ``(n, n_clusters)``.
    """
    same = float((clusters[0::2] == clusters[1::2]).mean())
    accident = float(np.square(shares.astype(np.float64)).sum(1).mean())
    return max(0.0, (same - accident) / max(1.0 - accident, 1e-6))
