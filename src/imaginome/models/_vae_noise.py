"""Chance that a guarantee rests on: normal noise and who is drawn, from bits nobody can repeat."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.training.noise import NoiseSource

SUMMED = 4
"""Normal numbers in one: gaps that could tell of the value below are not traced back by any attack
that is known. It is no proof, as `training.noise` has one for whole numbers."""
SCALE = 2.0**-53


def normal(n: int, source: NoiseSource) -> Float64s:
    """Return standard normal numbers, ``float64`` of shape ``(n,)``.

    Each is the sum of four of variance one quarter (Holohan and Braghin 2021,
    arXiv:2107.10138): which pair of floating-point numbers made it cannot be found out by
    trial, as it can for a single one.

    Parameters
    ----------
    n
        How many.
    source
        Where the bits come from.
    """
    found = np.zeros(n)
    for _ in range(SUMMED // 2):
        radius, angle = _unit(n, source), _unit(n, source)
        radius = np.sqrt(-2.0 * np.log(radius))
        angle *= 2.0 * np.pi
        found += radius * np.cos(angle)
        found += radius * np.sin(angle)
    return np.asarray(found / SUMMED**0.5)


def chosen(n: int, rate: float, source: NoiseSource) -> Indices:
    """Return who of `n` units is drawn, each alone and with the chance `rate` (Poisson sampling).

    Parameters
    ----------
    n
        Number of units.
    rate
        Chance of each.
    source
        Where the bits come from: the guarantee counts on nobody knowing who was drawn.
    """
    return np.flatnonzero(_unit(n, source) <= rate)


def _unit(n: int, source: NoiseSource) -> Float64s:
    """Return uniform numbers above 0, up to 1: multiples of 2**-53."""
    return ((source.words(n) >> np.uint64(11)).astype(np.float64) + 1.0) * SCALE
