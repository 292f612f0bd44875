"""Losses of the default adversarial model.

Relativistic pairing loss with zero-centred gradient penalties on real and artificial rows
(Jolicoeur-Martineau 2019, arXiv:1807.00734; Roth et al. 2017, arXiv:1705.09367; Mescheder et al.
2018, arXiv:1801.04406; Huang et al. 2024, arXiv:2501.05441), and matching of first and second
moments (Li, Swersky and Zemel 2015, arXiv:1502.02761; Salimans et al. 2016, arXiv:1606.03498).
"""

from __future__ import annotations

import torch

from imaginome.models._gan_networks import Critic

SECOND_MOMENT_WEIGHT = 4.0


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


def moment_distance(
    probabilities: torch.Tensor, real: torch.Tensor, critic: Critic
) -> torch.Tensor:
    """Return an unbiased estimate of how far means and covariances are from the real ones.

    Given the noise, alleles are independent, so that products of probabilities estimate the
    covariance of two sites without drawing alleles. Two halves of each sample keep the squared
    distance free of bias, and Gram matrices keep its cost linear in the number of sites.

    Parameters
    ----------
    probabilities
        Probability of allele 1, shape ``(2 m, n_sites)``.
    real
        Real rows, shape ``(2 n, n_sites)``.
    critic
        Gives frequencies and standard deviations of the sites.
    """
    ours = (probabilities - critic.centre) / critic.scale
    theirs = (real - critic.centre) / critic.scale
    a, b = ours.chunk(2)
    r, s = theirs.chunk(2)
    first = (a.mean(0) * b.mean(0)).sum()
    second = _overlap(a, b) - _overlap(a, s) - _overlap(b, r)
    return first + SECOND_MOMENT_WEIGHT / ours.shape[1] * second
