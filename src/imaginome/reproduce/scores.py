"""Measures and findings of all sets, put side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from statistics import fmean
from typing import Literal, TypeVar

from imaginome.reproduce.results import Reading, Score
from imaginome.results import Audit, Estimate, Evaluation, Finding, Measure
from imaginome.results.gap import difference, error_ratio
from imaginome.results.standing import standing
from imaginome.results.wording import known

T = TypeVar("T")


@dataclass(frozen=True)
class Judged:
    """The results of one set on one panel, in the order of seeds."""

    set: str
    name: str
    kind: Literal["ours", "published"]
    evaluations: list[Evaluation]
    audits: list[Audit]

    def measures(self, metric: str) -> list[dict[str, Measure]]:
        """Return the measures of a metric by id, one mapping a seed."""
        return [
            {m.id: m for result in one.metrics if result.metric == metric for m in result.measures}
            for one in self.evaluations
        ]

    def findings(self, attack: str) -> list[dict[str, Finding]]:
        """Return the findings of an attack by id, one mapping a seed."""
        return [
            {f.id: f for result in one.attacks if result.attack == attack for f in result.findings}
            for one in self.audits
        ]


def measure_scores(judged: list[Judged], metric: str) -> list[Score]:
    """Return a score for every measure of a metric that any set has."""
    found = [(one.set, one.measures(metric)) for one in judged]
    return [_measure_score(item, found) for item in _ids(found)]


def finding_scores(judged: list[Judged], attack: str) -> list[Score]:
    """Return a score for every finding of an attack that any set has."""
    found = [(one.set, one.findings(attack)) for one in judged]
    return [_finding_score(item, found) for item in _ids(found)]


def _ids(
    found: Iterable[tuple[str, list[dict[str, Measure]] | list[dict[str, Finding]]]],
) -> list[str]:
    return list(dict.fromkeys(item for _, seeds in found for one in seeds for item in one))


def _having(item: str, found: list[tuple[str, list[dict[str, T]]]]) -> list[tuple[str, list[T]]]:
    """Return what each set has of an item, seed by seed; sets that have nothing are left out."""
    by_set = [(set_id, [one[item] for one in seeds if item in one]) for set_id, seeds in found]
    return [(set_id, values) for set_id, values in by_set if values]


def _measure_score(item: str, found: list[tuple[str, list[dict[str, Measure]]]]) -> Score:
    by_set = _having(item, found)
    first = by_set[0][1]
    return Score(
        id=item,
        name=first[0].name,
        unit=first[0].unit,
        key=first[0].key,
        reference=_first_known([[m.ceiling.value for m in measures] for _, measures in by_set]),
        readings=[_measured(set_id, measures) for set_id, measures in by_set],
    )


def _first_known(columns: list[list[float | None]]) -> list[float | None]:
    """Return for each seed the first value that a set has: all sets share one ceiling."""
    return [next((v for v in seed if known(v)), None) for seed in zip_longest(*columns)]


def _measured(set_id: str, measures: list[Measure]) -> Reading:
    reading = _reading(set_id, [m.artificial for m in measures])
    multiples = [multiple for m in measures if known(multiple := error_ratio(m))]
    differences = [d for m in measures if known(d := difference(m))]
    return reading.model_copy(
        update={
            "multiple": fmean(multiples) if multiples else None,
            "difference": fmean(differences) if differences else None,
            "level": standing(measures[0]).level,
        }
    )


def _finding_score(item: str, found: list[tuple[str, list[dict[str, Finding]]]]) -> Score:
    by_set = _having(item, found)
    first = by_set[0][1]
    return Score(
        id=item,
        name=first[0].name,
        unit=first[0].unit,
        key=first[0].key,
        reference_name="guessing",
        reference=[f.baseline for f in first],
        readings=[_reading(set_id, [f.strength for f in fs]) for set_id, fs in by_set],
    )


def _reading(set_id: str, estimates: list[Estimate]) -> Reading:
    first = estimates[0]
    return Reading(set=set_id, values=[e.value for e in estimates], low=first.low, high=first.high)
