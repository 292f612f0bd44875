"""Where the training of the auto-encoder starts: at allele frequencies of labels, and noise."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.arrays import Float32s, Float64s
from imaginome.models._gan_networks import initialise
from imaginome.models._vae_network import SLOPE, Decoder, Network

LEAST = 0.002
RIDGE = 0.1
WRITING = 0.05
SPREAD = 1.0


def with_constant(design: Float32s) -> Float32s:
    """Return the design with a column of ones before it: ``(n_classes, 1 + n_features)``."""
    return np.hstack([np.ones((len(design), 1), dtype=np.float32), design])


def new_network(
    network: Network,
    known: Float32s,
    frequencies: Float64s,
    rng: np.random.Generator,
) -> None:
    """Draw the weights at random; let labels alone give the frequencies.

    Parameters
    ----------
    network
        What is set, in place.
    known
        Constant and labels of each class, ``float32`` of shape ``(n_classes, features)``.
    frequencies
        Of allele 1 in each class, ``float64`` of shape ``(n_classes, n_sites)``; the code adds
        little at first.
    rng
        Where the draw comes from; nothing else of the start is about people.
    """
    initialise(network, rng, gain=2.0**0.5, slope=SLOPE)
    with torch.no_grad():
        network.decoder.writing.weight.mul_(WRITING)
        network.decoder.straight.weight.mul_(WRITING)
        network.encoder.coding.weight.mul_(0.5)
        network.decoder.labels.weight.copy_(torch.from_numpy(label_effects(known, frequencies)))
        network.decoder.prior.weight.zero_()
        network.decoder.prior.weight[:, 0] = torch.from_numpy(_prior_start(network.decoder, rng))


def label_effects(known: Float32s, frequencies: Float64s) -> Float32s:
    """Return what constant and labels add to log-odds, ``float32`` of ``(n_sites, features)``.

    Least squares with a ridge on all columns but the constant.
    """
    odds = log_odds(frequencies)
    middle = odds.mean(axis=0)
    labels = known[:, 1:].astype(np.float64)
    kernel = labels @ labels.T + RIDGE * np.eye(len(labels))
    effects = labels.T @ np.linalg.solve(kernel, odds - middle)
    return np.vstack([middle, effects]).T.astype(np.float32)


def log_odds(frequencies: Float64s) -> Float64s:
    """Return log-odds of frequencies, of which none counts as 0 or 1."""
    p = np.clip(frequencies, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(p) - np.log1p(-p))


def _prior_start(decoder: Decoder, rng: np.random.Generator) -> Float32s:
    """Return weights, means and log standard deviations of the prior: a cloud of normals."""
    start = np.zeros((decoder.components, 1 + 2 * decoder.latent), dtype=np.float32)
    if decoder.components > 1:
        shape = (decoder.components, decoder.latent)
        start[:, 1 : 1 + decoder.latent] = 0.5 * rng.standard_normal(shape)
    return start.ravel()
