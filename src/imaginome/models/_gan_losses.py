"""Losses of the default adversarial model.

Relativistic pairing loss with zero-centred gradient penalties on real and artificial rows
(Jolicoeur-Martineau 2019, arXiv:1807.00734; Roth et al. 2017, arXiv:1705.09367; Mescheder et al.
2018, arXiv:1801.04406; Huang et al. 2024, arXiv:2501.05441), and matching of first and second
moments (Li, Swersky and Zemel 2015, arXiv:1502.02761; Salimans et al. 2016, arXiv:1606.03498).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

Overlap = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
SECOND_MOMENT_WEIGHT = 4.0
KNOWN_WEIGHT = 25.0


def straight_through(logits: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
    """Draw alleles whose gradient is that of the binary concrete relaxation.

    The forward value is 1 where ``logits + logistic noise > 0``, a Bernoulli draw; the backward
    pass uses ``sigmoid(logits + noise)`` (Maddison et al. 2017, arXiv:1611.00712; Bengio et al.
    2013, arXiv:1308.3432).

    Parameters
    ----------
    logits
        Logits of allele 1.
    uniform
        Uniform variables of the same shape.
    """
    clipped = uniform.clamp(1e-6, 1.0 - 1e-6)
    noisy = logits + torch.logit(clipped)
    soft = torch.sigmoid(noisy)
    return (noisy > 0).to(soft.dtype) + soft - soft.detach()


def relativistic(ahead: torch.Tensor, behind: torch.Tensor) -> torch.Tensor:
    """Return the mean of ``softplus(behind - ahead)`` over pairs of scores."""
    return torch.nn.functional.softplus(behind - ahead).mean()


def gradient_penalty(scores: torch.Tensor, rows: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Return the mean squared gradient of the critic in units of standardised alleles."""
    (gradient,) = torch.autograd.grad(scores.sum(), rows, create_graph=True)
    return (gradient * scale).square().sum(1).mean()


def _overlap(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the inner product of the second-moment matrices of two samples, diagonal left out."""
    whole = (first @ second.T).square().mean()
    return whole - (first.square().mean(0) * second.square().mean(0)).sum()


def _distance(ours: torch.Tensor, theirs: torch.Tensor, overlap: Overlap) -> torch.Tensor:
    """Return a squared distance up to a constant; halves keep it free of bias."""
    a, b = ours.chunk(2)
    r, s = theirs.chunk(2)
    return overlap(a, b) - overlap(a, s) - overlap(b, r)


def linkage_distance(
    ours: torch.Tensor, theirs: torch.Tensor, spans: Sequence[tuple[int, int]]
) -> torch.Tensor:
    """Return how far means, and covariances of sites on one contig, are from the real ones.

    Given the noise, alleles are independent, so that products of probabilities estimate the
    covariance of two sites without drawing alleles. Two halves of each sample keep the squared
    distance free of bias, and Gram matrices keep its cost linear in the number of sites.
    Covariances across contigs are left to `structure_distance`: most of what a sample shows
    there is chance, and matching it would remember the train people.

    Parameters
    ----------
    ours
        Standardised probabilities of allele 1, shape ``(2 m, n_sites)``.
    theirs
        Standardised real alleles, shape ``(2 n, n_sites)``.
    spans
        First site of each contig and the first site behind it.
    """
    a, b = ours.chunk(2)
    first = (a.mean(0) * b.mean(0)).sum()
    blocks = [_distance(ours[:, i:j], theirs[:, i:j], _overlap) for i, j in spans]
    return first + SECOND_MOMENT_WEIGHT / ours.shape[1] * torch.stack(blocks).sum()


def structure_distance(ours: torch.Tensor, theirs: torch.Tensor, known: int) -> torch.Tensor:
    """Return how far covariances of alleles with components and labels are from the real ones.

    Parameters
    ----------
    ours, theirs
        Components and labels in the first `known` columns, then standardised alleles.
    known
        How many columns these are.
    """

    def overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        structure = one[:, :known] @ other[:, :known].T
        return (structure * (one[:, known:] @ other[:, known:].T)).mean()

    n_sites = ours.shape[1] - known
    return 2.0 * SECOND_MOMENT_WEIGHT * KNOWN_WEIGHT / n_sites * _distance(ours, theirs, overlap)
