"""Residual risk: its value, its interval, and what it says where an attack has no power."""

import numpy as np
import pytest

from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.residual import (
    rate_by_influence,
    rate_of,
    residual,
    residual_finding,
)
from imaginome.results import Estimate


def rates(attack, control, tries=10.0, seed=0):
    rng = np.random.default_rng(seed)
    return tuple(
        rate_of(hits, np.full(len(hits), tries), np.arange(len(hits)), rng)
        for hits in (np.asarray(attack, dtype=float), np.asarray(control, dtype=float))
    )


def test_value_is_the_share_of_what_the_control_leaves_open():
    found = residual(*rates([8.0] * 50, [6.0] * 50))
    assert found.value == pytest.approx(0.5)
    assert found.low < 0.5 < found.high


def test_it_may_be_negative():
    found = residual(*rates([2.0] * 50, [6.0] * 50))
    assert found.value == pytest.approx(-1.0)


def test_no_risk_can_be_told_where_the_control_is_always_right():
    assert residual(*rates([10.0] * 9, [10.0] * 9)).value is None


def test_few_people_hit_by_nobody_leave_a_margin():
    few, many = (residual(*rates([0.0] * n, [0.0] * n)) for n in (10, 1000))
    assert few.value == many.value == 0.0
    assert few.high > 0.2
    assert many.high < 0.005


@pytest.mark.parametrize("spread", [0.5, 4.0])
def test_the_interval_holds_the_truth_as_often_as_it_says(spread):
    """Rates of people vary; attack and control are drawn from the same people."""
    rng = np.random.default_rng(1)
    held = 0
    for trial in range(150):
        chances = rng.beta(spread, spread, size=(2, 80))
        found = residual(*rates(*rng.binomial(10, chances), seed=trial))
        held += found.low <= 0.0 <= found.high
    assert held >= 0.91 * 150


def test_families_are_drawn_whole():
    hits = np.repeat([0.0, 10.0], 20)
    rng = np.random.default_rng(2)
    alone = rate_of(hits, np.full(40, 10.0), np.arange(40), rng)
    kin = rate_of(hits, np.full(40, 10.0), np.arange(40) // 10, rng)
    assert alone.value == kin.value
    assert kin.units == 4
    assert kin.replicates.std() > 2 * alone.replicates.std()


def test_influence_gives_the_spread_of_a_mean():
    rng = np.random.default_rng(3)
    hits, groups = rng.random(200), np.arange(200)
    mean = rate_of(hits, np.ones(200), groups, rng)
    same = rate_by_influence(float(hits.mean()), hits / 200, groups, rng)
    assert same.replicates.std() == pytest.approx(mean.replicates.std(), rel=0.1)


def judged(attack, guess):
    pair = rates([attack] * 400, [attack] * 400)
    return residual_finding(("x.y", "name"), pair, guess, Estimate(value=0.0), Policy(), key=True)


def test_an_attack_no_better_than_guessing_passes_nobody():
    assert judged(5.0, guess=0.2).status == "pass"
    weak = judged(5.0, guess=0.6)
    assert weak.status == "unknown"
    assert "no power" in weak.reason
