"""How far a measure is from perfect, with its interval, in units of what real people reach."""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.report.wording import known
from imaginome.results import Estimate, Measure


@dataclass(frozen=True)
class Gap:
    """The distance of a measure from its best value, never less than that of the ceiling.

    Real people against real people are not surpassed: who comes nearer than the ceiling is as
    good, not better, for copies of real people do too.

    Attributes
    ----------
    value, low, high
        Distance with the ends of its 95% interval, in the unit of the measure.
    unit
        The ceiling's gap, at least half the width of the ceiling's interval; 0 where the ceiling
        is perfect.
    """

    value: float
    low: float
    high: float
    unit: float

    @property
    def multiple(self) -> Estimate:
        """Return the gap as a multiple of the ceiling's, at least 1; null where that is perfect."""
        if self.unit <= 0:
            return Estimate(value=None)
        value, low, high = (max(1.0, v / self.unit) for v in (self.value, self.low, self.high))
        return Estimate(value=value, low=low, high=high)


def gap_of(measure: Measure) -> Gap | None:
    """Return the gap of a measure; None where value or ceiling could not be computed.

    Without a best value the ceiling itself is the aim: for `toward` ``best`` nearness to it, for
    ``higher`` what is missing to it.
    """
    value, ceiling = measure.artificial, measure.ceiling
    if not known(value.value) or not known(ceiling.value):
        return None
    aim = _aim(measure)
    one_sided = measure.best is None and measure.toward == "higher"
    floor = abs(ceiling.value - aim)
    ends = [end for end in (value.low, value.high) if known(end)] or [value.value]
    distances = [_distance(v, aim, one_sided) for v in ends]
    inside = min(ends) <= aim <= max(ends)
    centre = max(floor, _distance(value.value, aim, one_sided))
    return Gap(
        centre,
        min(centre, max(floor, 0.0 if inside else min(distances))),
        max(centre, floor, *distances),
        max(floor, _half_width(ceiling)),
    )


def surely_less(one: Gap, other: Gap) -> bool:
    """Say whether one gap's interval lies wholly below another's."""
    return one.high < other.low


def _aim(measure: Measure) -> float:
    if measure.best is not None:
        return measure.best
    if measure.toward == "lower":
        return 0.0
    return measure.ceiling.value or 0.0


def _distance(value: float, aim: float, one_sided: bool) -> float:
    return max(0.0, aim - value) if one_sided else abs(value - aim)


def _half_width(estimate: Estimate) -> float:
    if not known(estimate.low) or not known(estimate.high):
        return 0.0
    return (estimate.high - estimate.low) / 2
