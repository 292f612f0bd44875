"""How much noise the steps of a private training need, beside what was released before them."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

from opacus.accountants import RDPAccountant
from scipy.optimize import brentq

from imaginome.errors import ModelError

ACCOUNTANT = "Rényi differential privacy of the subsampled normal mechanism (opacus)"
TOLERANCE = 1e-3
LEAST_NOISE = 0.2
ORDERS = [
    *(1.5, 1.75, 2.25, 2.5, 2.75, 3.5, 4.5, 5.5, 6.5),
    *range(2, 64),
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
    with warnings.catch_warnings():
        # It warns where the best order is the first or last: the bound holds all the same.
        warnings.simplefilter("ignore", UserWarning)
        return float(accountant.get_epsilon(delta=delta, alphas=ORDERS))


def noise_for(
    epsilon: float, delta: float, releases: Sequence[float], rate: float, steps: int
) -> float:
    """Return the least noise over clipping bound with which everything stays below `epsilon`.

    0 for an infinite epsilon. Found to a thousandth, rounded up.

    Raises
    ------
    ModelError
        When the releases alone have spent everything.
    """
    if math.isinf(epsilon):
        return 0.0

    if epsilon_of(releases, 1.0, rate, 0, delta) >= epsilon:
        raise ModelError(
            f"nothing of epsilon {epsilon:g} is left for training",
            "give a larger --epsilon or --delta",
        )

    def beyond(log_noise: float) -> float:
        return epsilon_of(releases, math.exp(log_noise), rate, steps, delta) - epsilon

    low = math.log(LEAST_NOISE)
    if beyond(low) <= 0:
        return LEAST_NOISE
    high = low + math.log(2.0)
    while beyond(high) > 0:
        low, high = high, high + math.log(2.0)
    # The root is known to half of the tolerance, the noise is rounded up by as much.
    return math.exp(float(brentq(beyond, low, high, xtol=TOLERANCE / 2)) + TOLERANCE / 2)
