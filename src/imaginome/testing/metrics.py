"""What every metric promises, one check each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.panel import Panel, strings
from imaginome.results import MetricResult
from imaginome.testing.panels import simulated_panel
from imaginome.testing.shared import (
    MAPS,
    check_citations,
    check_figure,
    check_nobody_named,
    check_sentence,
)

PEOPLE = 75
"""A panel: enough for three populations that are judged on their own."""
PARTS = {"T": "train", "H": "holdout", "A": "artificial"}


@dataclass(frozen=True)
class MetricCase:
    """A class of metrics under check, on these panels."""

    kind: type[Metric]
    comparison: Comparison

    @cached_property
    def result(self) -> MetricResult:
        """What it returns, computed once for all checks; `NotApplicable` passes through."""
        return self.kind().compute(self.comparison)

    @property
    def prefix(self) -> str:
        """What ids of its measures and figures begin with."""
        return self.kind.id.replace("-", "_")


def check_metric(kind: type[Metric], comparison: Comparison | None = None) -> None:
    """Check that a class keeps the contract of a metric.

    Parameters
    ----------
    kind
        The class; it need not be registered.
    comparison
        Panels of equal numbers of people; three times 75 simulated ones when None.

    Raises
    ------
    AssertionError
        Says what does not hold.
    NotApplicable
        When it cannot be computed on these panels.
    """
    case = MetricCase(kind, comparison or simulated_comparison())
    for check in METRIC_CHECKS:
        check(case)


def simulated_comparison() -> Comparison:
    """Return three panels of simulated people with populations and a phenotype, and a model."""
    whole = simulated_panel(3 * PEOPLE, 120)
    # A phenotype of the first common site, so that every metric has what it needs.
    site = int(np.argmax(whole.haplotypes.mean(axis=0) > 0.3))
    carriers = whole.haplotypes[:, site].reshape(-1, 2).max(axis=1)
    panels = {}
    for k, (prefix, part) in enumerate(PARTS.items()):
        rows = np.arange(PEOPLE * k, PEOPLE * (k + 1))
        third = whole.take_individuals(rows)
        samples = replace(
            third.samples,
            id=strings([f"{prefix}{i}" for i in range(PEOPLE)]),
            phenotype=strings(["blue" if carrier else "brown" for carrier in carriers[rows]]),
        )
        panels[part] = third.with_samples(samples)
    together = Comparison.of(*panels.values(), replicates=20)
    return replace(together, evidence=_evidence(panels))


def _evidence(panels: dict[str, Panel]) -> ModelEvidence:
    """Return what a model of independent sites that encodes eight alleles would say."""
    x = {part: panel.haplotypes for part, panel in panels.items()}
    p = x["train"].mean(axis=0) * 0.9 + 0.05
    logs = {n: (h * np.log(p) + (1 - h) * np.log(1 - p)).sum(axis=1) for n, h in x.items()}
    codes = {n: h[:, :8].astype(np.float32) for n, h in x.items()}
    return ModelEvidence("any", logs, True, codes)


def says_what_it_is(case: MetricCase) -> None:
    """Check names, citations, and that the result repeats them."""
    kind, result = case.kind, case.result
    assert kind.name, "a metric has a name"
    check_sentence(kind.description, "the description")
    check_citations(kind.citations)
    assert result.metric == kind.id, f"the result is of '{result.metric}'"
    assert result.citations == [citation.text() for citation in kind.citations]


def survives_json(case: MetricCase) -> None:
    """Check that nothing of the result is lost in a file."""
    text = case.result.model_dump_json()
    assert MetricResult.model_validate_json(text) == case.result, "the result is lost in JSON"
    assert "NaN" not in text, "JSON knows no NaN"
    assert "Infinity" not in text, "JSON knows no infinity"


def has_measures_with_ceilings(case: MetricCase) -> None:
    """Check ids, values and intervals of measures; one at least is for a summary."""
    ids = [measure.id for measure in case.result.measures]
    assert len(set(ids)) == len(ids) > 0, "measures need ids of their own"
    assert any(measure.key for measure in case.result.measures), "no measure is for a summary"
    for measure in case.result.measures:
        name = measure.id
        assert re.fullmatch(rf"{case.prefix}\.[a-z0-9_]+", name), f"id '{name}'"
        for estimate in (measure.artificial, measure.ceiling):
            low, value, high = estimate.low, estimate.value, estimate.high
            assert value is not None, f"{name} has no value"
            assert low is not None, f"{name} has no interval"
            assert high is not None, f"{name} has no interval"
            assert low <= value <= high, f"{name}: {value} is outside of {low} to {high}"
            # At the end of its scale (haplotypes that are all different) it does not vary.
            assert low < high or value in (0.0, 1.0), f"{name} does not vary between resamples"


def has_figures_and_tables(case: MetricCase) -> None:
    """Check that they can be drawn."""
    assert case.result.figures, "a metric shows a figure"
    for figure in case.result.figures:
        assert figure.id.startswith(f"{case.prefix}."), f"id '{figure.id}'"
        check_figure(figure)
    for table in case.result.tables:
        assert all(len(row) == len(table.columns) for row in table.rows), table.id


def shows_nobody(case: MetricCase) -> None:
    """Check that no figure has a point a person, and no result a name."""
    people = case.comparison.holdout.n_individuals
    for figure in case.result.figures:
        for series in figure.series if figure.kind not in MAPS else ():
            points = len(series.x)
            assert points not in (people, 2 * people), f"{figure.id}: a point for each person"
    for panel in (case.comparison.train, case.comparison.holdout):
        check_nobody_named(case.result.model_dump_json(), panel.samples.id.tolist())


def computes_the_same_again(case: MetricCase) -> None:
    """Check that the same panels and seed give the same result."""
    assert case.kind().compute(case.comparison) == case.result, "the second result is another"


METRIC_CHECKS: tuple[Callable[[MetricCase], None], ...] = (
    says_what_it_is,
    survives_json,
    has_measures_with_ceilings,
    has_figures_and_tables,
    shows_nobody,
    computes_the_same_again,
)
