"""Drawing haplotypes from a generator: one random stream for each block of rows."""

from __future__ import annotations

import numpy as np
import torch
from scipy.special import expit

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.shared.networks import BernoulliGenerator, DenseGenerator
from imaginome.randomness import child_generator

BLOCK = 250
GOLDEN = 0.5 * (5.0**0.5 - 1.0)


def draw_bernoulli(
    generator: BernoulliGenerator,
    n: int,
    seed: int,
    threads: int,
    classes: Int64s | None = None,
) -> UInt8s:
    """Draw alleles as Bernoulli variables, ``uint8`` of shape ``(n, n_sites)``.

    Clusters of people follow an additive recurrence, so that each gets its share at any `n`. A
    person's second haplotype is of the first one's cluster as often as in the train people.

    Parameters
    ----------
    generator
        The network.
    n
        Number of haplotypes.
    seed, threads
        The seed alone decides the result.
    classes
        Class of each row; all the first one when None.
    """
    offset = child_generator(seed, "gan", "clusters").random()
    known = np.zeros(n, dtype=np.int64) if classes is None else classes

    def block(rows: slice) -> UInt8s:
        rng = child_generator(seed, "gan", "draw", rows.start)
        noise = rng.standard_normal((BLOCK, generator.latent), dtype=np.float32)
        chance = rng.random((BLOCK, generator.n_sites), dtype=np.float32)
        spread = _spread(rows.start, offset, float(generator.kinship), rng)
        home = np.resize(known[rows], BLOCK)
        chosen = generator.choose(home, spread)
        logits = _apply(generator, noise, chosen, torch.from_numpy(home).to(chosen.device))
        drawn: Bools = chance < expit(logits)
        return drawn[: rows.stop - rows.start].astype(np.uint8)

    return np.concatenate(map_pieces(block, pieces(n, BLOCK), threads))


def _spread(start: int, offset: float, kinship: float, rng: np.random.Generator) -> Float64s:
    """Return the variable that decides the cluster of each row of a block."""
    row = np.arange(start, start + BLOCK)
    alone, own = rng.random(BLOCK), rng.random(BLOCK)
    chance = (offset + GOLDEN * (row // 2)) % 1.0
    other = (row % 2 == 1) & (alone >= kinship)
    return np.where(other, own, chance)


def draw_thresholded(generator: DenseGenerator, n: int, seed: int, threads: int) -> UInt8s:
    """Draw as the paper does: outputs above one half are allele 1, ``uint8``."""
    latent = int(next(generator.parameters()).shape[1])

    def block(rows: slice) -> UInt8s:
        rng = child_generator(seed, "gan", "draw", rows.start)
        noise = rng.standard_normal((BLOCK, latent), dtype=np.float32)
        drawn = _apply(generator, noise) > 0.5
        return drawn[: rows.stop - rows.start].astype(np.uint8)

    return np.concatenate(map_pieces(block, pieces(n, BLOCK), threads))


@torch.no_grad()
def _apply(generator: torch.nn.Module, noise: Float32s, *others: torch.Tensor) -> Float32s:
    device = next(generator.parameters()).device
    values = generator(torch.from_numpy(noise).to(device), *others)
    output: Float32s = values.cpu().numpy()
    return output
