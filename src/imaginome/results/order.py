"""An order with a meaning: metrics by topic, attacks by what they would gain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar, get_args

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


class _Keyed(Protocol):
    @property
    def key(self) -> bool: ...


K = TypeVar("K", bound=_Keyed)


def key_ones(items: Sequence[K]) -> list[K]:
    """Return the measures or findings that are key; all of them where none is."""
    return [item for item in items if item.key] or list(items)


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
