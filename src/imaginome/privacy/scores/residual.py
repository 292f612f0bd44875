"""Residual risk: what an attack gains on train members beyond what it gains on people not seen.

It is ``(attack - control) / (1 - control)``, where both are success rates: the share of what the
control leaves open that having been in train gives away. Given the artificial panel, people of
train whom it tells nothing of are exchangeable with the holdout; so the interval comes from drawing
people of both anew (families where they are known), and the artificial panel stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float64s, Int64s
from imaginome.kernels.intervals import estimate, individual_weights, wilson
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.policy import Policy, judge
from imaginome.results import Cell, Estimate, Finding, Status, Table

# -- Sources and words of the three tests ----------------------------------------------------------
# The three tests of the European opinion on anonymisation share them.


WP29_NOTE = (
    "One of the three tests of opinion 05/2014 on anonymisation techniques of the European "
    "working party on data protection (WP 216). Residual risk is (attack - control) / "
    "(1 - control), the control being the same attack on the holdout; it can be negative by "
    "chance. Intervals come from drawing train and holdout people anew (families whole); the "
    "artificial panel is the one to be released and stays. The control of the finding is one half "
    "of the holdout against the other. Where the attack does no better on train than guessing, "
    "it says nothing, and nothing is passed."
)


def drawn(comparison: Comparison, attack: str, most: int) -> tuple[Panel, Panel]:
    """Return train and holdout, each reduced at random to at most so many people."""
    panels = []
    for name in ("train", "holdout"):
        people: Panel = getattr(comparison, name)
        if people.n_individuals > most:
            rng = comparison.rng(attack, "targets", name)
            chosen = rng.choice(people.n_individuals, most, replace=False)
            people = people.take_individuals(np.sort(chosen))
        panels.append(people)
    return panels[0], panels[1]


def whom(comparison: Comparison, n_train: int, n_holdout: int) -> str:
    """Say who was attacked."""
    sizes = comparison.sizes()
    return (
        f"{n_train} of {sizes.train} people in train and {n_holdout} of {sizes.holdout} in the "
        "holdout were attacked, drawn at random where not all; everyone artificial was used."
    )


def rates_table(attack: str, rows: Sequence[tuple[str, Rate, Rate, float]]) -> Table:
    """Show success on train and on the holdout beside guessing, and the residual risk."""
    cells: list[list[Cell]] = [
        [
            name,
            _shown(on_train.estimate()),
            _shown(on_holdout.estimate()),
            f"{guess:.3g}",
            _shown(residual(on_train, on_holdout)),
        ]
        for name, on_train, on_holdout, guess in rows
    ]
    return Table(
        id=f"{attack}.rates",
        title="Success of attempts",
        columns=["what", "on train", "on the holdout", "by guessing", "residual risk"],
        rows=cells,
    )


def _shown(rate: Estimate) -> str:
    if rate.value is None:
        return "not known"
    if rate.low is None or rate.high is None:
        return f"{rate.value:.3f}"
    return f"{rate.value:.3f} ({rate.low:.3f} to {rate.high:.3f})"


# -- Residual risk ---------------------------------------------------------------------------------


REPLICATES = 1000
"""Draws of people; each is one sum over numbers already known."""
UNIT = "residual risk"


@dataclass(frozen=True, eq=False)
class Rate:
    """A success rate of an attack on one group of people.

    Attributes
    ----------
    value
        Successes per attempt; NaN where nothing could be attempted.
    replicates
        ``float64``, shape ``(REPLICATES,)``: the same on people drawn anew.
    units
        Individuals, or families where they are known.
    """

    value: float
    replicates: Float64s
    units: int

    def estimate(self) -> Estimate:
        """Return the rate with its interval."""
        return estimate(self.value, self.replicates, lowest=0.0, highest=1.0)


def rate_of(hits: Float64s, tries: Float64s, groups: Int64s, rng: np.random.Generator) -> Rate:
    """Return successes per attempt over all people.

    Parameters
    ----------
    hits, tries
        Successes and attempts for each individual, shape ``(n_individuals,)``.
    groups
        Family of each individual; families are drawn whole.
    """
    sums = np.stack([np.bincount(groups, hits), np.bincount(groups, tries)])
    drawn = _weights(sums.shape[1], rng) @ sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.divide(*sums.sum(axis=1))
        return Rate(float(value), drawn[:, 0] / drawn[:, 1], sums.shape[1])


def rate_by_influence(
    value: float, influence: Float64s, groups: Int64s, rng: np.random.Generator
) -> Rate:
    """Return a rate that is no mean over people, with replicates to the first order.

    Parameters
    ----------
    influence
        How much the rate falls when an individual is left out, shape ``(n_individuals,)``.
    """
    sums = np.bincount(groups, influence)
    drawn = (_weights(len(sums), rng) - 1.0) @ sums
    return Rate(value, value + drawn, len(sums))


def _weights(n: int, rng: np.random.Generator) -> Float64s:
    return individual_weights(n, REPLICATES, rng).astype(np.float64)


def residual(attack: Rate, control: Rate) -> Estimate:
    """Return the residual risk with its interval; none where the control is always right.

    It is negative where the attack happens to do better on the holdout. Where few people bear
    all successes, or nobody, drawing people anew says little of what others would show: the
    margin is never less than what one more or less success in Wilson's interval for no success
    at all would make of it.
    """
    if not control.value < 1.0:
        return Estimate(value=None)
    value = (attack.value - control.value) / (1.0 - control.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        replicates = (attack.replicates - control.replicates) / (1.0 - control.replicates)
    risk = estimate(value, replicates)
    if risk.value is None or risk.low is None or risk.high is None:
        return risk
    least = _least_margin(min(attack.units, control.units)) / (1.0 - control.value)
    low, high = min(risk.low, value - least), max(risk.high, value + least)
    return Estimate(value=value, low=low, high=min(high, max(1.0, value)))


def _least_margin(units: int) -> float:
    """Return the upper end of Wilson's interval for a rate when nobody was hit."""
    return wilson(0.0, units).high or 0.0


