"""The likelihood of haplotypes under an auto-encoder: an importance-weighted bound."""

from __future__ import annotations

import math

import numpy as np
import torch

from imaginome.arrays import Float32s, Float64s
from imaginome.models._vae_network import Network, allele_log_probability, normal_log_density
from imaginome.panel import Haplotypes
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_generator

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
        found = terms.double().logsumexp(0) - math.log(CODES)
        return np.asarray(found.numpy())

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
    found: torch.Tensor = torch.stack(terms).logsumexp(0)
    return found
