"""The rule of the mosaic frontier: hull, margin, standing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.frontier.curve import Curve, Margin, margin_over, overall

COPYING, ERROR = [0.52, 0.60, 0.70, 0.90, 1.0], [10.0, 8.0, 2.0, 1.9, 1.0]
UNIT = st.floats(0.0, 1.0).map(lambda value: round(value, 3))


def naive_error_at(copying: list[float], error: list[float], where: float) -> float:
    """Return the least error of all mixtures of two mosaics that copy at most `where`."""
    if where < min(copying):
        return min(e for c, e in zip(copying, error, strict=True) if c == min(copying))
    best = min(e for c, e in zip(copying, error, strict=True) if c <= where)
    for c0, e0 in zip(copying, error, strict=True):
        for c1, e1 in zip(copying, error, strict=True):
            if c0 <= where < c1:
                share = (where - c0) / (c1 - c0)
                best = min(best, e0 + share * (e1 - e0))
    return best


@given(st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=9), UNIT)
def test_the_curve_is_the_best_mixture_of_two_mosaics(mosaics, where):
    copying, error = (list(side) for side in zip(*mosaics, strict=True))
    found = Curve.of(copying, error).error_at(where)
    assert found == pytest.approx(naive_error_at(copying, error, where), abs=1e-9)


@given(st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=9))
def test_no_mosaic_is_beyond_its_own_curve(mosaics):
    curve = Curve.of(*(list(side) for side in zip(*mosaics, strict=True)))
    assert all(curve.margin(c, e) <= 1e-12 for c, e in mosaics)
    assert np.all(np.diff(curve.copying) > 0)
    assert np.all(np.diff(curve.error) < 0)


def test_the_order_of_mosaics_does_not_matter():
    forward, backward = Curve.of(COPYING, ERROR), Curve.of(COPYING[::-1], ERROR[::-1])
    np.testing.assert_array_equal(forward.error, backward.error)


def test_margin_is_read_at_the_copying_of_the_model():
    curve = Curve.of(COPYING, ERROR)
    # Between 0.52 (10) and 0.70 (2): the mosaic at (0.60, 8) is worse than their mixture.
    assert curve.error_at(0.61) == pytest.approx(6.0)
    assert curve.margin(0.61, 1.5) == pytest.approx(4.5)
    assert curve.margin(0.61, 7.0) == pytest.approx(-1.0)


def test_outside_the_mosaics_nothing_is_claimed():
    curve = Curve.of(COPYING, ERROR)
    assert curve.error_at(0.1) == 10.0
    assert curve.error_at(2.0) == 1.0
    assert curve.margin(0.1, 10.0) == 0.0


def test_copying_that_a_mosaic_needs_to_be_as_real():
    curve = Curve.of(COPYING, ERROR)
    assert curve.copying_at(6.0) == pytest.approx(0.61)
    assert curve.copying_at(20.0) == 0.52
    assert curve.copying_at(0.99) is None


def test_a_margin_is_read_over_the_curve_of_its_own_seed():
    curves = [Curve.of([0.5, 1.0], [2.0, 1.0]), Curve.of([0.5, 1.0], [4.0, 1.0])]
    margin = margin_over(curves, [0.5, 0.5], [1.5, 1.5])
    assert margin.values == (0.5, 2.5)
    assert (margin.mean, margin.least, margin.standing) == (1.5, 0.5, "beyond")
    assert margin.needed == pytest.approx((0.75 + 0.5 + 2.5 / 6) / 2)
    assert margin_over(curves, [0.5, 0.5], [1.5, 0.5]).needed is None


@pytest.mark.parametrize(
    ("values", "standing"),
    [
        ((0.1, 0.2), "beyond"),
        ((0.1, -0.2), "undecided"),
        ((0.1, 0.0), "undecided"),
        ((0.0, 0.0), "not beyond"),
        ((-0.1, -0.2), "not beyond"),
    ],
)
def test_every_seed_must_agree(values, standing):
    assert Margin(values).standing == standing


def test_a_model_is_beyond_only_where_all_pictures_say_so():
    good, mixed, bad = Margin((1.0,)), Margin((1.0, -1.0)), Margin((-1.0,))
    assert overall([good, good]) == "beyond"
    assert overall([good, mixed]) == "undecided"
    assert overall([good, mixed, bad]) == "not beyond"
