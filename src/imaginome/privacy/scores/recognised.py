"""How well members are told from non-members, with intervals over families or individuals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.kernels.intervals import estimate, individual_weights
from imaginome.kernels.ranks import LOW_RATES, Roc, Scores, auc_estimate, by_chance
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.panel.units import units
from imaginome.privacy.policy import STRETCH, Policy, judge
from imaginome.privacy.scores.crossfit import Targets
from imaginome.results import Estimate, Figure, Finding, Series, Status

# -- The figure of a receiver operating characteristic ---------------------------------------------


CURVE_POINTS = 41


def roc_figure(
    attack: str, name: str, n_others: int, true_rate: Callable[[float], Estimate]
) -> Figure:
    """Draw the curve on fixed rates from one non-member to all, log-log.

    Parameters
    ----------
    attack, name
        Id of the attack, and what the title calls it.
    n_others
        Non-members: a lower rate than one of them cannot be stated.
    true_rate
        Returns the true-positive rate at a false-positive rate, with its interval.
    """
    grid = np.geomspace(1.0 / n_others, 1.0, CURVE_POINTS)
    x: list[float | str] = [float(rate) for rate in grid]
    points = [true_rate(float(rate)) for rate in grid]
    return Figure(
        id=f"{attack}.roc",
        title=f"{name}: who is recognised",
        reading="On the diagonal the attacker guesses. What matters is the left end: a curve "
        "above the diagonal there means that a few members are recognised with confidence.",
        kind="lines",
        x_label="false-positive rate",
        y_label="true-positive rate",
        series=[
            Series(
                name="attack",
                role="artificial",
                x=x,
                y=[p.value for p in points],
                low=[p.low for p in points],
                high=[p.high for p in points],
            ),
            Series(name="guessing", role="baseline", x=x, y=list(map(float, grid))),
        ],
        x_log=True,
        y_log=True,
        diagonal=True,
    )


# -- Members told from non-members -----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Recognised:
    """Scores of people attacked, and what they belong to.

    Attributes
    ----------
    attack, name
        Id and name of the attack.
    members, others
        ``float64``, one score an individual.
    member_units, other_units
        Family (or individual) of each, numbered from zero.
    replicates, rng
        Of the bootstrap of rates.
    """

    attack: str
    name: str
    members: Float64s
    others: Float64s
    member_units: Indices
    other_units: Indices
    replicates: int
    rng: np.random.Generator

    @classmethod
    def of(cls, comparison: Comparison, targets: Targets, attack: str, name: str) -> Recognised:
        """Take the scores of one attack."""
        return cls(
            attack,
            name,
            targets.members,
            targets.others,
            units_among(comparison.train, targets.member_rows),
            units_among(comparison.holdout, targets.other_rows),
            comparison.replicates,
            comparison.rng(attack, "bootstrap"),
        )

    @cached_property
    def scores(self) -> Scores:
        """Return the scores, ranked."""
        return Scores.of(self.members, self.others)

    @cached_property
    def rocs(self) -> list[Roc]:
        """Return the curve on resampled families or individuals of both sides."""
        draws = [
            individual_weights(int(unit.max()) + 1, self.replicates, self.rng)[:, unit]
            for unit in (self.member_units, self.other_units)
        ]
        return [
            self.scores.roc(members.astype(np.float64), others.astype(np.float64))
            for members, others in zip(*draws, strict=True)
        ]

    def auc(self) -> Estimate:
        """Return the area with its interval."""
        return auc_estimate(self.members, self.others, self.member_units, self.other_units)

    def true_rate(self, rate: float) -> Estimate:
        """Return the true-positive rate at a false-positive rate, with its interval."""
        replicates = [roc.true_rate(rate) for roc in self.rocs]
        value = self.scores.roc().true_rate(rate)
        return estimate(value, replicates, lowest=0.0, highest=1.0)

    def findings(self, policy: Policy, rates: tuple[str, ...] = tuple(LOW_RATES)) -> list[Finding]:
        """Judge the area and true-positive rates at low false-positive rates."""
        return [self.judged_area(policy), *self.judged_rates(policy, rates)]

    def judged_area(self, policy: Policy) -> Finding:
        """Judge the area: the key finding."""
        auc = self.auc()
        judged = judge(auc, policy.membership_caution, policy.membership_fail, 0.5)
        return self.finding("auc", "AUC", auc, 0.5, judged)

    def judged_rates(
        self, policy: Policy, rates: tuple[str, ...] = tuple(LOW_RATES)
    ) -> list[Finding]:
        """Judge true-positive rates at low false-positive rates."""
        return [self._low_rate(what, LOW_RATES[what], policy) for what in rates]

    def finding(
        self,
        what: str,
        name: str,
        strength: Estimate,
        baseline: float,
        judged: tuple[Status, str],
    ) -> Finding:
        """Return one finding of this attack; the one called ``auc`` is key."""
        return Finding(
            id=f"{self.attack}.{what}",
            name=f"{self.name}: {name}",
            unit="area" if baseline == 0.5 else "share of train members",
            strength=strength,
            baseline=baseline,
            status=judged[0],
            reason=judged[1],
            key=what == "auc",
        )

    def _low_rate(self, what: str, rate: float, policy: Policy) -> Finding:
        """Judge a true-positive rate; unknown where too few people can state the rate."""
        name = f"true-positive rate at false-positive rate {100 * rate:g}%"
        n = len(self.others)
        if n < 1 / rate:
            reason = f"{n} non-members were attacked; this rate needs {math.ceil(1 / rate):,}"
            return self.finding(what, name, Estimate(value=None), rate, ("unknown", reason))
        strength = self._honest(self.true_rate(rate), rate, rate)
        limits = (policy.low_fpr_caution * rate, policy.low_fpr_fail * rate)
        return self.finding(what, name, strength, rate, judge(strength, *limits, rate))

    def judged_first(self, policy: Policy) -> Finding:
        """Judge the members who score above every non-member: few may be told for sure."""
        name = "members above every non-member"
        baseline = 1.0 / (len(self.others) + 1)
        rates = [roc.true_rate(0.0) for roc in self.rocs]
        strength = estimate(self.scores.roc().true_rate(0.0), rates, lowest=0.0, highest=1.0)
        strength = self._honest(strength, 0.0, baseline)
        limits = (policy.low_fpr_caution * baseline, policy.low_fpr_fail * baseline)
        return self.finding("first", name, strength, baseline, judge(strength, *limits, baseline))

    def _honest(self, strength: Estimate, rate: float, baseline: float) -> Estimate:
        """Lower an interval whose threshold is set by a handful of non-members.

        Resampling knows little of the tail. Not more is taken for sure than what exceeds, once
        in 700 times, what chance would give if members and non-members were of one kind.
        """
        if strength.value is None or strength.low is None:
            return strength
        members, others = (len(np.unique(u)) for u in (self.member_units, self.other_units))
        low = strength.value - (by_chance(members, others, rate) - baseline) / STRETCH
        return strength.model_copy(update={"low": max(0.0, min(strength.low, low))})

    def curve(self) -> Figure:
        """Draw the curve on fixed rates from one non-member to all, log-log."""
        return roc_figure(self.attack, self.name, len(self.others), self.true_rate)


def units_among(panel: Panel, rows: Indices) -> Indices:
    """Return the family of some individuals, or who they are, numbered from zero."""
    return np.asarray(np.unique(units(panel.samples)[rows], return_inverse=True)[1], dtype=np.intp)
