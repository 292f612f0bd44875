"""How far a measure is from perfect, in units of how far real people are: the gap to the ceiling.

Real people against real people are not surpassed: who comes nearer than the ceiling is as good,
not better, for copies of real people do too. The gap of the ceiling counts as at least half the
width of its interval: a ceiling that hits the best value by luck must not turn noise into a large
multiple.
"""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.results.evaluation import Measure
from imaginome.results.figures import Estimate
from imaginome.results.wording import known


@dataclass(frozen=True)
class Gap:
    """The distance of a measure from its best value beside that of the ceiling.

    Attributes
    ----------
    distance
        Of the value, in the unit of the measure.
    low, high
        Ends of the 95% interval of the distance, never less than the ceiling's.
    unit
        The ceiling's distance, at least half the width of the ceiling's interval; 0 where the
        ceiling is perfect.
    ceiling
        The ceiling's distance as it is.
    """

    distance: float
    low: float
    high: float
    unit: float
    ceiling: float = 0.0

    @property
    def value(self) -> float:
        """Return the distance, never less than the ceiling's."""
        return max(self.ceiling, self.distance)

    @property
    def ratio(self) -> float | None:
        """Return the distance in units of the ceiling's; None where that is perfect."""
        return over(self.distance, self.unit)

    @property
    def multiple(self) -> Estimate:
        """Return the ratio with its interval, at least 1; null where the ceiling is perfect."""
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
    best = aim(measure)
    at = ceiling.value if best is None else best
    one_sided = measure.best is None and measure.toward == "higher"
    floor = abs(ceiling.value - at)
    ends = [end for end in (value.low, value.high) if known(end)] or [value.value]
    distances = [_distance(end, at, one_sided) for end in ends]
    inside = min(ends) <= at <= max(ends)
    distance = _distance(value.value, at, one_sided)
    centre = max(floor, distance)
    low = min(centre, max(floor, 0.0 if inside else min(distances)))
    unit = max(floor, half_width(ceiling))
    return Gap(distance, low, max(centre, *distances), unit, floor)


def aim(measure: Measure) -> float | None:
    """Return the value of a perfect panel; None where a measure names none."""
    return 0.0 if measure.best is None and measure.toward == "lower" else measure.best


def error_ratio(measure: Measure) -> float | None:
    """Return value over ceiling, as they are; None but for errors that are best at zero."""
    if measure.toward != "lower" or aim(measure) != 0.0:
        return None
    return over(measure.artificial.value, measure.ceiling.value)


def difference(measure: Measure) -> float | None:
    """Return value less ceiling; None where one could not be computed."""
    value, ceiling = measure.artificial.value, measure.ceiling.value
    return value - ceiling if known(value) and known(ceiling) else None


def over(value: float | None, ceiling: float | None) -> float | None:
    """Return value over ceiling; None where one is not known or the ceiling is not above zero."""
    if not known(value) or not known(ceiling) or ceiling <= 0:
        return None
    return value / ceiling


def half_width(estimate: Estimate) -> float:
    """Return half the width of an interval; 0 where there is none."""
    if not known(estimate.low) or not known(estimate.high):
        return 0.0
    return (estimate.high - estimate.low) / 2


def _distance(value: float, at: float, one_sided: bool) -> float:
    return max(0.0, at - value) if one_sided else abs(value - at)
