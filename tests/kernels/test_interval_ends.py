import numpy as np
import pytest
from scipy.stats import binomtest

from imaginome.kernels.intervals import column_interval, wilson


@pytest.mark.parametrize(("count", "n"), [(0, 50), (50, 50), (1, 10_000), (7, 30)])
@pytest.mark.parametrize("comparisons", [1, 8])
def test_whole_counts_agree_with_scipy(count, n, comparisons):
    expected = binomtest(count, n).proportion_ci(1 - 0.05 / comparisons, method="wilson")
    found = wilson(count / n, n, comparisons)
    assert found.value == count / n
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_fewer_effective_draws_tell_less():
    few, many = wilson(0.3, 12.5), wilson(0.3, 40.0)
    assert few.low < many.low < 0.3 < many.high < few.high


def test_ends_of_columns_leave_out_what_is_not_known():
    drawn = np.random.default_rng(1).normal(size=(40, 3))
    drawn[::2, 1], drawn[1:, 2] = np.nan, np.inf
    low, high = column_interval(drawn)
    for column in (0, 1):
        known = drawn[np.isfinite(drawn[:, column]), column]
        assert (low[column], high[column]) == tuple(np.quantile(known, [0.025, 0.975]))
    assert np.isnan([low[2], high[2]]).all()
    assert column_interval(np.empty((0, 2)))[0].shape == (2,)
