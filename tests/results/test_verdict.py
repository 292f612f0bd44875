"""The rule that says how real a panel is, and the rows of the summary."""

from __future__ import annotations

from typing import Any

import pytest

from imaginome.report.page.sections import range_bar
from imaginome.results import Estimate, Evaluation, Measure, MetricResult
from imaginome.results.standing import how_real, how_safe, standing
from imaginome.results.summary import key_figures
from imaginome.results.wording import number, slug
from tests.support import examples
from tests.support.examples import estimate


def measure(value: float | None, ceiling: float | None, half: float = 0.0, **more: Any) -> Measure:
    return Measure(
        id="m.x",
        name="x",
        artificial=estimate(value, half),
        ceiling=estimate(ceiling, half),
        key=True,
        **more,
    )


def judged(*measures: Measure) -> Evaluation:
    result = MetricResult(metric="m", name="M", description="", measures=list(measures))
    return Evaluation(version="0", seed=1, sizes=examples.SIZES, metrics=[result])


@pytest.mark.parametrize(
    ("value", "ceiling", "more", "level"),
    [
        (0.010, 0.010, {}, "at"),
        (0.0124, 0.010, {}, "at"),
        (0.019, 0.010, {}, "near"),
        (0.039, 0.010, {}, "off"),
        (0.041, 0.010, {}, "far"),
        (0.98, 0.99, {"best": 1.0, "toward": "higher"}, "near"),
        (0.90, 0.99, {"best": 1.0, "toward": "higher"}, "far"),
        (0.999, 0.99, {"best": 1.0, "toward": "higher"}, "at"),
        (-0.03, 0.01, {"best": 0.0, "toward": "best"}, "off"),
        (0.6, 0.52, {"best": 0.5, "toward": "best"}, "far"),
        (0.1, 0.0, {}, "off"),
        (0.0, 0.0, {}, "at"),
        (None, 0.1, {}, "unknown"),
        (0.1, None, {}, "unknown"),
    ],
)
def test_standing(
    value: float | None, ceiling: float | None, more: dict[str, Any], level: str
) -> None:
    assert standing(measure(value, ceiling, **more)).level == level


def test_overlapping_intervals_stand_at_the_ceiling() -> None:
    assert standing(measure(0.030, 0.010, half=0.011)).level == "at"
    assert standing(measure(0.060, 0.010, half=0.011)).level == "far"


def test_a_lucky_ceiling_does_not_inflate_the_ratio() -> None:
    lucky = measure(0.03, 0.0001, half=0.01, best=0.0, toward="best")
    assert standing(lucky).ratio == pytest.approx(3.0)


def test_the_worst_key_measure_decides() -> None:
    good, bad = measure(0.01, 0.01), measure(0.1, 0.01)
    assert how_real(judged(good)).status == "pass"
    assert how_real(judged(good, bad)).status == "fail"
    hidden = bad.model_copy(update={"key": False})
    assert how_real(judged(good, hidden)).status == "pass"
    verdict = how_real(judged(good, measure(None, 0.1, note="all constant")))
    assert verdict.status == "pass"
    assert verdict.reasons[-1] == "x was not judged: all constant."
    assert how_real(judged(measure(None, None))).status == "unknown"
    assert how_real(None).status == how_safe(None).status == "unknown"


def test_the_audit_judges_for_itself() -> None:
    audit = examples.audit()
    verdict = how_safe(audit)
    assert (verdict.status, list(verdict.reasons)) == ("fail", audit.reasons)


def test_key_figures_are_told_in_words() -> None:
    figures = key_figures(examples.evaluation(), examples.audit())
    rows = {figure.row.id: figure.row for figure in figures}
    assert set(rows) == {
        "frequency.mae",
        "linkage.mae",
        "linkage.bias",
        "membership.auc",
        "segments.auc",
    }
    assert rows["frequency.mae"].artificial == "0.0165"
    assert rows["frequency.mae"].interval == "[0.0159, 0.0171]"
    assert rows["frequency.mae"].ceiling == "0.00950"
    assert rows["linkage.bias"].artificial == "not computed"
    assert rows["linkage.bias"].status == "unknown"
    assert rows["membership.auc"].ceiling == rows["segments.auc"].ceiling == "0.500"
    assert key_figures(None, None) == []


def test_key_figures_take_turns_and_share_places() -> None:
    chosen = key_figures(examples.evaluation(), examples.audit(), count=3)
    worst = "segments.auc"
    assert [f.row.id for f in chosen] == ["frequency.mae", "linkage.mae", worst]
    assert len(key_figures(examples.evaluation(), None, count=3)) == 3
    assert len(key_figures(None, examples.audit(), count=6)) == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.016544, "0.0165"),
        (0.9999, "1.00"),
        (0.0, "0"),
        (-0.0031, "−0.00310"),
        (1234.4, "1,234"),
        (99.99, "100"),
        (1.5e-7, "1.50e−07"),
        (None, "not computed"),
        (float("nan"), "not computed"),
    ],
)
def test_number(value: float | None, text: str) -> None:
    assert number(value) == text


def test_slug_is_safe() -> None:
    assert re_safe(slug(examples.HOSTILE))
    assert slug("<>") == "item"


def re_safe(text: str) -> bool:
    return all(c.isdigit() or c == "-" or "a" <= c <= "z" for c in text)


def test_range_bar_keeps_order_within_the_width() -> None:
    bar = range_bar(estimate(0.3, 0.1), estimate(0.1, 0.05), 0.0, "ceiling")
    assert bar is not None
    places = [bar.best, bar.reference_low, bar.reference, bar.low, bar.value, bar.high]
    assert places == sorted(p for p in places if p is not None)
    assert (bar.best or 0) >= 0 and (bar.high or 0) <= 100
    assert "ceiling 0.100 [0.0500, 0.150]" in bar.label
    assert range_bar(Estimate(value=None), estimate(0.1), 0.0, "ceiling") is None
    same = range_bar(estimate(1.0), estimate(1.0), 1.0, "ceiling")
    assert same is not None and same.value == 50.0
