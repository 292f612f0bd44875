import math

import naive_privacy as naive
import numpy as np
import pytest
from leaks import parts, random_comparison, tiny

from imaginome.privacy._distances import Distances, half_samples
from imaginome.privacy.aats import Aats, accuracy_estimate
from imaginome.privacy.neighbours import kin_groups
from imaginome.privacy.policy import Policy
from imaginome.privacy.privacy_loss import PrivacyLoss, privacy_loss


@pytest.mark.parametrize("seed", range(4))
def test_accuracy_agrees_with_loops(seed):
    comparison = random_comparison((7, 7, 7), 30, seed)
    distances = Distances.of(comparison)
    panels = distances.panels
    for queries, others in [("train", "artificial"), ("artificial", "holdout")]:
        expected = naive.accuracy(
            panels[queries].haplotypes,
            panels[others].haplotypes,
            kin_groups(panels[queries].samples),
        )
        assert distances.accuracy(queries, others) == pytest.approx(expected)


def test_loss_is_the_difference_of_means():
    distances = Distances.of(random_comparison((9, 9, 9), 30))

    def mean(real):
        truth, syn = (real, "artificial"), ("artificial", real)
        return (distances.accuracy(*truth) + distances.accuracy(*syn)) / 2

    assert privacy_loss(distances) == pytest.approx(mean("holdout") - mean("train"))


def test_sizes_are_made_equal_and_lists_shared():
    comparison = random_comparison((9, 8, 30), 30)
    distances = Distances.of(comparison)
    assert {panel.n_individuals for panel in distances.panels.values()} == {8}
    assert Distances.of(comparison) is distances


def test_identical_rows_are_ties():
    rows = np.zeros((6, 4))
    from imaginome.metrics.comparison import Comparison

    comparison = Comparison.of(tiny(rows, "a"), tiny(rows, "b"), tiny(rows, "c"))
    assert Distances.of(comparison).accuracy("train", "artificial") == 0.5


def test_half_samples_draw_people_not_haplotypes():
    comparison = random_comparison((9, 9, 9), 10, replicates=20)
    halves = half_samples(comparison, Distances.of(comparison))
    assert len(halves) == 20
    for alive in halves:
        for mask in alive.values():
            assert mask.sum() == 8
            assert np.array_equal(mask[0::2], mask[1::2])


def test_too_few_people_have_no_interval():
    comparison = random_comparison((2, 2, 2), 5)
    found = {f.id: f for f in Aats().run(comparison, Policy()).findings}
    assert found["aats.truth"].strength.low is None
    assert found["aats.truth"].status in ("unknown", "caution")


def test_interval_covers_one_half_for_people_of_one_population():
    """The half-sample interval must hold the ideal in about 19 of 20 draws."""
    covered = 0
    for seed in range(60):
        comparison = random_comparison((40, 2, 40), 60, seed, replicates=60)
        comparison = type(comparison)(
            comparison.train, comparison.train, comparison.artificial, seed=seed, replicates=60
        )
        distances = Distances.of(comparison)
        halves = half_samples(comparison, distances)
        found = accuracy_estimate(distances, halves, "train", "artificial")
        covered += found.low <= 0.5 <= found.high
    assert covered >= 51


def test_copy_is_found_and_third_part_is_not(demo):
    from imaginome.metrics.comparison import Comparison

    train, holdout, third = parts(demo, 3)
    copied = Comparison.of(train, holdout, train)
    found = {f.id: f for f in Aats().run(copied, Policy()).findings}
    assert found["aats.truth"].strength.value == pytest.approx(0.0, abs=0.15)
    assert found["aats.truth"].status == found["aats.syn"].status == "fail"
    loss = PrivacyLoss().run(copied, Policy()).findings[0]
    assert loss.strength.value > 0.35
    assert loss.status == "fail"
    safe = Comparison.of(train, holdout, third)
    assert all(f.status != "fail" for f in Aats().run(safe, Policy()).findings)
    safe_loss = PrivacyLoss().run(safe, Policy()).findings[0]
    assert safe_loss.strength.low <= 0.0 <= safe_loss.strength.high
    assert math.isfinite(safe_loss.strength.value)
