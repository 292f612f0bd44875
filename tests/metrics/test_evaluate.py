import warnings
from dataclasses import replace

import numpy as np
import pytest

from imaginome.errors import ComparisonError, UnknownIdError
from imaginome.metrics.evaluate import evaluate
from imaginome.metrics.registry import metrics
from imaginome.results import Evaluation
from tests.support.comparisons import compared, part


@pytest.fixture(scope="module")
def everything(thirds) -> Evaluation:
    return evaluate(thirds)


def test_everything_survives_json(everything):
    assert Evaluation.model_validate_json(everything.model_dump_json()) == everything
    assert [m.metric for m in everything.metrics] == list(metrics.ids())


def test_only_what_was_asked_for(thirds):
    result = evaluate(thirds, only=["linkage", "frequency"])
    assert [m.metric for m in result.metrics] == ["linkage", "frequency"]


def test_an_unknown_metric_is_refused(thirds):
    with pytest.raises(UnknownIdError, match="did you mean 'linkage'"):
        evaluate(thirds, only=["linkag"])


def test_larger_panels_are_reduced_and_it_is_said(panel):
    comparison = compared(part(panel, 0), part(panel, 1), panel, replicates=2)
    result = evaluate(comparison, only=["frequency"])
    assert result.sizes.artificial == result.sizes.holdout == 20
    assert result.notes == [
        "artificial: 20 of 60 individuals, drawn at random, to make sizes equal"
    ]


def test_one_seed_one_result_whatever_else_is_computed(thirds, everything):
    """That a metric repeats itself is in its contract."""
    found = {metric.metric: metric for metric in everything.metrics}
    for again in evaluate(thirds, only=["structure", "linkage", "haplotypes"]).metrics:
        first = found[again.metric].model_copy(update={"seconds": 0})
        assert again.model_copy(update={"seconds": 0}) == first


def test_a_single_individual_is_refused(panel):
    with pytest.raises(ComparisonError, match="at least two"):
        compared(part(panel, 0), part(panel, 1), panel.take_individuals(np.arange(1)))


def small_panels(panel):
    """Yield panels at the edge of what can be measured, by name."""
    two = [panel.take_individuals(np.arange(2 * k, 2 * k + 2)) for k in range(3)]
    panel = panel.take_individuals(np.arange(24))
    constant = replace(panel, haplotypes=np.zeros_like(panel.haplotypes))
    yield "two people", two
    for m in (1, 2, 3):
        yield f"two people, {m} sites", [p.take_sites(np.arange(m)) for p in two]
    yield "nothing varies", [constant, constant, constant]
    yield "only ALT", [replace(panel, haplotypes=np.ones_like(panel.haplotypes))] * 3
    yield "nothing artificial varies", [panel, panel, constant]
    yield "nothing real varies", [constant, constant, panel]
    yield "all the same", [panel, panel, panel]


def test_edge_cases_give_nulls_and_no_warning(panel):
    for name, panels in small_panels(panel):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = evaluate(compared(*panels, replicates=4))
        assert "NaN" not in result.model_dump_json(), name
        assert len(result.metrics) == len(metrics.ids()), name
