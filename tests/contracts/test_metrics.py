"""Every registered metric keeps the contract."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.metrics.registry import metrics
from imaginome.panel import Panel, strings
from imaginome.results import MetricResult
from tests.support.simulated import simulated_panel

LARGEST_FIGURE = 300_000
MAPS = ("heatmaps", "rows")


PEOPLE = 75
"""A panel: enough for three populations that are judged on their own."""


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    whole = simulated_panel(3 * PEOPLE, 120)
    # A phenotype of the first common site, so that every metric has what it needs.
    site = int(np.argmax(whole.haplotypes.mean(axis=0) > 0.3))
    carriers = whole.haplotypes[:, site].reshape(-1, 2).any(axis=1)
    parts = []
    for k, prefix in enumerate("THA"):
        rows = np.arange(PEOPLE * k, PEOPLE * (k + 1))
        third = whole.take_individuals(rows)
        samples = replace(
            third.samples,
            id=strings([f"{prefix}{i}" for i in range(PEOPLE)]),
            phenotype=strings(["blue" if carrier else "brown" for carrier in carriers[rows]]),
        )
        parts.append(third.with_samples(samples))
    together = Comparison.of(*parts, replicates=20)
    return replace(together, evidence=_evidence(dict(zip("tha", parts, strict=True))))


def _evidence(panels: dict[str, Panel]) -> ModelEvidence:
    """Return what a model of independent sites that encodes eight alleles would say."""
    names = {"t": "train", "h": "holdout", "a": "artificial"}
    x = {names[key]: panel.haplotypes for key, panel in panels.items()}
    p = x["train"].mean(axis=0) * 0.9 + 0.05
    logs = {n: (h * np.log(p) + (1 - h) * np.log(1 - p)).sum(axis=1) for n, h in x.items()}
    return ModelEvidence("any", logs, True, {n: h[:, :8].astype("f4") for n, h in x.items()})


@pytest.fixture(scope="module", params=metrics.ids())
def kind(request: pytest.FixtureRequest) -> type[Metric]:
    return metrics.get(request.param)


@pytest.fixture(scope="module")
def result(kind: type[Metric], comparison: Comparison) -> MetricResult:
    try:
        return kind().compute(comparison)
    except NotApplicable as reason:  # a program is missing
        pytest.skip(str(reason))


def test_it_says_what_it_is(kind, result):
    assert kind.id in metrics.ids()
    assert kind.name
    assert kind.description.endswith(".")
    assert kind.citations
    assert kind.topic != "other", "say with which metrics a report shows it"
    assert all(re.fullmatch(r"10\.\d{4,}/\S+", c.publication.doi) for c in kind.citations)
    assert result.metric == kind.id
    assert result.citations == [citation.text() for citation in kind.citations]


def test_it_survives_json(result):
    text = result.model_dump_json()
    assert MetricResult.model_validate_json(text) == result
    assert "NaN" not in text
    assert "Infinity" not in text


def test_measures_have_ids_ceilings_and_intervals(kind, result):
    ids = [measure.id for measure in result.measures]
    assert len(set(ids)) == len(ids) > 0
    for measure in result.measures:
        assert re.fullmatch(rf"{kind.id.replace('-', '_')}\.[a-z0-9_]+", measure.id)
        for estimate in (measure.artificial, measure.ceiling):
            assert estimate.value is not None, measure.id
            assert estimate.low <= estimate.value <= estimate.high, measure.id
            # At the end of its scale (haplotypes that are all different) a measure does not vary.
            assert estimate.low < estimate.high or estimate.value in (0.0, 1.0), measure.id


def test_one_measure_is_fit_for_a_summary(result):
    assert any(measure.key for measure in result.measures)


def test_figures_and_tables_are_well_formed(kind, result):
    assert result.figures
    for figure in result.figures:
        assert figure.id.startswith(f"{kind.id.replace('-', '_')}.")
        assert figure.reading.endswith(".")
        assert figure.series
        assert len(figure.model_dump_json()) < LARGEST_FIGURE
        for series in figure.series:
            check_series(series, figure.kind)
    for table in result.tables:
        assert all(len(row) == len(table.columns) for row in table.rows)


def check_series(series, kind):
    if kind in MAPS:
        assert len(series.z) == len(series.y)
        assert all(len(row) == len(series.x) for row in series.z)
    else:
        assert len(series.y) == len(series.x)
    for bound in (series.low, series.high):
        assert bound is None or len(bound) == len(series.y)
    numbers = [x for x in [*series.x, *series.y] if isinstance(x, float)]
    assert all(math.isfinite(x) for x in numbers)


def test_no_figure_has_one_point_a_person(result, comparison):
    people = comparison.holdout.n_individuals
    for figure in result.figures:
        for series in figure.series:
            if figure.kind not in MAPS:
                assert len(series.x) not in (people, 2 * people)


def test_no_result_names_a_person(result, comparison):
    text = json.dumps(json.loads(result.model_dump_json()))
    for panel in (comparison.train, comparison.holdout):
        assert not any(f'"{sample}"' in text for sample in panel.samples.id)


def test_the_result_depends_on_the_seed_only_through_intervals_and_draws(kind, comparison, result):
    again = kind().compute(comparison)
    assert again == result
