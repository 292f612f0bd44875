"""Receiver operating characteristic of a score, with weights for a bootstrap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices

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

    def true_rate(self, false_rate: float) -> float:
        """Return the true-positive rate at a false-positive rate.

        Among equal scores the attacker accuses some at random: the curve is linear there.
        """
        if math.isnan(self.false[-1]) or math.isnan(self.true[-1]):
            return math.nan
        last = int(np.searchsorted(self.false, false_rate, side="right")) - 1
        if last == len(self.false) - 1:
            return float(self.true[last])
        part = (false_rate - self.false[last]) / (self.false[last + 1] - self.false[last])
        return float(self.true[last] + part * (self.true[last + 1] - self.true[last]))


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
