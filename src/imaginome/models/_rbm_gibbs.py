"""Block Gibbs sampling of a Bernoulli restricted Boltzmann machine, in pieces of chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import torch

from imaginome.parallel import map_pieces, pieces

PIECE = 256
"""Chains that are advanced together on one thread; part of the result, unlike threads."""

RandomStream = Callable[[int], np.random.Generator]


@dataclass
class Parameters:
    """Energy ``-v.a - h.b - v.W.h``.

    Attributes
    ----------
    weights
        ``float32``, shape ``(n_sites, n_hidden)``.
    visible, hidden
        Biases, ``float32``, shapes ``(n_sites,)`` and ``(n_hidden,)``.
    """

    weights: torch.Tensor
    visible: torch.Tensor
    hidden: torch.Tensor

    @property
    def n_units(self) -> int:
        """Number of visible and hidden units together."""
        return int(self.visible.shape[0] + self.hidden.shape[0])

    def hidden_input(self, visible: torch.Tensor) -> torch.Tensor:
        """Return the log-odds of the hidden units, shape ``(n, n_hidden)``."""
        return torch.addmm(self.hidden, visible, self.weights)

    def visible_input(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the log-odds of the visible units, shape ``(n, n_sites)``."""
        return torch.addmm(self.visible, hidden, self.weights.T)

    def free_energy(self, visible: torch.Tensor, hidden_input: torch.Tensor) -> torch.Tensor:
        """Return ``-log sum_h exp(-E(v, h))`` of each row, ``float64``."""
        summed = torch.nn.functional.softplus(hidden_input).sum(1, dtype=torch.float64)
        return -(visible @ self.visible).double() - summed


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
def _balanced(
    chance: npt.NDArray[np.float32], phase: npt.NDArray[np.float32], order: npt.NDArray[np.int64]
) -> None:
    n_units = chance.shape[1]
    for row in order:
        line = chance[row]
        for unit in range(n_units):
            total = phase[unit] + line[unit]
            bit = np.float32(1.0) if total >= np.float32(1.0) else np.float32(0.0)
            line[unit] = bit
            phase[unit] = total - bit


def _balanced_torch(chance: torch.Tensor, phase: torch.Tensor, order: torch.Tensor) -> None:
    steps = torch.floor(torch.cumsum(chance[order].double(), 0) + phase)
    previous = torch.cat([torch.zeros_like(steps[:1]), steps[:-1]])
    chance[order] = (steps - previous).clamp_(0, 1).to(chance.dtype)


def draw_balanced(chance: torch.Tensor, rng: np.random.Generator) -> None:
    """Replace chances by Bernoulli draws that are balanced over the rows, in place.

    Systematic sampling: in a fresh random order of the rows, row ``i`` gets a 1 where the
    cumulated chance plus one uniform number per column passes an integer. Every entry is
    1 with exactly its chance, columns are independent given the order, and the number of ones
    in a column differs from its expectation by less than one. It needs one random number a
    column instead of one an entry, and the noise of averages over chains falls.

    Parameters
    ----------
    chance
        ``float32`` chances of shape ``(n_chains, n_units)``, contiguous.
    rng
        Where order and phases come from.
    """
    n_chains, n_units = chance.shape
    phase = rng.random(n_units, dtype=np.float32)
    order = rng.permutation(n_chains)
    if chance.device.type == "cpu":
        _balanced(chance.numpy(), phase, order)
    else:
        device = chance.device
        _balanced_torch(
            chance, torch.from_numpy(phase).to(device), torch.from_numpy(order).to(device)
        )


def sweep(
    model: Parameters, hidden_input: torch.Tensor, steps: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Advance some chains by `steps` Gibbs steps.

    Parameters
    ----------
    model
        The parameters.
    hidden_input
        Log-odds of the hidden units given the chains' visible units; overwritten.
    steps
        Gibbs steps, at least one.
    rng
        Random stream of this piece and step.

    Returns
    -------
    visible, hidden_input
        The new visible units and the log-odds of the hidden units given them.
    """
    for _ in range(steps):
        draw_balanced(hidden_input.sigmoid_(), rng)
        visible = model.visible_input(hidden_input).sigmoid_()
        draw_balanced(visible, rng)
        hidden_input = model.hidden_input(visible)
    return visible, hidden_input


def advance(
    model: Parameters, chains: torch.Tensor, steps: int, stream: RandomStream, threads: int
) -> None:
    """Advance all `chains` in place; piece ``i`` draws from ``stream(i)``."""

    def work(item: tuple[int, slice]) -> None:
        number, rows = item
        start = model.hidden_input(chains[rows])
        chains[rows], _ = sweep(model, start, steps, stream(number))

    if steps > 0:
        map_pieces(work, list(enumerate(pieces(len(chains), PIECE))), threads)
