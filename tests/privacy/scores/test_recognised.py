import numpy as np
import pytest

from imaginome.kernels.ranks import auc_estimate, by_chance
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Samples, strings
from imaginome.privacy.attacks.frequency import attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.crossfit import folds, gathered, too_few
from imaginome.privacy.scores.recognised import Recognised, units
from tests.support import naive_privacy as naive
from tests.support.leaks import random_comparison, tiny


def people(n: int) -> np.ndarray:
    return np.arange(n)


@pytest.mark.parametrize("seed", range(3))
def test_area_agrees_with_loops(seed):
    rng = np.random.default_rng(seed)
    members, others = rng.integers(0, 9, 30) + 1.0, rng.integers(0, 9, 40) + 0.0
    found = auc_estimate(members, others, people(30), people(40))
    assert found.value == pytest.approx(naive.auc(members, others))


def test_interval_of_area_covers_and_misses_as_often_as_it_says():
    rng = np.random.default_rng(4)
    truth = 0.7602  # of normal scores one deviation apart
    missed = 0
    for _ in range(400):
        found = auc_estimate(rng.normal(1, 1, 60), rng.normal(0, 1, 60), people(60), people(60))
        missed += not found.low <= truth <= found.high
    assert missed <= 0.05 * 400


def test_families_count_once():
    rng = np.random.default_rng(5)
    members, others = rng.normal(0.5, 1, 30), rng.normal(0, 1, 30)
    alone = auc_estimate(members, others, people(30), people(30))
    twice = auc_estimate(
        np.repeat(members, 2), np.repeat(others, 2), people(60) // 2, people(60) // 2
    )
    assert twice.value == pytest.approx(alone.value)
    assert twice.high - twice.low == pytest.approx(alone.high - alone.low, rel=0.02)


def test_a_few_people_told_apart_perfectly_are_no_certainty():
    found = auc_estimate(np.arange(4) + 10.0, np.arange(4) + 0.0, people(4), people(4))
    assert found.value == 1.0
    assert found.low < 0.6


def test_more_looks_widen_the_interval():
    rng = np.random.default_rng(6)
    members, others = rng.normal(0.5, 1, 50), rng.normal(0, 1, 50)
    one, many = (
        auc_estimate(members, others, people(50), people(50), comparisons)
        for comparisons in (1, 20)
    )
    assert many.high - many.low > 1.4 * (one.high - one.low)


def test_folds_attack_everyone_once_and_never_with_their_own_reference():
    comparison = random_comparison((15, 31, 9))
    parts = folds(comparison)
    assert sorted(np.concatenate([fold.members for fold in parts])) == list(range(15))
    assert sorted(np.concatenate([fold.others for fold in parts])) == list(range(31))
    for fold in parts:
        assert not set(fold.others) & set(fold.reference)
        assert len(fold.others) + len(fold.reference) == 31
        assert abs(len(fold.members) / 15 - len(fold.others) / 31) < 0.1
    assert len(parts) == 5


def structured(seed: int, n_each: int = 6, n_homes: int = 10) -> Comparison:
    """Ten populations far apart, six people of each in each panel: a split as `split` makes it."""
    rng = np.random.default_rng(seed)
    chance = np.repeat(rng.beta(0.5, 0.5, (n_homes, 80)), 2 * n_each, axis=0)
    homes = strings(np.repeat([f"P{i}" for i in range(n_homes)], n_each).tolist())
    panels = []
    for prefix in "THS":
        panel = tiny((rng.random(chance.shape) < chance).astype(int), prefix)
        panels.append(panel.with_samples(Samples(panel.samples.id, population=homes)))
    return Comparison.of(*panels, seed=seed)


def test_populations_are_dealt_evenly_to_folds_on_both_sides():
    comparison = structured(1)
    for panel, side in ((comparison.train, "members"), (comparison.holdout, "others")):
        home = panel.samples.population
        for name in np.unique(home.astype(str)):
            counts = [(home[getattr(fold, side)] == name).sum() for fold in folds(comparison)]
            assert max(counts) - min(counts) <= 1
            assert sum(counts) == 6


def test_nobody_seen_is_guessing_where_populations_are_many():
    """Non-members of a fold with more of a population than its reference looked like members."""
    areas = []
    for seed in range(40):
        comparison = structured(seed)
        found = attack(comparison, comparison.artificial.haplotypes)
        areas.append(auc_estimate(found.members, found.others, people(60), people(60)).value)
    assert abs(np.mean(areas) - 0.5) < 0.025


