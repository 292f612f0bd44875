"""How much noise the steps of a private training need, beside what was released before them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from opacus.accountants import RDPAccountant

ACCOUNTANT = "Rényi differential privacy of the subsampled normal mechanism (opacus)"
TOLERANCE = 1e-3
LEAST_NOISE = 0.2
MOST_NOISE = 1e7
ORDERS = [
    *(1.0 + x / 4.0 for x in range(1, 28)),
    *range(8, 64),
    *(80, 128, 256, 512, 1024),
]
"""Whole ones are quick to add up, fractions slow; a coarser choice only ever adds noise."""


def epsilon_of(
    releases: Sequence[float], noise: float, rate: float, steps: int, delta: float
) -> float:
    """Return epsilon of everything together.

    Parameters
    ----------
    releases
        Noise over sensitivity of what was released with normal noise, of everyone, once each.
    noise, rate, steps
        Noise over clipping bound of a step, the chance of each unit to be in it, and how many.
    delta
        At this delta.
    """
    accountant = RDPAccountant()
    accountant.history = [(release, 1.0, 1) for release in releases]
    if steps:
        accountant.history.append((noise, rate, steps))
    return float(accountant.get_epsilon(delta=delta, alphas=ORDERS))


def noise_for(
    epsilon: float, delta: float, releases: Sequence[float], rate: float, steps: int
) -> float:
    """Return the least noise over clipping bound with which everything stays below `epsilon`.

    0 for an infinite epsilon. Found by bisection to a thousandth, rounded up.
    """
    if math.isinf(epsilon):
        return 0.0
    low, high = LEAST_NOISE, MOST_NOISE
    while high / low > 1.0 + TOLERANCE:
        middle = math.sqrt(low * high)
        enough = epsilon_of(releases, middle, rate, steps, delta) <= epsilon
        low, high = (low, middle) if enough else (middle, high)
    return high
