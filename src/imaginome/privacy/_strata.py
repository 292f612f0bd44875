"""Members against non-members of the same group: areas under the curve with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm, rankdata

from imaginome.arrays import Float64s, Indices, Int64s
from imaginome.results import Estimate


@dataclass(frozen=True, eq=False)
class Stratum:
    """People of one group.

    Attributes
    ----------
    name
        What the group is called.
    train, holdout
        ``intp``: its individuals in either panel.
    """

    name: str
    train: Indices
    holdout: Indices

    def weight(self) -> float:
        """Return the weight among strata at which an average of areas varies least."""
        return len(self.train) * len(self.holdout) / (len(self.train) + len(self.holdout) + 1.0)


@dataclass(frozen=True, eq=False)
class PersonScores:
    """One score a person, of members and non-members, and which family they are of.

    Attributes
    ----------
    train, holdout
        ``float64``: higher is more like a member.
    families
        ``int64``: number of the family (or individual) of each, train before holdout.
    """

    train: Float64s
    holdout: Float64s
    families: Int64s

    def area(self, strata: Sequence[Stratum], looks: int = 1) -> Estimate:
        """Return P(member scores higher than a non-member of the same group), ties one half.

        The artificial panel is the one to be released and stays; the error is that of drawing
        people. Its variance is the sum of squared influences of families (DeLong et al. 1988
        for independent people), and no less than that of equal distributions, (n + m + 1) /
        (12 n m) in one group of n and m. Both bounds together hold for small groups, and where
        everybody is recognised.

        Parameters
        ----------
        strata
            Groups; areas are averaged with their weights. None is empty.
        looks
            How many areas are looked at: the interval is widened for all (Bonferroni).
        """
        weights = np.array([stratum.weight() for stratum in strata])
        weights = weights / weights.sum()
        value, null = 0.0, 0.0
        influence = np.zeros(len(self.families))
        for share, stratum in zip(weights, strata, strict=True):
            area = self._add_influence(stratum, share, influence)
            n, m = len(stratum.train), len(stratum.holdout)
            value += share * area
            null += share**2 * (n + m + 1) / (12 * n * m)
        spread = float((np.bincount(self.families, influence) ** 2).sum())
        margin = float(norm.ppf(1 - 0.025 / looks)) * math.sqrt(max(null, spread))
        return Estimate(value=value, low=max(0.0, value - margin), high=min(1.0, value + margin))

    def _add_influence(self, stratum: Stratum, share: float, influence: Float64s) -> float:
        """Return the area of one group; add the influence of each of its people."""
        members, others = self.train[stratum.train], self.holdout[stratum.holdout]
        n, m = len(members), len(others)
        ranks = rankdata(np.concatenate([members, others]))
        beaten = (ranks[:n] - rankdata(members)) / m
        beating = 1.0 - (ranks[n:] - rankdata(others)) / n
        area = float(beaten.mean())
        influence[stratum.train] += share * (beaten - area) / max(n - 1, 1)
        influence[len(self.train) + stratum.holdout] += share * (beating - area) / max(m - 1, 1)
        return area
