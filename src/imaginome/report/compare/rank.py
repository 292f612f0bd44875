"""Measures of several sets side by side: ranks, and multiples of the ceiling's gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from imaginome.report.compare.ground import same_ceiling
from imaginome.report.compare.read import Entry
from imaginome.report.figures.series import SetSeries
from imaginome.results import Estimate, Figure, Finding, Measure, Series, Status
from imaginome.results.gap import Gap, aim, gap_of
from imaginome.results.standing import standing
from imaginome.results.status import LEVELS
from imaginome.results.wording import NOT_COMPUTED, interval, known, number

# -- Measures and ranks ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One set in one measure or finding, in words; `rank` is empty where none is given."""

    value: str
    interval: str
    beside: str
    rank: str
    status: Status
    word: str


@dataclass(frozen=True)
class Row:
    """One measure or finding of all sets; None for a set that does not have it."""

    id: str
    name: str
    unit: str
    key: bool
    reference: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Overall:
    """One set in all key measures that every set has.

    Attributes
    ----------
    multiple
        Geometric mean of the gaps as multiples of the ceiling's; its interval is that of all
        ends together, as if all measures erred alike: too wide rather than too narrow.
    at, judged
        How many key measures stand at their ceiling, of how many.
    first
        In how many no other set is surely better.
    rank
        As `ranks`; empty where no order can be given.
    """

    name: str
    multiple: Estimate
    at: int
    judged: int
    first: int
    rank: str


def measure_row(item: str, entries: Sequence[Entry], ranked: bool) -> Row:
    """Return a measure of all sets."""
    measures = [entry.measures.get(item) for entry in entries]
    present = [m for m in measures if m is not None]
    first = present[0]
    ranked = ranked and _one_aim(present)
    places = ranks([gap_of(m) if m else None for m in measures], ranked)
    cells = [
        _measured(m, place) if m is not None else None
        for m, place in zip(measures, places, strict=True)
    ]
    return Row(item, first.name, first.unit, first.key, _ceiling(present), cells)


def finding_row(item: str, entries: Sequence[Entry]) -> Row:
    """Return a finding of an attack on all sets."""
    findings = [entry.findings.get(item) for entry in entries]
    first = next(f for f in findings if f is not None)
    guessing = number(first.baseline) if known(first.baseline) else "none"
    cells = [_found(f) if f is not None else None for f in findings]
    return Row(item, first.name, first.unit, first.key, guessing, cells)


def ranks(gaps: Sequence[Gap | None], ranked: bool = True) -> list[str]:
    """Return the rank of each set: 1 and the number of sets that are surely better.

    Sets whose intervals overlap are not told apart. A rank that several sets share is marked
    ``=``. Empty for all where sets cannot be ranked, or where there is only one.
    """
    present = [gap for gap in gaps if gap is not None]
    if not ranked or len(present) < 2:
        return [""] * len(gaps)
    places = [
        None if gap is None else 1 + sum(surely_less(other, gap) for other in present)
        for gap in gaps
    ]
    return [
        "" if place is None else f"{place}{'=' if places.count(place) > 1 else ''}"
        for place in places
    ]


def surely_less(one: Gap, other: Gap) -> bool:
    """Say whether one gap's interval lies wholly below another's."""
    return one.high < other.low


def shared_keys(entries: Sequence[Entry]) -> list[str]:
    """Return ids of the key measures that all sets have and whose gap can be a multiple."""
    columns = [entry.measures for entry in entries]
    return [
        item
        for item, measure in columns[0].items()
        if measure.key and all(item in column and _usable(column[item]) for column in columns)
    ]


def overalls(entries: Sequence[Entry], ranked: bool) -> list[Overall]:
    """Return how each set does in all shared key measures, in the order of `entries`."""
    keys = shared_keys(entries)
    means = [geometric_mean([multiple_of(entry.measures[k]) for k in keys]) for entry in entries]
    places = ranks([_as_gap(mean) for mean in means], ranked)
    firsts = [ranks([gap_of(e.measures[k]) for e in entries], ranked) for k in keys]
    return [
        Overall(
            entry.name,
            means[i],
            sum(standing(entry.measures[k]).level == "at" for k in keys),
            len(keys),
            sum(column[i].rstrip("=") == "1" for column in firsts),
            places[i],
        )
        for i, entry in enumerate(entries)
    ]


