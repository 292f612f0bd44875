"""Noise of the discrete normal distribution, for counts, from bits of the operating system.

Noise of floating-point numbers leaks: their gaps tell of the value below. Counts are whole
numbers, and so is their noise.
"""

from __future__ import annotations

import decimal
import os
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from imaginome.arrays import Int64s, UInt64s

BITS = 128
GUARD = 64


@dataclass(frozen=True)
class NoiseSource:
    """Where the bits of the noise come from.

    Attributes
    ----------
    words
        Returns so many independent uniform 64-bit words, ``uint64`` of shape ``(n,)``.
    secret
        Whether nobody can draw them again.
    """

    words: Callable[[int], UInt64s]
    secret: bool


def _of_system(n: int) -> UInt64s:
    return np.frombuffer(os.urandom(8 * n), dtype=np.uint64)


SYSTEM = NoiseSource(_of_system, secret=True)
"""The random source of the operating system: never the same twice, and no seed tells it."""


def seeded(seed: int) -> NoiseSource:
    """Return a source that can be repeated: for tests, never for a release.

    Who knows the seed subtracts the noise, and the guarantee is void.
    """
    rng = np.random.default_rng(seed)
    return NoiseSource(lambda n: rng.integers(0, 1 << 64, n, dtype=np.uint64), secret=False)


def discrete_normal(variance: float, n: int, source: NoiseSource) -> Int64s:
    """Draw whole numbers ``k`` with chances proportional to ``exp(-k^2 / (2 variance))``.

    By inversion in whole numbers of 128 bits: the total distance to the true distribution is
    below ``2^-100`` a draw, and no floating-point number is involved.

    Parameters
    ----------
    variance
        Parameter of the distribution (squared units of the count); 0 gives zeros.
    n
        How many.
    source
        Where the bits come from.

    Returns
    -------
    numpy.ndarray
        ``int64`` of shape ``(n,)``.
    """
    if variance == 0:
        return np.zeros(n, dtype=np.int64)
    bounds = _bounds(variance)
    reach = len(bounds) // 2
    first = _split(bounds)
    high, low = source.words(n), source.words(n)
    indices = np.searchsorted(first, high, side="right")
    # The first words tie with a bound once in 2^50 draws: then all 128 bits decide.
    for i in np.flatnonzero(np.isin(high, first)):
        word = (int(high[i]) << 64) | int(low[i])
        indices[i] = bisect_right(bounds, word)
    return np.asarray(indices - reach, dtype=np.int64)


def _split(bounds: tuple[int, ...]) -> UInt64s:
    return np.array([bound >> 64 for bound in bounds], dtype=np.uint64)


@lru_cache(maxsize=8)
def _bounds(variance: float) -> tuple[int, ...]:
    """Return the cumulative chances of ``-reach, ..., reach - 1`` in units of ``2^-128``."""
    one = 1 << (BITS + GUARD)
    half = [one, *_weights(variance, one)]
    whole = [*reversed(half[1:]), *half]
    total, so_far, bounds = sum(whole), 0, list[int]()
    for weight in whole[:-1]:
        so_far += weight
        bounds.append((so_far << BITS) // total)
    return tuple(bounds)


def _weights(variance: float, one: int) -> list[int]:
    """Return ``exp(-k^2 / (2 variance))`` for k = 1, 2, ... in units of `one`, until it is 0.

    The ratio of neighbours is geometric: two multiplications each.
    """
    with decimal.localcontext() as context:
        context.prec = 90
        step = (decimal.Decimal(-1) / (2 * decimal.Decimal(variance))).exp()
        ratio, square = int(step * one), int(step * step * one)
    weights, weight = list[int](), one
    while weight := weight * ratio // one:
        weights.append(weight)
        ratio = ratio * square // one
    return weights


def describe(source: NoiseSource) -> str:
    """Say where the noise came from, for the record of a guarantee."""
    if source.secret:
        return "discrete normal noise from the random source of the operating system"
    return "discrete normal noise from a seed: NO guarantee towards anyone who knows the seed"
