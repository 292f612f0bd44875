import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from imaginome.kernels.ranks import area, true_rates
from imaginome.kernels.statistics import mean_known


@pytest.fixture
def scores():
    """Scores with ties."""
    rng = np.random.default_rng(4)
    return rng.integers(1, 9, 40).astype(float), rng.integers(0, 7, 30).astype(float)


def test_the_area_agrees_with_scikit_learn_replicate_by_replicate(scores):
    rng = np.random.default_rng(1)
    first, second = scores
    weights = rng.integers(0, 3, (5, 40)).astype(float), rng.integers(0, 3, (5, 30)).astype(float)
    label = np.repeat([1, 0], [40, 30])
    expected = [
        roc_auc_score(label, np.concatenate(scores), sample_weight=np.concatenate(w))
        for w in zip(*weights, strict=True)
    ]
    np.testing.assert_allclose(area(first, second, *weights), expected)


def test_nobody_on_one_side_is_nan(scores):
    first, second = scores
    assert np.isnan(area(first, second, np.zeros((1, 40)), np.ones((1, 30))))[0]


def test_mean_of_what_is_known():
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    np.testing.assert_array_equal(mean_known(values), [2.0, 5.0, np.nan])


def test_the_curve_agrees_with_scikit_learn(scores):
    first, second = scores
    label = np.repeat([1, 0], [40, 30])
    false, true, _ = roc_curve(label, np.concatenate(scores), drop_intermediate=False)
    x = np.linspace(0.01, 0.99, 50)
    np.testing.assert_allclose(true_rates(first, second, x), np.interp(x, false, true))