def residual_finding(
    what: tuple[str, str],
    rates: tuple[Rate, Rate],
    guess: float,
    control: Estimate,
    policy: Policy,
    *,
    key: bool = False,
) -> Finding:
    """Return the finding on a residual risk.

    Parameters
    ----------
    what
        Id and name of the finding.
    rates
        Success on train and on the holdout.
    guess
        Success on train without the artificial records. An attack that does no better has not
        used what it has, and its failure proves nothing: then a pass becomes ``unknown``.
    control
        The residual risk of one half of the holdout against the other.
    """
    strength = residual(*rates)
    status, reason = judge(strength, policy.residual_caution, policy.residual_fail, 0.0)
    if status == "pass" and not rates[0].value > guess:
        status, reason = _no_power(rates[0].value, guess)
    return Finding(
        id=what[0],
        name=what[1],
        unit=UNIT,
        strength=strength,
        baseline=0.0,
        control=control,
        status=status,
        reason=reason,
        key=key,
    )


def _no_power(success: float, guess: float) -> tuple[Status, str]:
    return (
        "unknown",
        f"the attack succeeds in {success:.3g} of attempts, guessing in {guess:.3g}: no power here",
    )


def halves(groups: Int64s, rng: np.random.Generator) -> Bools:
    """Return which individuals are in the first half, families whole: ``(n_individuals,)``."""
    first = rng.permutation(int(groups.max()) + 1) % 2 == 0
    return np.asarray(first[groups])


def between_halves(
    hits: Float64s, tries: Float64s, groups: Int64s, rng: np.random.Generator
) -> Estimate:
    """Return the residual risk of one half of people against the other, for `rate_of`."""
    first = halves(groups, rng)
    sides = []
    for side in (first, ~first):
        among = np.unique(groups[side], return_inverse=True)[1].astype(np.int64)
        sides.append(rate_of(hits[side], tries[side], among, rng))
    return residual(*sides)
