import numpy as np
import pytest

from imaginome.kernels.statistics import mean_difference, mean_error, moments, pearson, ratio


def test_moments_give_numpys_statistics_without_missing_pairs():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 4, 50))
    a[0, :5] = np.nan
    b[2, 7] = np.nan
    m = moments(a, b)
    for row in range(4):
        known = np.isfinite(a[row]) & np.isfinite(b[row])
        x, y = a[row, known], b[row, known]
        assert pearson(m)[row] == pytest.approx(np.corrcoef(x, y)[0, 1])
        assert mean_error(m)[row] == pytest.approx(np.abs(x - y).mean())
        assert mean_difference(m)[row] == pytest.approx((x - y).mean())


def test_moments_add_over_pieces():
    a, b = np.random.default_rng(4).normal(size=(2, 30))
    parts = moments(a[:11], b[:11]) + moments(a[11:], b[11:])
    np.testing.assert_allclose(parts, moments(a, b))


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3])
def test_a_constant_has_no_correlation(value):
    constant = np.full(1000, value)
    assert np.isnan(pearson(moments(constant, np.arange(1000.0))))


def test_nothing_to_divide_by_is_nan():
    assert np.isnan(ratio(1.0, 0.0))
    assert np.isnan(mean_error(moments(np.array([np.nan]), np.array([1.0]))))
