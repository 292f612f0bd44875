"""Random draws that are balanced over chains, so that averages over chains have less noise."""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
import torch

from imaginome.arrays import Float32s, Int64s

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


@numba.njit(cache=True, nogil=True, fastmath={"contract"})
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
