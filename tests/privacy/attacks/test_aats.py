import math
from dataclasses import replace

import numpy as np
import pytest

from imaginome.panel.units import haplotype_units
from imaginome.privacy.attacks.aats import Aats, accuracy_estimate, judge_syn, judge_truth
from imaginome.privacy.attacks.privacy_loss import PrivacyLoss, privacy_loss
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.distances import Distances, half_samples
from imaginome.results import Estimate
from tests.support import naive_privacy as naive
from tests.support.leaks import diverse, parts, random_comparison, tiny


@pytest.mark.parametrize("seed", range(4))
def test_accuracy_agrees_with_loops(seed):
    comparison = random_comparison((7, 7, 7), 30, seed)
    distances = Distances.of(comparison)
    panels = distances.panels
    for queries, others in [("train", "artificial"), ("artificial", "holdout")]:
        expected = naive.accuracy(
            panels[queries].haplotypes,
            panels[others].haplotypes,
            haplotype_units(panels[queries].samples),
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
    distances = comparison.shared(Distances.of)
    assert {panel.n_individuals for panel in distances.panels.values()} == {8}
    assert comparison.shared(Distances.of) is distances


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


def around(value: float, margin: float = 0.02) -> Estimate:
    return Estimate(value=value, low=value - margin, high=value + margin)


@pytest.mark.parametrize(
    ("truth", "control", "status"),
    [
        (0.50, 0.50, "pass"),
        (0.05, 0.50, "fail"),
        (0.10, 0.45, "fail"),
        (0.40, 0.50, "caution"),
        (0.24, 0.242, "caution"),
        (0.02, 0.03, "caution"),
        (0.45, 0.45, "pass"),
        (0.90, 0.97, "caution"),
    ],
)
def test_truth_is_judged_against_its_control(truth, control, status):
    found, reason = judge_truth(around(truth), around(control), around(control - truth), Policy())
    assert found == status
    assert ("no sign of memory" in reason) == (truth < 0.3 and control < 0.3)


def test_an_interval_that_ends_at_zero_is_an_interval():
    """A bound of 0.0 is no missing bound: the gap is certain here."""
    assert judge_syn(Estimate(value=0.4, low=0.38, high=0.42), Policy())[0] == "fail"
    certain = Estimate(value=0.2, low=0.2, high=0.2)
    assert judge_syn(certain, Policy())[0] == "fail"
    assert judge_syn(Estimate(value=0.0, low=0.0, high=0.0), Policy())[0] == "pass"
    assert judge_syn(Estimate(value=0.2), Policy())[0] == "unknown"


def test_complete_copies_fail_by_syn():
    """Every artificial haplotype is in train: AA_syn is 0, which is a value like any other."""
    from imaginome.metrics.comparison import Comparison

    train, holdout = (diverse(120).take_individuals(np.arange(a, a + 60)) for a in (0, 60))
    found = {f.id: f for f in Aats().run(Comparison.of(train, holdout, train), Policy()).findings}
    assert found["aats.syn"].strength.value == 0.0
    assert found["aats.syn"].status == "fail"


def test_averages_of_people_nobody_saw_are_no_leak():
    """Majorities of three strangers are near to anybody, train or not: realism, not memory."""
    comparison = random_comparison((60, 60, 60), 300)
    rng = np.random.default_rng(1)
    rows = comparison.artificial.haplotypes
    made = [rows[rng.choice(len(rows), 3, replace=False)].sum(axis=0) >= 2 for _ in rows]
    averaged = replace(comparison, artificial=tiny(np.array(made), "S"))
    found = {f.id: f for f in Aats().run(averaged, Policy()).findings}
    assert found["aats.truth"].strength.value < 0.1
    assert found["aats.truth_holdout"].strength.value < 0.1
    assert found["aats.truth"].status == "caution"
    assert "no sign of memory" in found["aats.truth"].reason
