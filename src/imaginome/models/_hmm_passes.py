"""The passes of `_hmm_forward` over a block of sites, whichever kind of transitions a chain has.

In single precision P(ALT) of a site may be rounded to 1 in every cluster. Nobody could carry REF
there then, and the passes would divide by zero: they take such an allele as not observed, and as
likely as rounding hides.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float32s, Float64s, Int64s, UInt8s
from imaginome.models._compile import compiled
from imaginome.models._completion import UNKNOWN
from imaginome.models._hmm_forward import (
    backward_full,
    backward_memoryless,
    forward_full,
    forward_memoryless,
)
from imaginome.models._hmm_parameters import Full, Parameters

HIDDEN = 2.0**-25
"""P(REF) where rounding hides it in every cluster: half a step of single precision below 1."""
Columns = tuple[UInt8s, UInt8s, npt.NDArray[Any]]
"""Alleles and contexts of a block, shape ``(n_sites, n)``, and the class of each haplotype."""


def uniform_start(parameters: Parameters, n: int) -> Float32s:
    """Return the forward variables before the first site: every cluster alike."""
    n_clusters = parameters.emission.shape[-1]
    return np.full((n, n_clusters), 1.0 / n_clusters, dtype=np.float32)


def forward(
    p: Parameters,
    block: slice,
    data: Columns,
    alpha: Float32s,
    prior: Float32s,
    gamma: Float32s,
    keep: bool,
    logs: Float64s,
) -> None:
    """Move `alpha` over a block; see `_hmm_forward.forward_full`."""
    data, hidden = without_hidden(data, p.emission[block])
    logs += hidden * np.log(HIDDEN)
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
    beta: Float32s,
    prior: Float32s,
    gamma: Float32s,
    message: Float32s,
) -> None:
    """Move `beta` back over a block; see `_hmm_forward.backward_full`."""
    data, _ = without_hidden(data, p.emission[block])
    rest = (beta, prior, gamma, message)
    if isinstance(p, Full):
        parts = (p.emission[block], p.transition[block], p.tilt[block], p.inverse[block])
        backward_full(*data, *parts, *rest)
    else:
        backward_memoryless(*data, p.emission[block], p.switch[block], p.jump[block], *rest)


def without_hidden(data: Columns, emission: Float32s) -> tuple[Columns, Int64s]:
    """Return the data without alleles that rounding hides, and how many each haplotype had."""
    alleles, contexts, classes = data
    certain = certain_contexts(emission)
    hidden = np.zeros(alleles.shape, dtype=np.bool_)
    if certain.any():
        hidden = certain[np.arange(len(alleles))[:, None], contexts] & (alleles == 0)
    if hidden.any():
        alleles = np.where(hidden, np.uint8(UNKNOWN), alleles)
    return (alleles, contexts, classes), hidden.sum(axis=0)


@compiled
def certain_contexts(emission: Any) -> Any:
    """Return where P(ALT) is 1 in every cluster, ``bool`` of shape ``(n_sites, n_contexts)``."""
    n_sites, n_contexts, n_clusters = emission.shape
    certain = np.ones((n_sites, n_contexts), np.bool_)
    for site in range(n_sites):
        for b in range(n_contexts):
            for k in range(n_clusters):
                if emission[site, b, k] < 1.0:
                    certain[site, b] = False
                    break
    return certain
