"""The area under a curve with its interval, and what chance does at the curve's end."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import hypergeom, rankdata
from scipy.stats import t as student

from imaginome.arrays import Float64s, Indices
from imaginome.results import Estimate

TWICE = 2.0
"""Any two non-members from different folds are in each other's reference, so that their errors
may go together: the variance of a mean over pairs is at most twice that of independent ones."""
RARELY = 0.00135
"""Probability beyond three standard errors, at which `judge` is sure."""


def auc_estimate(
    members: Float64s, others: Float64s, member_units: Indices, other_units: Indices, looks: int = 1
) -> Estimate:
    """Return P(member scores higher), ties one half, with its 95% interval.

    The variance is that of DeLong et al. (1988), summed within families (Obuchowski 1997); no
    side counts for less than it would if scores told nothing, so that a few people who happen to
    be told apart perfectly do not look like certainty. Quantiles are Student's.

    Parameters
    ----------
    looks
        How many such areas are looked at to pick one: the interval is that of all (Bonferroni).
    """
    m, n = len(members), len(others)
    groups = [int(unit.max()) + 1 if len(unit) else 0 for unit in (member_units, other_units)]
    if min(groups) < 2:
        return Estimate(value=None)
    ranks = rankdata(np.concatenate([members, others]))
    above = (ranks[:m] - rankdata(members)) / n
    below = 1.0 - (ranks[m:] - rankdata(others)) / m
    value = float(above.mean())
    variance = _variance(above, member_units) + TWICE * _variance(below, other_units)
    margin = float(student.ppf(1 - 0.025 / looks, min(groups) - 1)) * math.sqrt(variance)
    return Estimate(value=value, low=max(0.0, value - margin), high=min(1.0, value + margin))


def by_chance(n_members: int, n_others: int, rate: float) -> float:
    """Return the share of members that chance lets through, or fewer, all but once in 700 times.

    Members above the next non-member after a share `rate` of them: negative hypergeometric.
    """
    k = int(np.floor(rate * n_others + 1e-9))
    through = np.arange(n_members + 1)
    beyond = hypergeom.cdf(k, n_members + n_others, n_others, through + k)
    return float(np.argmax(beyond <= RARELY) if beyond[-1] <= RARELY else n_members) / n_members


def _variance(placed: Float64s, unit: Indices) -> float:
    """Return the variance of the mean of placements, at least that of even ones."""
    sums = np.bincount(unit, placed - placed.mean())
    found = float(len(sums) / (len(sums) - 1) * np.sum(sums**2)) / len(placed) ** 2
    return max(found, 1.0 / (12.0 * len(sums)))
