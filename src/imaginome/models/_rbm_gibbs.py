"""The machine, and block Gibbs sampling of it in pieces of chains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Int64s
from imaginome.models._rbm_balanced import Bits, Groups, draw_balanced
from imaginome.models._rbm_units import UNITS, Kind
from imaginome.parallel import map_pieces, pieces

PIECE = 256
"""Chains that are advanced together on one thread; part of the result, unlike threads."""

RandomStream = Callable[[int], np.random.Generator]


@dataclass
class Parameters:
    """Energy ``-v.a - h.b - v.W.h`` of some rows, plus ``h.h / 2`` for truncated Gaussians.

    Attributes
    ----------
    weights
        ``float32``, shape ``(n_sites, n_hidden)``.
    visible
        Biases of sites, ``float32``, shape ``(n_sites,)``, or ``(n_rows, n_sites)``.
    hidden
        Biases of hidden units, ``float32``, shape ``(n_hidden,)``, or ``(n_rows, n_hidden)``.
    kind
        Kind of hidden units.
    """

    weights: torch.Tensor
    visible: torch.Tensor
    hidden: torch.Tensor
    kind: Kind = "bernoulli"

    def hidden_input(self, visible: torch.Tensor) -> torch.Tensor:
        """Return the inputs of the hidden units, shape ``(n, n_hidden)``."""
        return torch.addmm(self.hidden, visible, self.weights)

    def visible_input(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the log-odds of the visible units, shape ``(n, n_sites)``."""
        return torch.addmm(self.visible, hidden, self.weights.T)

    def hidden_mean(self, hidden_input: torch.Tensor) -> torch.Tensor:
        """Return the expected states of the hidden units."""
        return UNITS[self.kind].mean(hidden_input)

    def cumulant(self, hidden_input: torch.Tensor) -> torch.Tensor:
        """Return the logarithm of the sum over hidden states of each row, ``float64``."""
        return UNITS[self.kind].cumulant(hidden_input).sum(1, dtype=torch.float64)

    def free_energy(self, visible: torch.Tensor, hidden_input: torch.Tensor) -> torch.Tensor:
        """Return ``-log sum_h exp(-E(v, h))`` of each row, ``float64``."""
        biased = (visible * self.visible).sum(1, dtype=torch.float64)
        return -biased - self.cumulant(hidden_input)


@dataclass
class Machine:
    """A machine for every class: they share weights.

    Attributes
    ----------
    weights, kind
        As in `Parameters`.
    visible, hidden
        Biases in each class, ``float32``, shapes ``(n_classes, n_sites)`` and
        ``(n_classes, n_hidden)``.
    """

    weights: torch.Tensor
    visible: torch.Tensor
    hidden: torch.Tensor
    kind: Kind = "bernoulli"

    def of(self, classes: Int64s) -> Parameters:
        """Return the parameters of rows of these classes, ``int64`` of shape ``(n_rows,)``."""
        if len(self.visible) == 1:
            return Parameters(self.weights, self.visible[0], self.hidden[0], self.kind)
        index = torch.from_numpy(classes).to(self.visible.device)
        return Parameters(self.weights, self.visible[index], self.hidden[index], self.kind)


def sweep(
    model: Parameters,
    hidden_input: torch.Tensor,
    steps: int,
    rng: np.random.Generator,
    groups: Groups = None,
    bits: Bits = draw_balanced,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Advance some chains by `steps` Gibbs steps.

    Parameters
    ----------
    model
        The parameters.
    hidden_input
        Inputs of the hidden units given the chains' visible units; overwritten.
    steps
        Gibbs steps, at least one.
    rng
        Random stream of this piece and step.
    groups
        Groups of chains within which draws are balanced; None for one group.
    bits
        How Bernoulli draws are made.

    Returns
    -------
    visible, hidden_input
        The new visible units and the inputs of the hidden units given them.
    """
    draw = UNITS[model.kind].draw
    for _ in range(steps):
        visible = model.visible_input(draw(hidden_input, rng, groups, bits)).sigmoid_()
        bits(visible, rng, groups)
        hidden_input = model.hidden_input(visible)
    return visible, hidden_input


def advance(
    machine: Machine,
    chains: torch.Tensor,
    classes: Int64s,
    steps: int,
    stream: RandomStream,
    threads: int,
    bits: Bits = draw_balanced,
    piece: int = PIECE,
) -> None:
    """Advance all `chains` in place; ``piece`` of them together, by draws from ``stream(i)``."""

    def work(item: tuple[int, slice]) -> None:
        number, rows = item
        model = machine.of(classes[rows])
        start = model.hidden_input(chains[rows])
        chains[rows], _ = sweep(model, start, steps, stream(number), classes[rows], bits)

    if steps > 0:
        map_pieces(work, list(enumerate(pieces(len(chains), piece))), threads)
