"""From right guesses to a lower bound on epsilon (Steinke, Nasr and Jagielski 2023).

Everyone of m people is in the training panel or not by a fair coin of their own. Whoever sees what
came out guesses the coins of r of them, chosen as he likes. If training is (epsilon, 0)-private
then he is right no more often than Bin(r, e^epsilon / (1 + e^epsilon)), whatever the model, the
data and the guesses. Many right guesses are therefore proof that epsilon is larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import beta, binom

from imaginome.arrays import Bools, Float64s

PRECISION = 1e-11
"""Above the error at which the search for an epsilon ends."""
MOST_EPSILON = 64.0


def p_value(right: int, guesses: int, epsilon: float, delta: float = 0.0, coins: int = 0) -> float:
    """Return the largest probability of so many right guesses under (epsilon, delta)-privacy.

    Theorem 5.2 of the paper: with W ~ Bin(r, e^epsilon / (1 + e^epsilon)), it is at most
    ``P[W >= v] + 2 m delta max_i P[v > W >= v - i] / i``.

    Parameters
    ----------
    right, guesses
        v and r: guesses that were right, and guesses that were made.
    epsilon, delta
        What is claimed.
    coins
        m: people in or out by a fair coin, guessed about or not; at least `guesses`.
    """
    coins = max(coins, guesses)
    chance = float(expit(epsilon))
    p = float(binom.sf(right - 1, guesses, chance))
    if delta > 0 and right > 0:
        below = binom.pmf(np.arange(right - 1, -1, -1), guesses, chance)
        share = np.cumsum(below) / np.arange(1, right + 1)
        p += 2 * coins * delta * float(share.max())
    return min(1.0, p)


def epsilon_bound(
    right: int, guesses: int, level: float = 0.05, delta: float = 0.0, coins: int = 0
) -> float:
    """Return the smallest epsilon that so many right guesses do not reject; 0 where none is.

    Parameters
    ----------
    right, guesses, delta, coins
        See `p_value`.
    level
        Chance that the bound lies above the true epsilon, at most.
    """
    low, high = 0.0, MOST_EPSILON
    if guesses < 1 or p_value(right, guesses, low, delta, coins) > level:
        return 0.0
    if p_value(right, guesses, high, delta, coins) <= level:
        return high
    root = float(brentq(lambda e: p_value(right, guesses, e, delta, coins) - level, low, high))
    # What the search cannot tell apart counts for less leakage, not for more.
    return max(0.0, root - PRECISION)


def epsilon_shown(right: int, guesses: int, level: float = 0.05) -> tuple[float, float, float]:
    """Return the epsilon of guesses so often right, and its two-sided interval without delta.

    The upper end bounds what these guesses show, and not epsilon: a better attack may show more.
    """
    most = 1.0 if right == guesses else float(beta.ppf(1 - level / 2, right + 1, guesses - right))
    value = _log_odds((right + 0.5) / (guesses + 1))
    low = epsilon_bound(right, guesses, level / 2)
    return max(value, low), low, max(value, low, _log_odds(most))


def _log_odds(chance: float) -> float:
    if chance >= 1.0:
        return MOST_EPSILON
    return max(0.0, float(np.log(chance) - np.log1p(-chance)))


@dataclass(frozen=True)
class Guesses:
    """How often guesses were right.

    Attributes
    ----------
    coins, guesses, right
        People in or out by a coin; of those, guessed about; of those, rightly.
    """

    coins: int
    guesses: int
    right: int


def guess_coins(scores: Float64s, inside: Bools, shares: Sequence[float]) -> list[Guesses]:
    """Guess that those with the highest scores were in and those with the lowest were not.

    Parameters
    ----------
    scores
        One a person, the higher the likelier in; ties are broken by the order of people, which
        must know nothing of the coins.
    inside
        What the coins were.
    shares
        Shares of people to guess about, half on each end.
    """
    order = np.argsort(scores, kind="stable")
    guesses = []
    for share in shares:
        each = max(1, round(share * len(scores) / 2))
        low, high = order[:each], order[len(order) - each :]
        right = int((~inside[low]).sum() + inside[high].sum())
        guesses.append(Guesses(len(scores), 2 * each, right))
    return guesses


def bound_pairs(apart: Float64s, shares: Sequence[float]) -> list[tuple[int, int]]:
    """Guess in each pair of people that the one with the higher score was in.

    Parameters
    ----------
    apart
        Score of the one who was in less that of the one who was not, one a pair. Pairs of equal
        scores tell nothing and are not guessed about.
    shares
        Shares of pairs to guess about, those with the clearest difference.

    Returns
    -------
    list
        For each share: guesses, and how many of them were right.
    """
    clear = np.sort(np.abs(apart))[::-1]
    guesses = []
    for share in shares:
        least = clear[max(1, round(share * len(apart))) - 1] if len(apart) else 0.0
        told = (np.abs(apart) >= least) & (apart != 0)
        guesses.append((int(told.sum()), int((told & (apart > 0)).sum())))
    return guesses
