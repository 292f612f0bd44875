"""Bernoulli draws that are balanced over rows, and over rows alike so far."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from imaginome.models._compile import compiled
from imaginome.models._rbm_balanced import Groups

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


@compiled
def fill(chance: Array, phase: Array, order: Array, ends: Array) -> None:
    """Draw `chance` column by column; rows ``order[ends[g - 1]:ends[g]]`` are a group."""
    n_units = chance.shape[1]
    following, ones = np.empty_like(order), np.empty_like(order)
    for unit in range(n_units):
        total, first = phase[unit], 0
        for end in ends:
            without, found = first, 0
            for place in range(first, end):
                row = order[place]
                total += chance[row, unit]
                if total >= 1.0:
                    total -= 1.0
                    chance[row, unit] = 1.0
                    ones[found] = row
                    found += 1
                else:
                    chance[row, unit] = 0.0
                    following[without] = row
                    without += 1
            for place in range(found):
                following[without + place] = ones[place]
            first = end
        order, following = following, order
