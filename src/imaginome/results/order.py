"""An order with a meaning: metrics by topic, attacks by what they would gain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from imaginome.results import Area, AttackResult, MetricResult, Topic

TOPICS: dict[Topic, str] = {
    "frequency": "Frequencies",
    "linkage": "Linkage",
    "structure": "Structure",
    "haplotypes": "Haplotypes",
    "classifier": "Told apart?",
    "usefulness": "Usefulness",
    "populations": "Populations",
    "other": "Other measures",
}
MODEL = "With the model file"


def metrics_in_order(results: Iterable[MetricResult]) -> list[MetricResult]:
    """Order metrics by topic; the metric that a topic is called after leads it."""
    order = get_args(Topic)
    return sorted(results, key=lambda r: (order.index(r.topic), r.metric != r.topic))


def attacks_in_order(results: Iterable[AttackResult]) -> list[AttackResult]:
    """Order attacks by area; those with access to the model come last."""
    order = get_args(Area)
    return sorted(results, key=lambda r: (r.access == "model", order.index(r.area)))


def gain(result: AttackResult) -> str:
    """Say in words what an attacker would gain, or that he needs the model."""
    return MODEL if result.access == "model" else title(result.area)


def title(area: str) -> str:
    """Return the heading of an area."""
    return area[:1].upper() + area[1:]
