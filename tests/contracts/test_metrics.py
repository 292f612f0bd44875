"""The contract of a metric, for every metric in the registry; see `imaginome.testing`."""

from __future__ import annotations

import re
from typing import Any

import pytest

from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.registry import metrics
from imaginome.testing.metrics import METRIC_CHECKS, MetricCase, simulated_comparison


@pytest.fixture(scope="module")
def comparison() -> Any:
    return simulated_comparison()


@pytest.fixture(scope="module", params=metrics.ids())
def case(request: pytest.FixtureRequest, comparison: Any) -> MetricCase:
    case = MetricCase(metrics.get(request.param), comparison)
    try:
        assert case.result
    except NotApplicable as reason:  # a program is missing
        pytest.skip(str(reason))
    return case


@pytest.mark.parametrize("check", METRIC_CHECKS, ids=lambda check: check.__name__)
def test_contract(check: Any, case: MetricCase) -> None:
    check(case)


@pytest.mark.parametrize("metric_id", metrics.ids())
def test_it_has_a_place_and_a_source(metric_id: str) -> None:
    kind: type[Metric] = metrics.get(metric_id)
    assert kind.id == metric_id
    assert kind.topic != "other", "say with which metrics a report shows it"
    assert kind.citations
    assert all(re.fullmatch(r"10\.\d{4,}/\S+", c.publication.doi) for c in kind.citations)
