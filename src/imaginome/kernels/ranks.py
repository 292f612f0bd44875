"""Ranks of scores: the curve, the area under it with its interval, how panels are told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import hypergeom, rankdata
from scipy.stats import t as student

from imaginome.arrays import Float64s, Indices
from imaginome.kernels.statistics import ratio
from imaginome.results import Estimate

# -- Receiver operating characteristic of a score --------------------------------------------------


LOW_RATES = {"tpr_1": 0.01, "tpr_01": 0.001}
"""False-positive rates at which true-positive rates are reported, by the name of the finding."""


@dataclass(frozen=True, eq=False)
class Roc:
    """False- and true-positive rates as the threshold falls past each distinct score.

    Attributes
    ----------
    false, true
        ``float64``, shape ``(n_thresholds + 1,)``, non-decreasing from 0 to 1.
    """

    false: Float64s
    true: Float64s

    def auc(self) -> float:
        """Return the area: P(member scores higher) with ties one half; NaN without anyone."""
        return float(np.sum(np.diff(self.false) * 0.5 * (self.true[1:] + self.true[:-1])))

    def true_rates(self, false_rates: npt.ArrayLike) -> Float64s:
        """Return true-positive rates at false-positive rates.

        Among equal scores the attacker accuses some at random: the curve is linear there.
        """
        if math.isnan(self.false[-1]) or math.isnan(self.true[-1]):
            return np.full(np.shape(false_rates), np.nan)
        return np.asarray(np.interp(np.asarray(false_rates, float), self.false, self.true))

    def true_rate(self, false_rate: float) -> float:
        """Return the true-positive rate at one false-positive rate; see `true_rates`."""
        return float(self.true_rates(false_rate))


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of members and non-members, sorted into distinct values once; build with `of`."""

    members: Indices
    others: Indices
    n_values: int

    @classmethod
    def of(cls, members: Float64s, others: Float64s) -> Scores:
        """Rank the scores, highest first; equal scores share a rank."""
        distinct, ranks = np.unique(-np.concatenate([members, others]), return_inverse=True)
        return cls(ranks[: len(members)], ranks[len(members) :], len(distinct))

    def roc(
        self, member_weights: Float64s | None = None, other_weights: Float64s | None = None
    ) -> Roc:
        """Return the curve; weights are how often each individual was drawn."""
        return Roc(
            self._rates(self.others, other_weights), self._rates(self.members, member_weights)
        )

    def _rates(self, ranks: Indices, weights: Float64s | None) -> Float64s:
        mass = np.bincount(ranks, weights, minlength=self.n_values).astype(np.float64)
        total = mass.sum()
        if total == 0:
            return np.full(self.n_values + 1, np.nan)
        return np.concatenate([[0.0], np.cumsum(mass) / total])


# -- The area under a curve with its interval ------------------------------------------------------


TWICE = 2.0
"""Any two non-members from different folds are in each other's reference, so that their errors
may go together: the variance of a mean over pairs is at most twice that of independent ones."""
RARELY = 0.00135
"""Probability beyond three standard errors, at which `judge` is sure."""


def placements(first: Float64s, second: Float64s) -> tuple[Float64s, Float64s]:
    """Return the share of `second` below each of `first`, and of `first` above each of `second`.

    Ties count one half; the mean of either is the area under the curve (DeLong et al. 1988).
    """
    n = len(first)
    ranks = rankdata(np.concatenate([first, second]))
    above = (ranks[:n] - rankdata(first)) / len(second)
    below = 1.0 - (ranks[n:] - rankdata(second)) / n
    return above, below


def auc_estimate(
    members: Float64s,
    others: Float64s,
    member_units: Indices,
    other_units: Indices,
    comparisons: int = 1,
) -> Estimate:
    """Return P(member scores higher), ties one half, with its 95% interval.

    The variance is that of DeLong et al. (1988), summed within families (Obuchowski 1997); no
    side counts for less than it would if scores told nothing, so that a few people who happen to
    be told apart perfectly do not look like certainty. Quantiles are Student's.

    Parameters
    ----------
    comparisons
        How many such areas are compared to pick one: the interval is that of all (Bonferroni).
    """
    groups = [int(unit.max()) + 1 if len(unit) else 0 for unit in (member_units, other_units)]
    if min(groups) < 2:
        return Estimate(value=None)
    above, below = placements(members, others)
    value = float(above.mean())
    variance = _variance(above, member_units) + TWICE * _variance(below, other_units)
    margin = float(student.ppf(1 - 0.025 / comparisons, min(groups) - 1)) * math.sqrt(variance)
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
    variance = float(len(sums) / (len(sums) - 1) * np.sum(sums**2)) / len(placed) ** 2
    return max(variance, 1.0 / (12.0 * len(sums)))


# -- Two panels told apart by scores ---------------------------------------------------------------


def area(
    first: Float64s, second: Float64s, first_weights: Float64s, second_weights: Float64s
) -> Float64s:
    """Return the chance that one of `first` scores above one of `second`; ties count half.

    Parameters
    ----------
    first, second
        Scores, shapes ``(n,)`` and ``(k,)``.
    first_weights, second_weights
        How often each counts, shapes ``(replicates, n)`` and ``(replicates, k)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(replicates,)``; NaN where nobody counts on one side.
    """
    order = np.argsort(second, kind="stable")
    below = np.cumsum(second_weights[:, order], axis=1)
    below = np.concatenate([np.zeros((len(below), 1)), below], axis=1)
    ranked = second[order]
    lower = below[:, np.searchsorted(ranked, first, side="left")]
    upper = below[:, np.searchsorted(ranked, first, side="right")]
    wins = (first_weights * (lower + upper)).sum(axis=1) / 2
    return ratio(wins, first_weights.sum(axis=1) * second_weights.sum(axis=1))


def true_rates(first: Float64s, second: Float64s, false_rates: Float64s) -> Float64s:
    """Return the share of `first` called at given shares of `second` called by mistake."""
    return Scores.of(first, second).roc().true_rates(false_rates)