def multiple_of(measure: Measure) -> Estimate:
    """Return the gap as a multiple of the ceiling's, at least 1; null where it has no meaning."""
    gap = gap_of(measure)
    return gap.multiple if gap else Estimate(value=None)


def geometric_mean(estimates: Sequence[Estimate]) -> Estimate:
    """Return the geometric mean of values, of lower and of upper ends; null where one is null."""

    def mean(values: list[float | None]) -> float | None:
        present = [math.log(v) for v in values if v is not None and v > 0]
        return math.exp(fmean(present)) if present and len(present) == len(values) else None

    return Estimate(
        value=mean([e.value for e in estimates]),
        low=mean([e.low for e in estimates]),
        high=mean([e.high for e in estimates]),
    )


def _usable(measure: Measure) -> bool:
    return multiple_of(measure).value is not None


def _as_gap(mean: Estimate) -> Gap | None:
    if mean.value is None or mean.low is None or mean.high is None:
        return None
    return Gap(mean.value, mean.low, mean.high, 1.0)


def _one_aim(measures: list[Measure]) -> bool:
    """Say whether all sets aim at the same value; without a best one that is the ceiling."""
    return aim(measures[0]) is not None or all(same_ceiling(measures[0], m) for m in measures)


def _ceiling(measures: list[Measure]) -> str:
    """Write the ceiling, or from where to where it goes where sets have different ones."""
    if all(same_ceiling(measures[0], m) for m in measures):
        return number(measures[0].ceiling.value)
    values = [m.ceiling.value for m in measures if m.ceiling.value is not None]
    return f"{number(min(values))} to {number(max(values))}" if values else NOT_COMPUTED


def _measured(measure: Measure, rank: str) -> Cell:
    where = standing(measure)
    multiple = multiple_of(measure).value
    return Cell(
        number(measure.artificial.value),
        interval(measure.artificial),
        f"{number(multiple, 2)}×" if multiple is not None else "",
        rank,
        where.status,
        LEVELS[where.level].words,
    )


def _found(finding: Finding) -> Cell:
    control = finding.control.value if finding.control else None
    return Cell(
        number(finding.strength.value),
        interval(finding.strength),
        f"control {number(control)}" if known(control) else "",
        "",
        finding.status,
        finding.status,
    )


# -- All key measures at a glance ------------------------------------------------------------------


def glance(entries: Sequence[Entry]) -> list[Figure]:
    """Return the figure, or nothing where no key measure is shared by all sets."""
    keys = shared_keys(entries)
    if not keys:
        return []
    labels: list[float | str] = list(reversed(keys))
    ones: list[float | str] = [1.0] * len(labels)
    real = Series(name="ceiling: real people", role="holdout", x=ones, y=list(labels))
    return [
        Figure(
            id="compare.keys",
            title="Key measures as multiples of the ceiling's gap",
            reading="At 1 a set is as near to people nobody saw as other real people are; at 4 its "
            "gap is four times as wide. Bars are 95% intervals. What is nearer than the ceiling "
            "counts as 1.",
            kind="points",
            x_label="gap, multiple of the ceiling's",
            y_label="",
            series=[real, *(_series(i, entry, keys) for i, entry in enumerate(entries))],
            x_log=True,
        )
    ]


def _series(place: int, entry: Entry, keys: list[str]) -> SetSeries:
    measures = entry.measures
    multiples = [multiple_of(measures[key]) for key in reversed(keys)]
    return SetSeries(
        place=place,
        name=entry.name,
        role="artificial",
        x=[float(one.value or 1.0) for one in multiples],
        y=list(reversed(keys)),
        x_low=[one.low for one in multiples],
        x_high=[one.high for one in multiples],
    )
