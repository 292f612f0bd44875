"""Values and curves of several sets, put beside each other."""

from __future__ import annotations

import pytest

from imaginome.reproduce.gather import Drawn, overlay
from imaginome.reproduce.scores import Judged, finding_scores, measure_scores
from imaginome.reproduce.wording import reading_text, spread
from imaginome.results import (
    Audit,
    Estimate,
    Evaluation,
    Figure,
    Measure,
    MetricResult,
    PanelSizes,
    Series,
)

SIZES = PanelSizes(train=9, holdout=9, artificial=9, sites=5)


def evaluation(value: float | None, ceiling: float, **changes) -> Evaluation:
    measure = Measure(
        id="m.error",
        name="Error",
        best=0.0,
        artificial=Estimate(value=value, low=0.1, high=0.9),
        ceiling=Estimate(value=ceiling),
    ).model_copy(update=changes)
    result = MetricResult(metric="m", name="M", description="", measures=[measure])
    return Evaluation(version="0", seed=1, sizes=SIZES, metrics=[result])


def judged(set_id: str, *evaluations: Evaluation) -> Judged:
    audits = [
        Audit(
            version="0",
            seed=1,
            sizes=SIZES,
            attacks=[],
            verdict="pass",
            reasons=[],
            not_tested=[],
        )
        for _ in evaluations
    ]
    return Judged(set_id, set_id, "ours", list(evaluations), audits)


def test_a_multiple_is_the_mean_of_each_seed_over_its_own_ceiling():
    (score,) = measure_scores([judged("a", evaluation(0.2, 0.1), evaluation(0.9, 0.3))], "m")
    (reading,) = score.readings
    assert reading.values == [0.2, 0.9]
    assert reading.multiple == pytest.approx((2 + 3) / 2)
    assert reading.difference == pytest.approx((0.1 + 0.6) / 2)
    assert (reading.low, reading.high) == (0.1, 0.9)
    assert score.reference == [0.1, 0.3]
    assert reading_text(score, "a") == "0.550 ± 0.49 (2.5×)"


@pytest.mark.parametrize(
    "changes", [{"toward": "higher", "best": 1.0}, {"toward": "best"}, {"best": 0.5}]
)
def test_what_is_not_an_error_has_a_difference_and_no_multiple(changes):
    (score,) = measure_scores([judged("a", evaluation(0.7, 0.9, **changes))], "m")
    assert score.readings[0].multiple is None
    assert reading_text(score, "a") == "0.700 (−0.20)"


def test_a_perfect_ceiling_gives_no_multiple():
    (score,) = measure_scores([judged("a", evaluation(0.2, 0.0))], "m")
    assert score.readings[0].multiple is None


def test_sets_without_a_measure_have_no_reading():
    without = evaluation(0.1, 0.1).model_copy(update={"metrics": []})
    (score,) = measure_scores([judged("a", without), judged("b", evaluation(0.1, 0.1))], "m")
    assert [reading.set for reading in score.readings] == ["b"]
    assert reading_text(score, "a") == "–"
    assert finding_scores([judged("a", without)], "aats") == []


def test_a_value_that_could_not_be_computed_is_a_dash():
    (score,) = measure_scores([judged("a", evaluation(None, 0.1))], "m")
    assert reading_text(score, "a") == "–"
    assert spread([None, None]) == "–"
    assert spread([0.5, None]) == "0.500"


def curve(name: str, role: str, *y: float) -> Series:
    return Series(name=name, role=role, x=[float(i) for i in range(len(y))], y=list(y))


def figure(*series: Series) -> Figure:
    return Figure(
        id="f", title="", reading="", kind="lines", x_label="", y_label="", series=list(series)
    )


def test_real_people_are_drawn_once_and_sets_by_name():
    real, train = curve("holdout", "holdout", 1, 2), curve("train", "train", 1, 3)
    one = Drawn("RBM", "artificial", figure(curve("artificial", "artificial", 4, 5), real, train))
    # Another set may have been compared with real people who were thinned in another way.
    thinned = curve("holdout", "holdout", 1, 2.01)
    other = Drawn("GAN", "neutral", figure(curve("artificial", "artificial", 6, 7), thinned))
    found = overlay([one, other]).series
    assert [(s.name, s.role, s.y) for s in found] == [
        ("holdout", "holdout", [1, 2]),
        ("train", "train", [1, 3]),
        ("RBM", "artificial", [4, 5]),
        ("GAN", "neutral", [6, 7]),
    ]


def test_what_is_the_same_for_all_sets_is_drawn_once():
    chance = curve("chance", "baseline", 0, 1)
    drawn = [
        Drawn(name, "artificial", figure(chance, curve("trees", "artificial", k, 1)))
        for k, name in enumerate(("RBM", "GAN"))
    ]
    assert [s.name for s in overlay(drawn).series].count("chance") == 1


def test_real_people_that_were_compared_with_a_set_belong_to_it():
    """The control of an attack: another one for each set, whatever its role."""
    control, chance = [curve("control", "holdout", k) for k in (1, 2)], curve("0.5", "train", 0.5)
    drawn = [
        Drawn(name, "artificial", figure(curve("train", "train", k), control[k], chance), True)
        for k, name in enumerate(("RBM", "GAN"))
    ]
    names = ["0.5", "RBM: train", "RBM: control", "GAN: train", "GAN: control"]
    assert [s.name for s in overlay(drawn).series] == names


def test_intervals_and_bars_that_would_overlap_are_left_out():
    def bars(y: float) -> Figure:
        wide = curve("artificial", "artificial", y).model_copy(update={"low": [0.0], "high": [9.0]})
        return figure(wide, curve("holdout", "holdout", 1)).model_copy(update={"kind": "bars"})

    found = overlay([Drawn("RBM", "artificial", bars(2)), Drawn("GAN", "artificial", bars(3))])
    assert found.kind == "points"
    assert [s.low for s in found.series] == [None, None, None]
    assert overlay([Drawn("RBM", "artificial", bars(2))]).kind == "bars"


def test_several_curves_of_a_set_keep_their_names():
    both = figure(curve("trees", "artificial", 1), curve("network", "artificial", 2))
    found = overlay([Drawn("RBM", "artificial", both)])
    assert [s.name for s in found.series] == ["RBM: trees", "RBM: network"]


def test_the_ceiling_is_taken_from_a_set_that_has_it():
    """Where a set lacks labels, a measure of its populations has no ceiling either."""
    without = judged("a", evaluation(None, float("nan")))
    (score,) = measure_scores([without, judged("b", evaluation(0.2, 0.1))], "m")
    assert score.reference == [0.1]
