"""Hidden units: binary, or truncated Gaussian ("ReLU").

All that a machine needs of its hidden units follows from their cumulant, the logarithm of the
sum (integral) over the states of a unit of ``exp(state * input)``, and from draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from imaginome.models._rbm_balanced import Bits, Groups, stratified_uniforms

Kind = Literal["bernoulli", "relu"]
HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)
LEAST_INPUT = -30.0
TINY = 1e-300


@dataclass(frozen=True)
class Units:
    """A kind of hidden units; every function takes inputs of shape ``(n, n_hidden)``.

    Attributes
    ----------
    cumulant
        ``log sum_h exp(h * input)``, ``-h**2 / 2`` in the exponent for truncated Gaussians.
    mean
        Expected state.
    draw
        States drawn by a generator, balanced over rows of a group; may overwrite the input.
        Bernoulli draws are made in the way that is handed in.
    """

    cumulant: Callable[[torch.Tensor], torch.Tensor]
    mean: Callable[[torch.Tensor], torch.Tensor]
    draw: Callable[[torch.Tensor, np.random.Generator, Groups, Bits], torch.Tensor]


def _draw_binary(
    hidden_input: torch.Tensor, rng: np.random.Generator, groups: Groups, bits: Bits
) -> torch.Tensor:
    chance = hidden_input.sigmoid_()
    bits(chance, rng, groups)
    return chance


def _log_integral(hidden_input: torch.Tensor) -> torch.Tensor:
    """Return ``log of the integral over h >= 0 of exp(h * input - h**2 / 2)``."""
    x = hidden_input.double()
    logs: torch.Tensor = 0.5 * x.square() + torch.special.log_ndtr(x) + HALF_LOG_TWO_PI
    return logs.to(hidden_input.dtype)


def _truncated_mean(hidden_input: torch.Tensor) -> torch.Tensor:
    x = hidden_input.double()
    density = torch.exp(-0.5 * x.square() - HALF_LOG_TWO_PI - torch.special.log_ndtr(x))
    return (x + density).clamp_(min=0).to(hidden_input.dtype)


def _draw_truncated(
    hidden_input: torch.Tensor, rng: np.random.Generator, groups: Groups, _bits: Bits
) -> torch.Tensor:
    """Invert the tail: ``P(h > t) = Phi(input - t) / Phi(input)`` is set to a uniform number."""
    x = hidden_input.double().clamp_(min=LEAST_INPUT)
    uniform = stratified_uniforms(x.shape[0], x.shape[1], rng, groups).to(x.device)
    tail = (uniform * torch.special.ndtr(x)).clamp_(min=TINY)
    states: torch.Tensor = x - torch.special.ndtri(tail)
    return states.clamp_(min=0).to(hidden_input.dtype)


UNITS: dict[Kind, Units] = {
    "bernoulli": Units(torch.nn.functional.softplus, torch.sigmoid, _draw_binary),
    "relu": Units(_log_integral, _truncated_mean, _draw_truncated),
}
