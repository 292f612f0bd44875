"""Key figures of a result as plain rows, for a terminal, a script or the first screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from imaginome.results import (
    AttackResult,
    Audit,
    Estimate,
    Evaluation,
    Finding,
    Measure,
    MetricResult,
    Status,
)
from imaginome.results.gap import aim
from imaginome.results.order import MODEL, attacks_in_order, gain, metrics_in_order
from imaginome.results.standing import standing
from imaginome.results.status import LEVELS, STATUS_WORDS, severity
from imaginome.results.wording import interval, known, number, slug

FIRST = ("frequency", "linkage", "structure", "classifier")
"""Topics whose figures open a report."""


@dataclass(frozen=True)
class Row:
    """One key figure in words; `status` is one of pass, caution, fail, unknown."""

    kind: Literal["quality", "privacy"]
    id: str
    name: str
    artificial: str
    interval: str
    ceiling: str
    status: Status
    judgement: str


@dataclass(frozen=True)
class KeyFigure:
    """One key figure for the first screen: a value beside what it is to be compared with.

    Attributes
    ----------
    reference
        The ceiling of a measure; the control (attack on the holdout) of a finding.
    reference_name
        What the reference is called.
    best
        Best value of a measure, or what an attack reaches without information.
    topic
        Topic of the metric, or what the attacker gains: each sends one figure in turn.
    """

    row: Row
    anchor: str
    unit: str
    value: Estimate
    reference: Estimate
    reference_name: str
    best: float | None
    topic: str = ""


def key_figures(
    evaluation: Evaluation | None, audit: Audit | None, count: int = 6
) -> list[KeyFigure]:
    """Choose `count` figures for the first screen.

    A third of the places belongs to the attacks on the artificial panel, worst findings first,
    the others to the metrics; every topic sends one before any sends a second, those of `FIRST`
    before the others, and so do areas. Places left free go to the other side.
    """
    measures = _in_turn(sorted(_measures(evaluation), key=_opening))
    findings = _worst_first([f for f in _findings(audit) if f.topic != MODEL])
    for_attacks = max(count // 3, count - len(measures))
    findings = findings[:for_attacks]
    return measures[: count - len(findings)] + findings


def measure_figure(result: MetricResult, measure: Measure) -> KeyFigure:
    """Describe one measure beside its ceiling."""
    where = standing(measure)
    row = Row(
        "quality",
        measure.id,
        measure.name,
        number(measure.artificial.value),
        interval(measure.artificial),
        number(measure.ceiling.value),
        where.status,
        LEVELS[where.level].words,
    )
    anchor = f"metric-{slug(result.metric)}"
    return KeyFigure(
        row,
        anchor,
        measure.unit,
        measure.artificial,
        measure.ceiling,
        "ceiling",
        aim(measure),
        result.metric if result.topic == "other" else result.topic,
    )


def finding_figure(result: AttackResult, finding: Finding) -> KeyFigure:
    """Describe one finding beside its control and beside knowing nothing."""
    control = finding.control or Estimate(value=None)
    against = control.value if known(control.value) else finding.baseline
    name = "holdout" if known(control.value) else "guessing"
    row = Row(
        "privacy",
        finding.id,
        finding.name,
        number(finding.strength.value),
        interval(finding.strength),
        number(against) if known(against) else "none",
        finding.status,
        STATUS_WORDS[finding.status].lower(),
    )
    reference = control if known(control.value) else Estimate(value=against)
    anchor = f"attack-{slug(result.attack)}"
    return KeyFigure(
        row,
        anchor,
        finding.unit,
        finding.strength,
        reference,
        name,
        finding.baseline,
        gain(result),
    )


def _measures(evaluation: Evaluation | None) -> list[KeyFigure]:
    results = metrics_in_order(evaluation.metrics if evaluation else [])
    pairs = [(result, m) for result in results for m in result.measures]
    pairs = [pair for pair in pairs if pair[1].key] or pairs
    return [measure_figure(result, m) for result, m in pairs]


def _findings(audit: Audit | None) -> list[KeyFigure]:
    results = attacks_in_order(audit.attacks if audit else [])
    pairs = [(result, f) for result in results for f in result.findings]
    pairs = [pair for pair in pairs if pair[1].key] or pairs
    return [finding_figure(result, f) for result, f in pairs]


def _opening(figure: KeyFigure) -> int:
    return FIRST.index(figure.topic) if figure.topic in FIRST else len(FIRST)


def _worst_first(figures: list[KeyFigure]) -> list[KeyFigure]:
    return _in_turn(sorted(figures, key=lambda figure: -severity(figure.row.status)))


def _in_turn(figures: Iterable[KeyFigure]) -> list[KeyFigure]:
    """Order figures so that each topic sends one before any sends a second."""
    seen: dict[str, int] = {}
    ranked = []
    for place, figure in enumerate(figures):
        turn = seen[figure.topic] = seen.get(figure.topic, -1) + 1
        ranked.append((turn, place, figure))
    return [figure for _, _, figure in sorted(ranked, key=lambda item: item[:2])]
