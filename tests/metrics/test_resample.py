import numpy as np
import pytest

from imaginome.kernels.intervals import estimate, individual_weights
from imaginome.kernels.statistics import mean_error, moments
from imaginome.metrics.resample import Resampled, resampled, some
from tests.support.comparisons import compared, part


def test_counts_are_those_of_a_panel_with_people_repeated(panel):
    weights = individual_weights(panel.n_individuals, 3, np.random.default_rng(1))
    found = Resampled(panel, weights)
    columns = np.random.default_rng(2).integers(0, panel.n_sites, (3, 40))
    for r in range(3):
        repeated = np.repeat(panel.haplotypes, np.repeat(weights[r].astype(int), 2), axis=0)
        for k in (1, 2, 3):
            carried = np.all([repeated[:, c] == 1 for c in columns[:k]], axis=0).sum(axis=0)
            np.testing.assert_array_equal(found.counts(*columns[:k])[r], carried)


def test_counting_leaves_the_panel_as_it_was(panel):
    before = panel.haplotypes.copy()
    weights = individual_weights(panel.n_individuals, 2, np.random.default_rng(1))
    sites = np.arange(panel.n_sites)
    Resampled(panel, weights).counts(sites, sites[::-1])
    np.testing.assert_array_equal(panel.haplotypes, before)


def test_panels_are_resampled_on_their_own(thirds):
    panels = resampled(thirds, "any")
    site = np.arange(3)
    again = resampled(thirds, "any")
    for name, found in panels.items():
        np.testing.assert_array_equal(found.counts(site), again[name].counts(site))


def test_some_keeps_all_of_few():
    np.testing.assert_array_equal(some(4, 9, np.random.default_rng(1)), np.arange(4))
    assert len(set(some(100, 9, np.random.default_rng(1)).tolist())) == 9


def test_intervals_cover_the_expected_value(panel):
    """Draw people from two populations again and again; 95% intervals must mostly cover."""
    rng = np.random.default_rng(11)
    p = rng.uniform(0.1, 0.9, 60)
    q = np.clip(p + rng.normal(0, 0.1, 60), 0.02, 0.98)
    values, intervals = [], []
    n = 80
    from dataclasses import replace

    base = part(panel, 0, 1).take_sites(np.arange(60)).take_individuals(np.arange(n // 2))
    for draw in range(80):
        drawn = [
            replace(base, haplotypes=(rng.random((n, 60)) < f).astype(np.uint8)) for f in (p, p, q)
        ]
        comparison = compared(*drawn, seed=draw, replicates=100)
        sites = np.arange(60)
        counts = {k: r.counts(sites) for k, r in resampled(comparison, "x").items()}
        real, other = (x.haplotypes.sum(axis=0, dtype=float) for x in (drawn[1], drawn[2]))
        value = float(mean_error(moments(other / n, real / n)))
        spread = mean_error(moments(counts["artificial"] / n, counts["holdout"] / n))
        values.append(value)
        intervals.append(estimate(value, spread))
    expected = np.mean(values)
    covered = np.mean([i.low <= expected <= i.high for i in intervals])
    assert covered >= 0.88
    # Nor may intervals be so wide that covering says nothing.
    width = np.mean([i.high - i.low for i in intervals])
    assert width < 2.2 * 2 * 1.96 * np.std(values)


def test_estimate_without_replicates_has_no_interval():
    assert estimate(0.5, []).low is None
    assert estimate(float("nan"), [1.0, 2.0]).value is None


def test_an_interval_holds_its_value_and_stays_in_range():
    found = estimate(0.01, np.random.default_rng(1).normal(5, 1, 100), lowest=0.0)
    assert found.low == 0.0
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize("replicates", [0, 1, 2])
def test_few_replicates_are_enough_to_compute(panel, replicates):
    from imaginome.metrics.evaluate import evaluate

    parts = [part(panel, k) for k in range(3)]
    result = evaluate(compared(*parts, replicates=replicates))
    for metric in result.metrics:
        for measure in metric.measures:
            assert (measure.ceiling.low is None) == (replicates < 2)
