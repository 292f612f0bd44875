"""Sections that belong together: metrics of one topic, attacks of one area."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imaginome.report.order import TOPICS, attacks_in_order, gain, metrics_in_order
from imaginome.report.sections import Places, Section, attack_section, metric_section, worst
from imaginome.results import Audit, Evaluation, Status


@dataclass(frozen=True)
class Part:
    """Sections under one heading."""

    title: str
    sections: list[Section]

    @property
    def status(self) -> Status:
        """Return the worst status of its sections."""
        return worst(section.status for section in self.sections)


def metric_parts(evaluation: Evaluation | None, places: Places) -> list[Part]:
    """Return the metrics by topic; those without one come last."""
    results = metrics_in_order(evaluation.metrics if evaluation else [])
    return _parts((TOPICS[r.topic], metric_section(r, places)) for r in results)


def attack_parts(audit: Audit | None, places: Places) -> list[Part]:
    """Return the attacks by area, those with access to the model last."""
    results = attacks_in_order(audit.attacks if audit else [])
    return _parts((gain(r), attack_section(r, places)) for r in results)


def _parts(titled: Iterable[tuple[str, Section]]) -> list[Part]:
    found: dict[str, list[Section]] = {}
    for title, section in titled:
        found.setdefault(title, []).append(section)
    return [Part(title, sections) for title, sections in found.items()]
