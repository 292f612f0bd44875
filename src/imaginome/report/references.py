"""All that a report cites, once, with BibTeX where it is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imaginome.report.order import attacks_in_order, metrics_in_order
from imaginome.results import AttackResult, Audit, Choice, Evaluation, MetricResult


@dataclass(frozen=True)
class Reference:
    """One publication; `bibtex` is empty where only its text was recorded."""

    text: str
    bibtex: str = ""


def cited(
    evaluation: Evaluation | None,
    audit: Audit | None,
    choice: Choice | None,
    model: Mapping[str, str] = {},
) -> list[Reference]:
    """Return the publications in order of their first use; those of the model come first."""
    found = dict(model)
    metrics = metrics_in_order(evaluation.metrics if evaluation else [])
    attacks = attacks_in_order(audit.attacks if audit else [])
    results: list[MetricResult | AttackResult] = [*metrics, *attacks]
    for result in results:
        entries = dict(zip(result.citations, result.bibtex, strict=False))
        for text in result.citations:
            entry = entries.get(text, "")
            found[text] = found.get(text) or entry
    for text in choice.citations if choice else []:
        found.setdefault(text, "")
    return [Reference(text, entry) for text, entry in found.items()]
