"""Classes of haplotypes: their allele frequencies, and clusters where a panel has no labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.kernels.clusters import cluster_rows
from imaginome.kernels.pca import principal_axes
from imaginome.kernels.threads import pieces
from imaginome.panel import Haplotypes
from imaginome.panel.frame import PanelFrame, class_shares, label_columns, largest_remainders, mixed

# -- Classes of haplotypes -------------------------------------------------------------------------


@dataclass(frozen=True)
class Classes:
    """What is known of the classes.

    Attributes
    ----------
    shares
        Share of each class in train, ``float64`` of shape ``(n_classes,)``.
    design
        Features of each class, ``float32`` of shape ``(n_classes, n_features)``.
    broad
        Those features that many people share: superpopulation and phenotype.
    group
        Population of each class as an index, ``int64``.
    """

    shares: Float64s
    design: Float32s
    broad: Float32s
    group: Int64s

    def bodies(self) -> Float32s:
        """Return which class belongs to which body of people with hidden biases of its own.

        ``float32`` of shape ``(n_bodies, n_classes)``, one 1 a column: superpopulations (and
        phenotypes) where there are any, else everybody.
        """
        if not self.broad.shape[1]:
            return np.ones((1, len(self.shares)), dtype=np.float32)
        body = np.unique(self.broad, axis=0, return_inverse=True)[1].reshape(-1)
        return np.equal.outer(np.arange(int(body.max()) + 1), body).astype(np.float32)

    def scopes(self) -> Bools:
        """Return the sets of classes in which linkage is looked for, all of them first."""
        everybody = np.ones((1, len(self.shares)), dtype=np.bool_)
        bodies = self.bodies() > 0
        return np.vstack([everybody, bodies]) if len(bodies) > 1 else everybody

    @classmethod
    def of_frame(cls, frame: PanelFrame) -> Classes:
        """Return the classes of a labelled panel; a single one without labels."""
        names = list(frame.classes) or [("", "")]
        populations = [population for population, _ in names]
        above = [frame.superpopulations.get(name, "") for name in populations]
        broad = [label_columns(above), label_columns([phenotype for _, phenotype in names])]
        group = np.unique(populations, return_inverse=True)[1].astype(np.int64)
        return cls(class_shares(frame), frame.design(), np.hstack(broad), group)

    @classmethod
    def of_clusters(cls, codes: Int64s) -> Classes:
        """Return classes that nothing is known of but who belongs to them."""
        counts = np.bincount(codes)
        n = len(counts)
        none = np.zeros((n, 0), dtype=np.float32)
        design = np.eye(n, dtype=np.float32) if n > 1 else none
        return cls(counts / counts.sum(), design, none, np.arange(n))

    def proportional(self, n: int, least: int = 0) -> Int64s:
        """Return the classes of about `n` rows, sorted, in the proportions of train.

        More rows than `n` come back where a class would have fewer than `least`.
        """
        counts = largest_remainders(self.shares * n, n)
        return np.repeat(np.arange(len(counts)), np.maximum(counts, least))


def proportional(shares: Float64s, n: int) -> Int64s:
    """Return `n` sorted class numbers in these shares, largest remainders first."""
    return np.repeat(np.arange(len(shares)), largest_remainders(shares * n, n))


# -- Allele frequencies of classes -----------------------------------------------------------------


SPREADS = (0.1, 0.3, 1.0)
BROAD_SPREAD = 3.0
ROUNDS = 12
SITES = 512
MOST_CHANGE = 2.0
LEAST_FREQUENCY = 0.002
LEAST_VARIANCE = 0.02
NOISE_EDGE = 0.98
LEAST_DIFFERENCE = 1e-6


@dataclass(frozen=True)
class Counts:
    """What pooling needs to know of a panel.

    Attributes
    ----------
    rows
        Haplotypes of each class, ``float64`` of shape ``(n_classes,)``.
    ones
        How many of them carry allele 1, ``(n_classes, n_sites)``.
    """

    rows: Float64s
    ones: Float64s

    @classmethod
    def of(cls, haplotypes: UInt8s, codes: Int64s, n_classes: int) -> Counts:
        """Count the rows of `haplotypes` by class."""
        rows = np.bincount(codes, minlength=n_classes).astype(np.float64)
        ones = [haplotypes[codes == k].sum(0, dtype=np.float64) for k in range(n_classes)]
        return cls(rows, np.stack(ones))

    def log_likelihood(self, logits: Float64s) -> float:
        """Return the log-likelihood of independent sites with these logits, in nats."""
        ones, others = self.ones, self.rows[:, None] - self.ones
        return -float((ones * np.logaddexp(0, -logits) + others * np.logaddexp(0, logits)).sum())


def pooled_logits(counts: Counts, held_out: Counts, classes: Classes) -> Float64s:
    """Return logits of allele 1 by class, ``(n_classes, n_sites)``, most likely held out.

    Parameters
    ----------
    counts, held_out
        Of the train panel and its validation part.
    classes
        What is known of the classes.
    """
    return max(_candidates(counts, classes), key=held_out.log_likelihood)


def _candidates(counts: Counts, classes: Classes) -> Iterator[Float64s]:
    broad = _ridge(counts, classes.broad, BROAD_SPREAD)
    yield broad
    if len(classes.shares) > 1:
        yield _along_few_axes(counts, broad, classes.group)
        for spread in SPREADS:
            yield _ridge(counts, classes.design, spread)


def _ridge(counts: Counts, design: Float32s, spread: float) -> Float64s:
    """Fit an intercept and an effect of each feature, normal with this spread, site by site."""
    features = np.hstack([np.ones((len(design), 1)), design.astype(np.float64)])
    prior = np.full(features.shape[1], spread**-2.0)
    prior[0] = 0.0
    logits = np.empty_like(counts.ones)
    for columns in pieces(counts.ones.shape[1], SITES):
        logits[:, columns] = _newton(counts.rows, counts.ones[:, columns], features, prior)
    return logits


def _newton(rows: Float64s, ones: Float64s, features: Float64s, prior: Float64s) -> Float64s:
    overall = (ones.sum(0) + 0.5) / (rows.sum() + 1.0)
    effects = np.zeros((ones.shape[1], features.shape[1]))
    effects[:, 0] = np.log(overall / (1 - overall))
    for _ in range(ROUNDS):
        chance = _sigmoid(features @ effects.T)
        # Half a row with allele 1 and half a row without keep the logits of fixed sites finite.
        gradient = (ones - rows[:, None] * chance).T @ features - prior * effects
        gradient[:, 0] += 0.5 - _sigmoid(effects[:, 0])
        weight = (rows[:, None] * chance * (1 - chance)).T
        hessian = np.einsum("sc,cf,cg->sfg", weight, features, features, optimize=True)
        hessian += np.diag(prior + 1e-3)
        change = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        effects += np.clip(change, -MOST_CHANGE, MOST_CHANGE)
    return features @ effects.T


def _along_few_axes(counts: Counts, broad: Float64s, group: Int64s) -> Float64s:
    """Add what sets populations apart along the few axes that rise above chance.

    Deviations of frequencies, in units of their chance error, are noise of unit variance plus a
    matrix of low rank: drift along shared branches, admixture. Along the axes on which broad
    groups differ they are kept as they are: admixture, a number or two a population. Beyond
    these, singular values are set to where they would be without the noise, so that populations
    differ as much as real ones do. Shrinking further brings each frequency nearer to the truth,
    but populations nearer to each other than they are (Louis 1984).
    """
    n_groups = int(group.max()) + 1
    member = np.equal.outer(np.arange(n_groups), group).astype(np.float64)
    rows = member @ counts.rows
    chance = _sigmoid(broad)
    expected = member @ (counts.rows[:, None] * chance) / rows[:, None]
    observed = member @ counts.ones / rows[:, None]
    error = np.sqrt(np.maximum(expected * (1 - expected), LEAST_VARIANCE) / rows[:, None])
    away = (observed - expected) / error
    axes = _broad_axes(expected, rows)
    mixed = away @ axes @ axes.T
    left, singular, right = np.linalg.svd(away - mixed, full_matrices=False)
    drift = (left * _without_noise(singular, *error.shape)) @ right
    frequency = chance + ((mixed + drift) * error)[group]
    frequency = np.clip(frequency, LEAST_FREQUENCY, 1 - LEAST_FREQUENCY)
    return np.asarray(np.log(frequency) - np.log1p(-frequency))


def _broad_axes(expected: Float64s, rows: Float64s) -> Float64s:
    """Return the axes on which broad groups differ, orthonormal, ``(n_sites, n_axes)``.

    In units of the chance error of a haplotype's alleles; none where groups are all alike.
    """
    mean = rows @ expected / rows.sum()
    apart = (expected - mean) / np.sqrt(np.maximum(mean * (1 - mean), LEAST_VARIANCE))
    _, singular, right = np.linalg.svd(apart, full_matrices=False)
    return np.asarray(right[singular > LEAST_DIFFERENCE * max(1.0, singular[0])].T)


def _without_noise(singular: Float64s, n_rows: int, n_columns: int) -> Float64s:
    """Return what singular values of signal plus noise of unit variance are without the noise.

    Zero where they do not rise above it; the inverse of Gavish and Donoho (2017), equation 10:
    ``y^2 = (x + 1 / x) (x + ratio / x)`` in units of the square root of `n_columns`.
    """
    ratio = n_rows / n_columns
    scaled = singular**2 / n_columns
    excess = scaled - ratio - 1
    inside = np.maximum(excess**2 - 4 * ratio, 0.0)
    above = scaled > (NOISE_EDGE * (1 + np.sqrt(ratio))) ** 2
    squared = np.where(above, (excess + np.sqrt(inside)) / 2, 0.0)
    return np.asarray(np.sqrt(np.maximum(squared, 0.0) * n_columns))


def _sigmoid(logits: Float64s) -> Float64s:
    return np.asarray(1 / (1 + np.exp(-logits)))


# -- Clusters, which stand in for labels where a panel has none ------------------------------------


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
