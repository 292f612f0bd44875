"""A small neural network that tells haplotypes of two panels apart."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from imaginome.arrays import Float64s, Indices, UInt8s
from imaginome.kernels.threads import single_threaded_torch
from imaginome.panel import Haplotypes

HIDDEN = 64
BATCH = 64
EPOCHS = 6
FEWEST_STEPS = 300
"""Small panels are seen more often, until this many steps are made."""
RATE = 1e-3
DECAY = 1e-2

Weights = list[torch.Tensor]


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread for a while, so that rounding does not depend on threads."""
    before = torch.get_num_threads()
    single_threaded_torch()
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _start(n_sites: int, generator: torch.Generator) -> Weights:
    """Draw weights and biases of two hidden layers and the output."""
    weights = []
    for inputs, outputs in ((n_sites, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, 1)):
        bound = 1.0 / math.sqrt(max(inputs, 1))
        for shape in ((inputs, outputs), (outputs,)):
            drawn = torch.empty(shape).uniform_(-bound, bound, generator=generator)
            weights.append(drawn.requires_grad_())
    return weights


def _forward(weights: Weights, x: torch.Tensor) -> torch.Tensor:
    for layer in (0, 2):
        x = torch.relu(torch.addmm(weights[layer + 1], x, weights[layer]))
    return torch.addmm(weights[5], x, weights[4])[:, 0]


def _fit(
    weights: Weights, x: torch.Tensor, y: torch.Tensor, mean: torch.Tensor, g: torch.Generator
) -> None:
    """Minimise the cross-entropy by Adam with decoupled weight decay."""
    optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY)
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits
    for _ in range(max(EPOCHS, -(-FEWEST_STEPS * BATCH // len(x)))):
        order = torch.randperm(len(x), generator=g)
        for start in range(0, len(x), BATCH):
            rows = order[start : start + BATCH]
            optimiser.zero_grad()
            loss = loss_of(_forward(weights, x[rows] - mean), y[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()


def network_scores(
    haplotypes: Haplotypes,
    label: UInt8s,
    fitted: Indices,
    scored: Indices,
    seed: int,
) -> Float64s:
    """Fit a network with two hidden layers to some haplotypes and score others.

    Call it within `one_thread`: then the scores follow from the seed alone.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n_haplotypes, n_sites)``.
    label
        ``uint8``, 0 or 1 a haplotype.
    fitted, scored
        Rows to fit to and rows to score.
    seed
        Of the first weights and the order of haplotypes.

    Returns
    -------
    numpy.ndarray
        ``float64``, one a scored haplotype: the larger, the more like label 1.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.from_numpy(haplotypes[fitted])
    y = torch.from_numpy(label[fitted].astype(np.float32))
    mean = torch.from_numpy(haplotypes[fitted].mean(axis=0, dtype=np.float64).astype(np.float32))
    weights = _start(haplotypes.shape[1], generator)
    _fit(weights, x, y, mean, generator)
    with torch.no_grad():
        parts = [
            _forward(weights, torch.from_numpy(haplotypes[rows]) - mean)
            for rows in np.array_split(scored, -(-len(scored) // 512))
        ]
    return torch.cat(parts).numpy().astype(np.float64)
