"""The network of the auto-encoder, haplotypes drawn from it, and their likelihood."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.special import expit
from torch import nn

from imaginome.arrays import Float32s, Float64s, Int64s
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes
from imaginome.randomness import child_generator

# -- The network -----------------------------------------------------------------------------------
# It is made of linear layers alone, each used once in a pass: the length of every person's gradient
# can then be had cheaply, which training with a guarantee needs. Labels come as numbers beside a
# constant.


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
        logits: torch.Tensor = self.writing(hidden) + self.straight(code)
        return logits

    def mixture(self, known: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return log weights, means and log standard deviations of the prior of codes.

        Shapes ``(..., components)`` and twice ``(..., components, latent)``.
        """
        parameters = self.prior(known).unflatten(-1, (self.components, 1 + 2 * self.latent))
        logits, mean, scale = parameters.split((1, self.latent, self.latent), -1)
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


# -- Draws -----------------------------------------------------------------------------------------


BLOCK = 250


def draw(
    decoder: Decoder,
    known: Float32s,
    n: int,
    seed: int,
    classes: Int64s | None,
    threads: int,
) -> Haplotypes:
    """Draw `n` haplotypes, ``uint8`` of shape ``(n, n_sites)``.

    Parameters
    ----------
    decoder
        The fitted decoder.
    known
        Constant and labels of each class, ``float32`` of shape ``(n_classes, features)``.
    n
        Number of haplotypes.
    seed, threads
        The seed alone decides the result.
    classes
        Class of each row; all the first one when None.
    """
    device = next(decoder.parameters()).device
    homes = np.zeros(n, dtype=np.int64) if classes is None else classes

    @torch.no_grad()
    def block(rows: slice) -> Haplotypes:
        rng = child_generator(seed, "vae", "draw", rows.start)
        home = np.resize(homes[rows], BLOCK)
        labels = torch.from_numpy(known[home]).to(device)
        code = _codes(decoder, labels, rng)
        logits = (decoder.unlabelled(code) + decoder.labels(labels)).cpu().numpy()
        drawn = rng.random(logits.shape, dtype=np.float32) < expit(logits)
        return np.asarray(drawn[: rows.stop - rows.start], dtype=np.uint8)

    return np.concatenate(map_pieces(block, pieces(n, BLOCK), threads))


def _codes(decoder: Decoder, labels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Draw a code for each row from the prior of its class."""
    weights, mean, scale = decoder.mixture(labels)
    borders = weights.double().exp().cumsum(-1)[:, :-1].cpu().numpy()
    chosen = (rng.random((len(borders), 1)) >= borders).sum(axis=1)
    noise = rng.standard_normal((len(chosen), decoder.latent), dtype=np.float32)
    row, pick = torch.arange(len(chosen)), torch.from_numpy(chosen)
    spread = scale[row, pick].exp()
    return mean[row, pick] + torch.from_numpy(noise).to(labels.device) * spread


# -- The likelihood: an importance-weighted bound --------------------------------------------------


CODES = 32
CLASSES = 3
PIECE = 100


def bounds(
    network: Network,
    known: Float32s,
    shares: Float64s,
    centre: Float32s,
    haplotypes: Haplotypes,
    threads: int,
) -> Float64s:
    """Return a lower bound of ln P of each row, ``float64`` of shape ``(n_rows,)``.

    The mean over 32 codes that the encoder guesses of ``P(row, code) / q(code | row)`` (Burda et
    al. 2016), summed over the three classes that explain a row best. In expectation it is too
    low. The same codes, relative to the encoder's guess, serve every row: a row's value depends
    on no other.

    Parameters
    ----------
    network
        The fitted network.
    known, shares
        Constant and labels of each class, ``(n_classes, features)``, and its share.
    centre
        What the encoder sees alleles relative to, ``(n_sites,)``.
    haplotypes
        ``uint8`` of shape ``(n_rows, n_sites)``.
    threads
        The result does not depend on it.
    """
    rng = child_generator(0, "vae", "likelihood")
    noise = torch.from_numpy(rng.standard_normal((CODES, network.decoder.latent))).float()
    labels, weights = torch.from_numpy(known), torch.from_numpy(np.log(shares)).float()
    middle = torch.from_numpy(centre)

    @torch.no_grad()
    def piece(rows: slice) -> Float64s:
        alleles = torch.from_numpy(haplotypes[rows]).float()
        mean, scale = network.encoder(alleles, middle)
        chosen = _likeliest(network, alleles, mean, labels, weights)
        terms = torch.stack(
            [
                _joint(network, alleles, mean + drops * scale.exp(), chosen, labels, weights)
                - normal_log_density(mean + drops * scale.exp(), mean, scale).sum(-1)
                for drops in noise
            ]
        )
        bound = terms.double().logsumexp(0) - math.log(CODES)
        return np.asarray(bound.numpy())

    return np.concatenate(map_pieces(piece, pieces(len(haplotypes), PIECE), threads))


def _likeliest(
    network: Network,
    alleles: torch.Tensor,
    code: torch.Tensor,
    labels: torch.Tensor,
    weights: torch.Tensor,
) -> torch.Tensor:
    """Return the classes that explain each row best, ``int64`` of ``(n_rows, at most 3)``."""
    rows = len(alleles)
    each = [
        _joint(network, alleles, code, torch.full((rows, 1), c), labels, weights)
        for c in range(len(labels))
    ]
    return torch.stack(each, 1).topk(min(CLASSES, len(labels)), 1).indices


def _joint(
    network: Network,
    alleles: torch.Tensor,
    code: torch.Tensor,
    classes: torch.Tensor,
    labels: torch.Tensor,
    weights: torch.Tensor,
) -> torch.Tensor:
    """Return ln of the sum over some classes of P(row, code, class), shape ``(n_rows,)``."""
    decoder = network.decoder
    shared = decoder.unlabelled(code)
    terms = []
    for column in range(classes.shape[1]):
        own = classes[:, column]
        known = labels[own]
        alike = allele_log_probability(shared + decoder.labels(known), alleles)
        terms.append(alike + decoder.log_prior(code, known) + weights[own])
    log_sum: torch.Tensor = torch.stack(terms).logsumexp(0)
    return log_sum
