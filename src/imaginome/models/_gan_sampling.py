"""Drawing haplotypes from a generator: one random stream for each block of rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import expit

from imaginome.models._gan_networks import BernoulliGenerator, DenseGenerator
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_generator

BLOCK = 250
GOLDEN = 0.5 * (5.0**0.5 - 1.0)


def draw_bernoulli(
    generator: BernoulliGenerator, n: int, seed: int, threads: int
) -> npt.NDArray[np.uint8]:
    """Draw alleles as Bernoulli variables, ``uint8`` of shape ``(n, n_sites)``.

    Both haplotypes of a person get one class, as parents tend to come from one population, and
    classes follow an additive recurrence, so that each gets its share at any `n`.
    """
    offset = child_generator(seed, "gan", "classes").random()

    def block(rows: slice) -> npt.NDArray[np.uint8]:
        rng = child_generator(seed, "gan", "draw", rows.start)
        noise = rng.standard_normal((BLOCK, generator.latent), dtype=np.float32)
        person = np.arange(rows.start, rows.start + BLOCK) // 2
        chosen = generator.choose((offset + GOLDEN * person) % 1.0)
        chance = rng.random((BLOCK, generator.n_sites), dtype=np.float32)
        logits = _apply(generator, noise, chosen)
        drawn: npt.NDArray[np.bool_] = chance < expit(logits)
        return drawn[: rows.stop - rows.start].astype(np.uint8)

    return np.concatenate(map_pieces(block, pieces(n, BLOCK), threads))


def draw_thresholded(
    generator: DenseGenerator, n: int, seed: int, threads: int
) -> npt.NDArray[np.uint8]:
    """Draw as the paper does: outputs above one half are allele 1, ``uint8``."""
    latent = int(next(generator.parameters()).shape[1])

    def block(rows: slice) -> npt.NDArray[np.uint8]:
        rng = child_generator(seed, "gan", "draw", rows.start)
        noise = rng.standard_normal((BLOCK, latent), dtype=np.float32)
        drawn = _apply(generator, noise) > 0.5
        return drawn[: rows.stop - rows.start].astype(np.uint8)

    return np.concatenate(map_pieces(block, pieces(n, BLOCK), threads))


@torch.no_grad()
def _apply(
    generator: torch.nn.Module, noise: npt.NDArray[np.float32], *others: torch.Tensor
) -> npt.NDArray[np.float32]:
    device = next(generator.parameters()).device
    values = generator(torch.from_numpy(noise).to(device), *others)
    found: npt.NDArray[np.float32] = values.cpu().numpy()
    return found
