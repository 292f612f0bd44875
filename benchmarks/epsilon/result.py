"""The curves of quality against epsilon, as data."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from benchmarks.epsilon.points import Case, Score
from imaginome.results import Audit


def told(epsilon: float | None) -> str:
    """Return an epsilon in words."""
    if epsilon is None:
        return "no guarantee"
    return f"{epsilon:g}"


@dataclass(frozen=True)
class Curve:
    """All cases on one panel.

    Attributes
    ----------
    title
        What the panel is.
    people, sites
        Individuals of train, and sites.
    scores
        Score of each case.
    unlinked
        Score of allele frequencies without noise and nothing else.
    """

    title: str
    people: int
    sites: int
    scores: dict[Case, Score]
    unlinked: Score

    def models(self) -> list[str]:
        """Return the generators, in the order of their cases."""
        return list(dict.fromkeys(case.model for case in self.scores))

    def epsilons(self) -> list[float | None]:
        """Return the guarantees, in the order of their cases."""
        return list(dict.fromkeys(case.epsilon for case in self.scores))

    def values(self, model: str, epsilon: float | None, measure: str) -> list[float]:
        """Return a measure of each seed."""
        return [
            score.measures.get(measure, math.nan)
            for case, score in self.scores.items()
            if (case.model, case.epsilon) == (model, epsilon)
        ]

    def mean(self, model: str, epsilon: float | None, measure: str) -> float:
        """Return the mean of a measure over seeds; not a number where it was not measured."""
        values = self.values(model, epsilon, measure)
        return math.fsum(values) / len(values) if values else math.nan

    def measured(self, model: str) -> list[float | None]:
        """Return the guarantees with which a generator was measured."""
        return list(dict.fromkeys(case.epsilon for case in self.scores if case.model == model))

    def best(self, epsilon: float | None, measure: str) -> str:
        """Return the generator of least error at an epsilon, of those measured at most of them."""
        most = max(len(self.measured(model)) for model in self.models())
        whole = [model for model in self.models() if len(self.measured(model)) == most]
        return min(whole, key=lambda model: self.mean(model, epsilon, measure))

    def least(self, epsilon: float | None, measure: str) -> float:
        """Return the least error at an epsilon."""
        return self.mean(self.best(epsilon, measure), epsilon, measure)

    def ceiling(self, measure: str) -> float:
        """Return the mean ceiling of a measure."""
        values = [score.ceilings.get(measure, math.nan) for score in self.scores.values()]
        return math.fsum(values) / len(values)

    def seconds(self, model: str, epsilon: float | None) -> float:
        """Return the mean seconds of a fit."""
        times = [
            score.seconds
            for case, score in self.scores.items()
            if (case.model, case.epsilon) == (model, epsilon)
        ]
        return math.fsum(times) / len(times)


@dataclass(frozen=True)
class Curves:
    """Everything on the page: the real panel, and simulated ones of growing size."""

    real: Curve
    grown: tuple[Curve, ...]
    command: str
    machine: str
    seeds: int
    audits: dict[Case, Audit] = field(default_factory=dict)
