"""Range bars: a value and its reference with their intervals on one small axis."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imaginome.report.wording import interval, known, number
from imaginome.results import Estimate

PAD = 6.0


@dataclass(frozen=True)
class RangeBar:
    """Positions in percent of the width; None where there is nothing to draw."""

    value: float | None
    low: float | None
    high: float | None
    reference: float | None
    reference_low: float | None
    reference_high: float | None
    best: float | None
    label: str


def range_bar(
    value: Estimate, reference: Estimate, best: float | None, reference_name: str
) -> RangeBar | None:
    """Lay out a range bar; None where the value was not computed."""
    if not known(value.value):
        return None
    finite = [end for end in (*_ends(value), *_ends(reference), best) if known(end)]
    place = _scale(min(finite), max(finite))
    label = f"artificial {number(value.value)} {interval(value)}".strip()
    if known(reference.value):
        label += f"; {reference_name} {number(reference.value)} {interval(reference)}".rstrip()
    if known(best):
        label += f"; {'guessing' if reference_name != 'ceiling' else 'best'} {number(best)}"
    return RangeBar(
        value=place(value.value),
        low=place(value.low),
        high=place(value.high),
        reference=place(reference.value),
        reference_low=place(reference.low),
        reference_high=place(reference.high),
        best=place(best),
        label=label,
    )


def _ends(estimate: Estimate) -> tuple[float | None, ...]:
    return estimate.value, estimate.low, estimate.high


def _scale(low: float, high: float) -> Callable[[float | None], float | None]:
    """Return the map from a value to its position in percent."""
    width = high - low

    def place(value: float | None) -> float | None:
        if not known(value):
            return None
        if width <= 0:
            return 50.0
        return round(PAD + (100 - 2 * PAD) * (value - low) / width, 2)

    return place
