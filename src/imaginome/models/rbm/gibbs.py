"""A restricted Boltzmann machine: hidden units, balanced draws, block Gibbs sampling."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch

from imaginome.arrays import Float32s, Int64s
from imaginome.kernels.compile import compiled, fast
from imaginome.kernels.threads import map_pieces, pieces

# -- Hidden units ----------------------------------------------------------------------------------
# All that a machine needs of its hidden units follows from their cumulant, the logarithm of the sum
# (integral) over the states of a unit of ``exp(state * input)``, and from draws.


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


# -- Random draws that are balanced over chains ----------------------------------------------------


WIDTH = 64
"""Columns that share one random order of rows."""
GOLDEN = 0.6180339887498949
Groups = Int64s | None
Bits = Callable[[torch.Tensor, np.random.Generator, Groups], None]
"""Replaces chances by Bernoulli draws, in place: `draw_balanced`, or another way."""


def random_orders(n_rows: int, n_units: int, rng: np.random.Generator, groups: Groups) -> Int64s:
    """Return a random order of rows for each block of columns, rows of a group together.

    ``int64`` of shape ``(n_blocks, n_rows)``. `groups` numbers the group of each row.
    """
    keys = rng.random((-(-n_units // WIDTH), n_rows))
    if groups is not None:
        keys += groups
    return np.argsort(keys, axis=1)


@compiled
def _balanced(chance: Float32s, phase: Float32s, orders: Int64s) -> None:
    n_units = chance.shape[1]
    for block in range(len(orders)):
        first, last = block * WIDTH, min((block + 1) * WIDTH, n_units)
        for row in orders[block]:
            line = chance[row]
            for unit in range(first, last):
                total = phase[unit] + line[unit]
                bit = np.float32(1.0) if total >= np.float32(1.0) else np.float32(0.0)
                line[unit] = bit
                phase[unit] = total - bit


def _balanced_torch(chance: torch.Tensor, phase: torch.Tensor, orders: torch.Tensor) -> None:
    index = orders.repeat_interleave(WIDTH, 0)[: chance.shape[1]].T
    steps = torch.floor(torch.cumsum(chance.gather(0, index).double(), 0) + phase)
    previous = torch.cat([torch.zeros_like(steps[:1]), steps[:-1]])
    chance.scatter_(0, index, (steps - previous).clamp_(0, 1).to(chance.dtype))


def draw_balanced(chance: torch.Tensor, rng: np.random.Generator, groups: Groups = None) -> None:
    """Replace chances by Bernoulli draws that are balanced over the rows, in place.

    Systematic sampling (Madow and Madow 1944): in a fresh random order of the rows, row ``i``
    gets a 1 where the cumulated chance plus one uniform number per column passes an integer.
    Every entry is 1 with exactly its chance, columns are independent given the order, and the
    number of ones of a column in a group differs from its expectation by less than one. It
    needs one random number a column instead of one an entry, and the noise of averages over
    chains falls. Blocks of columns have orders of their own: columns with equal chances would
    otherwise rise and fall together.

    Parameters
    ----------
    chance
        ``float32`` chances of shape ``(n_chains, n_units)``, contiguous.
    rng
        Where orders and phases come from.
    groups
        Group of each row, ``int64``; None for one group.
    """
    n_chains, n_units = chance.shape
    phase = rng.random(n_units, dtype=np.float32)
    orders = random_orders(n_chains, n_units, rng, groups)
    if chance.device.type == "cpu":
        _balanced(chance.numpy(), phase, orders)
    else:
        device = chance.device
        _balanced_torch(
            chance, torch.from_numpy(phase).to(device), torch.from_numpy(orders).to(device)
        )


def stratified_uniforms(
    n_rows: int, n_units: int, rng: np.random.Generator, groups: Groups
) -> torch.Tensor:
    """Return uniform numbers that are spread evenly over the rows of a group.

    ``float64`` of shape ``(n_rows, n_units)``: multiples of the golden ratio, in a random order
    of rows, from a random phase for each column.
    """
    phase = rng.random(n_units)
    orders = random_orders(n_rows, n_units, rng, groups)
    ranks = np.argsort(orders, axis=1).repeat(WIDTH, axis=0)[:n_units].T
    return torch.from_numpy((ranks * GOLDEN + phase) % 1.0)


# -- The machine, and block Gibbs sampling of it ---------------------------------------------------


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


# -- Draws that are balanced over rows alike so far ------------------------------------------------


Array = Any


def draw_along(chance: torch.Tensor, rng: np.random.Generator, groups: Groups = None) -> None:
    """Replace chances by Bernoulli draws, column after column, in place.

    Systematic sampling as in `draw_balanced`, but rows of a group stand in the order of what
    was drawn for them in the columns before, the nearest first (Durbin 2014), and not in a
    random one. So not only the ones of a column are as many as expected, also the ones among
    rows with the same last column, or the same last two: haplotypes of neighbouring sites are
    as frequent as they should be. Every row is still drawn with its chances, columns
    independent: a column's phase is uniform whatever was drawn before.

    Parameters
    ----------
    chance
        ``float32`` chances of shape ``(n_rows, n_units)``, contiguous, on the CPU.
    rng
        Where phases and the first order come from.
    groups
        Group of each row, ``int64``; None for one group.
    """
    n_rows, n_units = chance.shape
    keys = rng.random(n_rows)
    counts = np.array([n_rows])
    if groups is not None:
        keys += groups
        counts = np.unique(groups, return_counts=True)[1]
    ends = np.cumsum(counts).astype(np.int64)
    fill(chance.numpy(), rng.random(n_units), np.argsort(keys), ends)


@fast
def fill(chance: Array, phase: Array, order: Array, ends: Array) -> None:
    """Draw `chance` column by column; rows ``order[ends[g - 1]:ends[g]]`` are a group."""
    n_units = chance.shape[1]
    following, ones = np.empty_like(order), np.empty_like(order)
    for unit in range(n_units):
        total, first = phase[unit], 0
        for end in ends:
            without, n_ones = first, 0
            for place in range(first, end):
                row = order[place]
                total += chance[row, unit]
                if total >= 1.0:
                    total -= 1.0
                    chance[row, unit] = 1.0
                    ones[n_ones] = row
                    n_ones += 1
                else:
                    chance[row, unit] = 0.0
                    following[without] = row
                    without += 1
            for place in range(n_ones):
                following[without + place] = ones[place]
            first = end
        order, following = following, order
