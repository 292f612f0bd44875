"""Realism against leakage: which sets are more real than their copying would buy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imaginome.report.compare.rank import Overall
from imaginome.report.compare.read import Entry
from imaginome.report.figures.series import SetSeries
from imaginome.results import Cell, Estimate, Figure, Series, Table
from imaginome.results.wording import known, with_interval

READING = (
    "Down is more real, left leaks less; bars are 95% intervals, the diamond is real people whom "
    "nobody saw."
)


@dataclass(frozen=True)
class Axis:
    """One quantity of a set; less is better.

    Attributes
    ----------
    real
        What real people reach (realism), or an attacker without information (leakage).
    """

    id: str
    title: str
    of: Callable[[int], Estimate | None]
    real: float | None
    log: bool = False


@dataclass(frozen=True)
class Point:
    """One set on two axes."""

    place: int
    name: str
    leakage: Estimate
    realism: Estimate


def frontier_figures(entries: Sequence[Entry], overall: Sequence[Overall]) -> list[Figure]:
    """Return a figure for each pair of axes on which two sets or more can be set."""
    figures = []
    for realism in realism_axes(entries, overall):
        for leakage in leakage_axes(entries):
            points = _points(entries, leakage, realism)
            if len(points) > 1:
                figures.append(_figure(points, leakage, realism))
    return figures


def frontier_table(entries: Sequence[Entry], overall: Sequence[Overall]) -> Table | None:
    """Return the numbers of all axes, and who is beaten by whom on the first pair."""
    realism, leakage = realism_axes(entries, overall), leakage_axes(entries)
    if not realism or not leakage:
        return None
    axes = [*realism, *leakage]
    beaten = beaten_by(_points(entries, leakage[0], realism[0]))
    return Table(
        id="compare.frontier",
        title="Realism and leakage in numbers",
        columns=["Set", *(axis.title for axis in axes), "Surely beaten by"],
        rows=[
            [entry.name, *(_written(axis.of(i)) for axis in axes), beaten.get(i, "cannot be told")]
            for i, entry in enumerate(entries)
        ],
    )


def realism_axes(entries: Sequence[Entry], overall: Sequence[Overall]) -> list[Axis]:
    """Return the mean multiple of the ceiling's gap, and the AUC of the stronger classifier."""
    found = [
        Axis(
            "overall",
            "mean gap, multiple of the ceiling's",
            lambda i: overall[i].multiple,
            1.0,
            log=True,
        ),
        Axis(
            "auc",
            "classifier AUC, the stronger",
            lambda i: _stronger(entries[i], "artificial"),
            _value(next((c for e in entries if (c := _stronger(e, "ceiling"))), None)),
        ),
    ]
    return [axis for axis in found if _drawable(axis, len(entries))]


def leakage_axes(entries: Sequence[Entry]) -> list[Axis]:
    """Return the two first of segment copying, privacy loss and membership that sets have."""
    found = []
    for item in ("segments.longest", "privacy-loss.loss", "membership.auc"):
        axis = _leakage(entries, item)
        if axis is not None and _drawable(axis, len(entries)):
            found.append(axis)
    return found[:2]


def beaten_by(points: Sequence[Point]) -> dict[int, str]:
    """Return for each set, by its place, who is surely better on both axes."""
    return {
        one.place: ", ".join(other.name for other in points if _beats(other, one)) or "none"
        for one in points
    }


def _beats(one: Point, other: Point) -> bool:
    return _below(one.leakage, other.leakage) and _below(one.realism, other.realism)


def _below(one: Estimate, other: Estimate) -> bool:
    high = one.high if known(one.high) else one.value
    low = other.low if known(other.low) else other.value
    return high is not None and low is not None and high < low


def _leakage(entries: Sequence[Entry], item: str) -> Axis | None:
    columns = [entry.findings for entry in entries]
    first = next((column[item] for column in columns if item in column), None)
    if first is None:
        return None
    return Axis(
        item,
        first.name[:1].lower() + first.name[1:],
        lambda i: columns[i][item].strength if item in columns[i] else None,
        first.baseline,
    )


def _stronger(entry: Entry, side: str) -> Estimate | None:
    """Return the larger AUC of all classifiers."""
    metric = entry.metrics.get("classifier")
    found = [getattr(m, side) for m in metric.measures] if metric else []
    present = [e for e in found if known(e.value)]
    return max(present, key=lambda e: e.value or 0.0) if present else None


def _value(estimate: Estimate | None) -> float | None:
    return estimate.value if estimate else None


def _drawable(axis: Axis, count: int) -> bool:
    return sum(_value(axis.of(i)) is not None for i in range(count)) > 1


def _points(entries: Sequence[Entry], leakage: Axis, realism: Axis) -> list[Point]:
    found = []
    for i, entry in enumerate(entries):
        x, y = leakage.of(i), realism.of(i)
        if x is not None and y is not None and known(x.value) and known(y.value):
            found.append(Point(i, entry.name, x, y))
    return found


def _figure(points: list[Point], leakage: Axis, realism: Axis) -> Figure:
    series: list[Series] = [_series(point) for point in points]
    if leakage.real is not None and realism.real is not None:
        name = "real people whom nobody saw"
        series.insert(0, Series(name=name, role="holdout", x=[leakage.real], y=[realism.real]))
    return Figure(
        id=f"compare.frontier.{realism.id}.{leakage.id}",
        title=f"Realism ({realism.title}) against leakage ({leakage.title})",
        reading=READING,
        kind="points",
        x_label=f"{leakage.title} (leakage)",
        y_label=f"{realism.title}",
        series=series,
        y_log=realism.log and max(p.realism.value or 0.0 for p in points) > 20,
    )


def _series(point: Point) -> SetSeries:
    x, y = point.leakage, point.realism
    return SetSeries(
        place=point.place,
        name=point.name,
        role="artificial",
        x=[float(x.value or 0.0)],
        y=[y.value],
        low=[y.low],
        high=[y.high],
        x_low=[x.low],
        x_high=[x.high],
    )


def _written(estimate: Estimate | None) -> Cell:
    if estimate is None or not known(estimate.value):
        return None
    return with_interval(estimate)
