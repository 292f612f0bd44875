"""The passes of `_hmm_forward` over a block of sites, whichever kind of transitions a chain has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.models._hmm_forward import (
    backward_full,
    backward_memoryless,
    forward_full,
    forward_memoryless,
)
from imaginome.models._hmm_parameters import Float, Full, Parameters

Columns = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[Any]]
"""Alleles and contexts of a block, shape ``(n_sites, n)``, and the class of each haplotype."""


def uniform_start(parameters: Parameters, n: int) -> Float:
    """Return the forward variables before the first site: every cluster alike."""
    n_clusters = parameters.emission.shape[-1]
    return np.full((n, n_clusters), 1.0 / n_clusters, dtype=np.float32)


def forward(
    p: Parameters,
    block: slice,
    data: Columns,
    alpha: Float,
    prior: Float,
    gamma: Float,
    keep: bool,
    logs: npt.NDArray[np.float64],
) -> None:
    """Move `alpha` over a block; see `_hmm_forward.forward_full`."""
    rest: tuple[Any, ...] = (alpha, prior, gamma, keep, logs)
    if isinstance(p, Full):
        parts = (p.emission[block], p.transition[block], p.tilt[block], p.inverse[block])
        forward_full(*data, *parts, *rest)
    else:
        forward_memoryless(*data, p.emission[block], p.switch[block], p.jump[block], *rest)


def backward(
    p: Parameters,
    block: slice,
    data: Columns,
    beta: Float,
    prior: Float,
    gamma: Float,
    message: Float,
) -> None:
    """Move `beta` back over a block; see `_hmm_forward.backward_full`."""
    rest = (beta, prior, gamma, message)
    if isinstance(p, Full):
        parts = (p.emission[block], p.transition[block], p.tilt[block], p.inverse[block])
        backward_full(*data, *parts, *rest)
    else:
        backward_memoryless(*data, p.emission[block], p.switch[block], p.jump[block], *rest)
