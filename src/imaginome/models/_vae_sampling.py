"""Drawing haplotypes from an auto-encoder: codes from the prior of a class, then alleles."""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import expit

from imaginome.arrays import Float32s, Int64s
from imaginome.models._vae_network import Decoder
from imaginome.panel import Haplotypes
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_generator

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
