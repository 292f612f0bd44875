"""The network of the variational auto-encoder: haplotype to code, code to haplotype.

It is made of linear layers alone, each used once in a pass: the length of every person's gradient
can then be had cheaply, which training with a guarantee needs. Labels come as numbers beside a
constant.
"""

from __future__ import annotations

import math

import torch
from torch import nn

SLOPE = 0.1
LEAST_SCALE = -4.0
MOST_SCALE = 2.0
HALF_LOG_TAU = 0.5 * math.log(2.0 * math.pi)


class Encoder(nn.Module):
    """Alleles to mean and log standard deviation of a code.

    Parameters
    ----------
    n_sites
        Number of sites.
    latent
        Numbers in a code.
    hidden
        Units of each of the two hidden layers.
    """

    def __init__(self, n_sites: int, latent: int, hidden: int) -> None:
        super().__init__()
        self.reading = nn.Linear(n_sites, hidden)
        self.seeing = nn.Linear(hidden, hidden)
        self.coding = nn.Linear(hidden, 2 * latent)

    def forward(
        self, alleles: torch.Tensor, centre: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return mean and log standard deviation of the code, shape ``(..., latent)`` each.

        Parameters
        ----------
        alleles
            0 and 1 as numbers, shape ``(..., n_sites)``.
        centre
            What alleles are seen relative to, shape ``(n_sites,)``.
        """
        hidden = nn.functional.leaky_relu(self.reading(alleles - centre), SLOPE)
        hidden = nn.functional.leaky_relu(self.seeing(hidden), SLOPE)
        mean, scale = self.coding(hidden).chunk(2, -1)
        return mean, soft_clamp(scale)


class Decoder(nn.Module):
    """Labels to a prior of codes, code and labels to the log-odds of alleles.

    Parameters
    ----------
    n_sites
        Number of sites.
    features
        Columns of the known labels, the constant among them: at least 1.
    latent
        Numbers in a code.
    hidden
        Units of each of the two hidden layers.
    components
        Normal distributions that the prior of each class mixes.
    """

    def __init__(
        self, n_sites: int, features: int, latent: int, hidden: int, components: int
    ) -> None:
        super().__init__()
        self.latent, self.components = latent, components
        self.prior = nn.Linear(features, components * (1 + 2 * latent), bias=False)
        self.opening = nn.Linear(latent, hidden)
        self.shaping = nn.Linear(hidden, hidden)
        self.writing = nn.Linear(hidden, n_sites, bias=False)
        self.straight = nn.Linear(latent, n_sites, bias=False)
        self.labels = nn.Linear(features, n_sites, bias=False)

    def forward(
        self, code: torch.Tensor, known: torch.Tensor, alleles: torch.Tensor, weight: float = 1.0
    ) -> torch.Tensor:
        """Return ``-ln P(alleles | code, labels) - weight ln p(code | labels)``, shape ``(...)``.

        Parameters
        ----------
        code
            Shape ``(..., latent)``.
        known
            Constant and labels, shape ``(..., features)``.
        alleles
            0 and 1 as numbers, shape ``(..., n_sites)``.
        weight
            Of the prior; 1 for a probability.
        """
        logits = self.unlabelled(code) + self.labels(known)
        return -allele_log_probability(logits, alleles) - weight * self.log_prior(code, known)

    def unlabelled(self, code: torch.Tensor) -> torch.Tensor:
        """Return what the code alone adds to the logits, shape ``(..., n_sites)``."""
        hidden = nn.functional.leaky_relu(self.opening(code), SLOPE)
        hidden = nn.functional.leaky_relu(self.shaping(hidden), SLOPE)
        found: torch.Tensor = self.writing(hidden) + self.straight(code)
        return found

    def mixture(self, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return log weights, means and log standard deviations of the prior of codes.

        Shapes ``(..., components)`` and twice ``(..., components, latent)``.
        """
        found = self.prior(known).unflatten(-1, (self.components, 1 + 2 * self.latent))
        logits, mean, scale = found.split((1, self.latent, self.latent), -1)
        return logits[..., 0].log_softmax(-1), mean, soft_clamp(scale)

    def log_prior(self, code: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """Return the log density of codes given labels, shape ``(...)``."""
        weights, mean, scale = self.mixture(known)
        density = normal_log_density(code[..., None, :], mean, scale).sum(-1)
        mixed: torch.Tensor = (weights + density).logsumexp(-1)
        return mixed


class Network(nn.Module):
    """Encoder and decoder; see there for the parameters."""

    def __init__(
        self, n_sites: int, features: int, latent: int, hidden: int, components: int
    ) -> None:
        super().__init__()
        self.encoder = Encoder(n_sites, latent, hidden)
        self.decoder = Decoder(n_sites, features, latent, hidden, components)

    def forward(
        self,
        alleles: torch.Tensor,
        centre: torch.Tensor,
        known: torch.Tensor,
        noise: torch.Tensor,
        weight: float = 1.0,
        seen: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the loss of each haplotype in nats: minus the evidence lower bound.

        Parameters
        ----------
        alleles, centre, known
            See `Encoder` and `Decoder`.
        noise
            Standard normal, shape ``(..., latent)``.
        weight
            Of the divergence of code and prior; 1 is the bound.
        seen
            What the encoder sees instead of the alleles, of their shape.
        """
        mean, scale = self.encoder(alleles if seen is None else seen, centre)
        code = mean + noise * scale.exp()
        posterior = normal_log_density(code, mean, scale).sum(-1)
        loss: torch.Tensor = self.decoder(code, known, alleles, weight) + weight * posterior
        return loss


def normal_log_density(
    value: torch.Tensor, mean: torch.Tensor, scale: torch.Tensor
) -> torch.Tensor:
    """Return log densities of independent normal variables with log standard deviation `scale`."""
    return -0.5 * ((value - mean) * (-scale).exp()).square() - scale - HALF_LOG_TAU


def allele_log_probability(logits: torch.Tensor, alleles: torch.Tensor) -> torch.Tensor:
    """Return the log probability of each row of alleles, shape ``(...)``."""
    return (alleles * logits - nn.functional.softplus(logits)).sum(-1)


def soft_clamp(scale: torch.Tensor) -> torch.Tensor:
    """Return log standard deviations within bounds, with a gradient everywhere."""
    middle, half = (MOST_SCALE + LEAST_SCALE) / 2.0, (MOST_SCALE - LEAST_SCALE) / 2.0
    clamped: torch.Tensor = middle + half * torch.tanh((scale - middle) / half)
    return clamped