def test_families_of_the_holdout_stay_together():
    comparison = random_comparison((12, 12, 6))
    family = strings([f"f{i // 3}" for i in range(12)])
    holdout = comparison.holdout.with_samples(Samples(comparison.holdout.samples.id, family=family))
    kin = random_comparison((12, 12, 6)).of(comparison.train, holdout, comparison.artificial)
    for fold in folds(kin):
        assert not set(family[fold.others]) & set(family[fold.reference])
    assert list(units(holdout, np.array([0, 1, 5, 11]))) == [0, 0, 1, 2]


def test_members_of_one_family_are_attacked_in_every_fold():
    comparison = random_comparison((12, 12, 6))
    names = Samples(comparison.train.samples.id, family=strings(["f"] * 12))
    kin = comparison.of(
        comparison.train.with_samples(names), comparison.holdout, comparison.artificial
    )
    assert all(len(fold.members) >= 2 for fold in folds(kin))


def test_one_family_gives_no_reference():
    comparison = random_comparison((12, 12, 6))
    family = strings(["f"] * 12)
    holdout = comparison.holdout.with_samples(Samples(comparison.holdout.samples.id, family=family))
    assert "kin" in too_few(comparison.of(comparison.train, holdout, comparison.artificial))
    assert "5 people" in too_few(random_comparison((12, 5, 6)))
    assert too_few(comparison) == ""


def test_scores_are_deviations_within_populations():
    rng = np.random.default_rng(8)
    population = strings(["A", "B"] * 40)
    panels = []
    for prefix in "TH":
        panel = tiny(rng.integers(0, 2, (160, 5)), prefix)
        panels.append(panel.with_samples(Samples(panel.samples.id, population=population)))
    comparison = random_comparison().of(*panels, tiny(rng.integers(0, 2, (20, 5)), "S"))
    score = np.where(population == "A", 0.0, 1000.0) + rng.normal(size=80)
    found = gathered(
        comparison, [(f, score[f.members], score[f.others]) for f in folds(comparison)]
    )
    assert np.abs(np.concatenate([found.members, found.others])).max() < 100
    assert len(found.members) == len(found.others) == 80


def test_rates_that_few_people_cannot_state_are_unknown():
    comparison = random_comparison((30, 30, 9))

    def scored():
        for fold in folds(comparison):
            yield fold, fold.members + 0.0, fold.others + 0.0

    recognised = Recognised.of(comparison, gathered(comparison, scored()), "likelihood", "Name")
    auc, *rates = recognised.findings(Policy())
    assert auc.id == "likelihood.auc"
    assert auc.key
    assert [(finding.status, finding.strength.value) for finding in rates] == [
        ("unknown", None)
    ] * 2


def first_of(members: np.ndarray, others: np.ndarray) -> Recognised:
    return Recognised(
        "likelihood",
        "Name",
        members,
        others,
        people(len(members)),
        people(len(others)),
        20,
        np.random.default_rng(1),
    )


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.02])
def test_chance_lets_more_members_through_once_in_700_times(rate):
    rng = np.random.default_rng(11)
    limit, beyond = by_chance(150, 200, rate), 0
    order = np.argsort(rng.random((8_000, 350)), axis=1)
    is_other = order >= 150
    next_other = np.cumsum(is_other, axis=1) <= round(rate * 200)
    through = (next_other & ~is_other).sum(axis=1) / 150
    beyond = int((through >= limit).sum())
    assert 1 <= beyond <= 0.00135 * 8_000 + 10


def test_members_by_luck_above_everyone_are_no_alarm():
    rng = np.random.default_rng(12)
    statuses = [
        finding.status
        for _ in range(60)
        for recognised in [first_of(rng.random(200), rng.random(200))]
        for finding in [recognised.judged_first(Policy()), *recognised.judged_rates(Policy())]
    ]
    assert sum(status in ("caution", "fail") for status in statuses) == 0


def test_twenty_members_above_everyone_fail():
    scores = np.random.default_rng(13).random(600)
    members = scores[:300].copy()
    members[:20] += 1.0
    finding = first_of(members, scores[300:]).judged_first(Policy())
    assert finding.status == "fail"
    assert finding.baseline == pytest.approx(1 / 301)
