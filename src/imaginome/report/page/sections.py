"""What the page shows, section by section, as plain data for the templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from imaginome.results import (
    AttackResult,
    Estimate,
    Figure,
    Finding,
    Measure,
    MetricResult,
    Status,
    Table,
    verdict_of,
    worst_of,
)
from imaginome.results.gap import difference
from imaginome.results.order import key_ones
from imaginome.results.standing import standing
from imaginome.results.summary import KeyFigure, finding_figure, measure_figure
from imaginome.results.wording import (
    NOT_COMPUTED,
    interval,
    known,
    number,
    signed,
    slug,
    with_interval,
)

# -- Range bars ------------------------------------------------------------------------------------


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
    label = f"artificial {with_interval(value)}"
    if known(reference.value):
        label += f"; {reference_name} {with_interval(reference)}"
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


# -- Sections of metrics and attacks ---------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One row of a table of measures or findings."""

    id: str
    name: str
    unit: str
    value: str
    value_interval: str
    reference: str
    reference_interval: str
    third: str
    status: Status
    judgement: str
    note: str
    bar: RangeBar | None
    key: bool


@dataclass(frozen=True)
class Drawn:
    """A figure with the id of its place on the page."""

    place: str
    figure: Figure


@dataclass(frozen=True)
class Section:
    """One metric or one attack on the page; `skipped` says why nothing was computed."""

    kind: str
    anchor: str
    name: str
    description: str
    status: Status
    lines: list[Line]
    figures: list[Drawn]
    tables: list[Table]
    citations: list[str]
    notes: list[str]
    seconds: float
    skipped: str = ""


@dataclass
class Places:
    """Fixed, unique names of figures and sections, in the order of the page."""

    figures: list[Drawn] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def drawn(self, figures: Iterable[Figure]) -> list[Drawn]:
        """Give figures their places."""
        placed = []
        for figure in figures:
            placed.append(Drawn(f"figure-{len(self.figures) + 1}", figure))
            self.figures.append(placed[-1])
        return placed

    def anchor(self, wanted: str) -> str:
        """Return an anchor that is not yet taken."""
        name, count = wanted, 1
        while name in self.anchors:
            count += 1
            name = f"{wanted}-{count}"
        self.anchors.add(name)
        return name


def key_bar(figure: KeyFigure) -> RangeBar | None:
    """Return the range bar of a key figure."""
    return range_bar(figure.value, figure.reference, figure.best, figure.reference_name)


def metric_section(result: MetricResult, places: Places) -> Section:
    """Return the section of a metric."""
    lines = [_measure_line(result, m) for m in result.measures]
    return Section(
        "metric",
        places.anchor(f"metric-{slug(result.metric)}"),
        result.name,
        result.description,
        worst_of(line.status for line in key_ones(lines)),
        lines,
        places.drawn(result.figures),
        result.tables,
        result.citations,
        result.notes,
        result.seconds,
        result.skipped,
    )


def attack_section(result: AttackResult, places: Places) -> Section:
    """Return the section of an attack."""
    lines = [_finding_line(result, f) for f in result.findings]
    return Section(
        "attack",
        places.anchor(f"attack-{slug(result.attack)}"),
        result.name,
        result.description,
        verdict_of(result.findings),
        lines,
        places.drawn(result.figures),
        result.tables,
        result.citations,
        result.notes,
        result.seconds,
    )


def _measure_line(result: MetricResult, measure: Measure) -> Line:
    figure, where = measure_figure(result, measure), standing(measure)
    ratio = f"{number(where.ratio, 2)}×" if where.ratio is not None else _difference(measure)
    note = measure.note
    if NOT_COMPUTED in (figure.row.artificial, figure.row.ceiling) and not note:
        note = "No reason was recorded."
    return Line(
        measure.id,
        measure.name,
        measure.unit,
        figure.row.artificial,
        interval(measure.artificial),
        figure.row.ceiling,
        interval(measure.ceiling),
        ratio,
        figure.row.status,
        figure.row.judgement,
        note,
        key_bar(figure),
        measure.key,
    )


def _finding_line(result: AttackResult, finding: Finding) -> Line:
    figure = finding_figure(result, finding)
    control = number(finding.control.value) if finding.control else "no control"
    return Line(
        finding.id,
        finding.name,
        finding.unit,
        figure.row.artificial,
        interval(finding.strength),
        control,
        interval(finding.control),
        number(finding.baseline) if known(finding.baseline) else "none",
        finding.status,
        figure.row.judgement,
        finding.reason or "No reason was recorded.",
        key_bar(figure),
        finding.key,
    )


def _difference(measure: Measure) -> str:
    """Return the signed difference to the ceiling where a ratio has no meaning."""
    value = difference(measure)
    return "–" if value is None else signed(value)
