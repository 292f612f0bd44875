"""Sections that belong together: metrics of one topic, attacks of one area."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imaginome.report.order import (
    MODEL,
    TOPICS,
    attacks_in_order,
    gain,
    metrics_in_order,
    title,
)
from imaginome.report.sections import Places, Section, attack_section, metric_section, worst
from imaginome.results import Audit, Evaluation, Status


@dataclass(frozen=True)
class Part:
    """Sections under one heading; `verdict` is what was judged of them together, if anything."""

    title: str
    sections: list[Section]
    verdict: Status | None = None

    @property
    def status(self) -> Status:
        """Return the verdict, or else the worst status of its sections."""
        return self.verdict or worst(section.status for section in self.sections)


def metric_parts(evaluation: Evaluation | None, places: Places) -> list[Part]:
    """Return the metrics by topic; those without one come last."""
    results = metrics_in_order(evaluation.metrics if evaluation else [])
    return _parts((TOPICS[r.topic], metric_section(r, places)) for r in results)


def attack_parts(audit: Audit | None, places: Places) -> list[Part]:
    """Return the attacks by area, with its verdict; those with access to the model last."""
    if audit is None:
        return []
    verdicts = {title(area.area): area.verdict for area in audit.areas}
    if audit.model is not None:
        verdicts[MODEL] = audit.model.verdict
    results = attacks_in_order(audit.attacks)
    parts = _parts((gain(r), attack_section(r, places)) for r in results)
    return [replace(part, verdict=verdicts.get(part.title)) for part in parts]


def _parts(titled: Iterable[tuple[str, Section]]) -> list[Part]:
    found: dict[str, list[Section]] = {}
    for heading, section in titled:
        found.setdefault(heading, []).append(section)
    return [Part(heading, sections) for heading, sections in found.items()]
