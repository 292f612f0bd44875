import pytest
from scipy.stats import binomtest

from imaginome.kernels.intervals import wilson


@pytest.mark.parametrize(("count", "n"), [(0, 50), (50, 50), (1, 10_000), (7, 30)])
@pytest.mark.parametrize("looks", [1, 8])
def test_whole_counts_agree_with_scipy(count, n, looks):
    expected = binomtest(count, n).proportion_ci(1 - 0.05 / looks, method="wilson")
    found = wilson(count / n, n, looks)
    assert found.value == count / n
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


def test_fewer_effective_draws_tell_less():
    few, many = wilson(0.3, 12.5), wilson(0.3, 40.0)
    assert few.low < many.low < 0.3 < many.high < few.high
