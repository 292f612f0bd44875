import numpy as np
import pytest

from imaginome.kernels.ranks import Scores
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks.membership import Membership, person_scores
from imaginome.privacy.policy import Policy
from tests.support import naive_privacy as naive
from tests.support.leaks import diverse, nameless, parts, random_comparison


@pytest.mark.parametrize("seed", range(5))
def test_curve_agrees_with_loops(seed):
    rng = np.random.default_rng(seed)
    members, others = rng.integers(0, 9, 30) + 1.0, rng.integers(0, 9, 40) + 0.0
    roc = Scores.of(members, others).roc()
    assert roc.auc() == pytest.approx(naive.auc(members, others))
    for rate in (0.0, 0.1, 0.25, 1.0):
        assert roc.true_rate(rate) == pytest.approx(naive.true_rate(members, others, rate))


def test_weights_are_repeats():
    rng = np.random.default_rng(3)
    members, others = rng.integers(0, 5, 12) + 0.0, rng.integers(0, 5, 9) + 0.0
    w, v = rng.integers(0, 3, 12), rng.integers(0, 3, 9)
    weighted = Scores.of(members, others).roc(w.astype(float), v.astype(float))
    repeated = Scores.of(np.repeat(members, w), np.repeat(others, v)).roc()
    assert weighted.auc() == pytest.approx(repeated.auc())
    assert weighted.true_rate(0.3) == pytest.approx(repeated.true_rate(0.3))


def test_nearer_haplotype_of_a_person_counts():
    comparison = random_comparison((5, 5, 6), 30)
    apart = naive.distances(comparison.train.haplotypes, comparison.artificial.haplotypes)
    expected = -apart.min(axis=1).reshape(-1, 2).min(axis=1)
    assert np.array_equal(person_scores(comparison.train, comparison.artificial), expected)


def test_copies_of_a_tenth_are_recognised_at_a_low_rate():
    train, holdout, third = parts(diverse(600), 3)
    rows = third.haplotypes.copy()
    rows[:40] = train.haplotypes[:40]
    leaky = Panel(rows, third.sites, nameless(third.n_individuals))
    safe = Panel(third.haplotypes, third.sites, nameless(third.n_individuals))

    def found(artificial):
        comparison = Comparison.of(train, holdout, artificial)
        return {f.id: f for f in Membership().run(comparison, Policy()).findings}

    assert found(leaky)["membership.tpr_1"].strength.value >= 0.1
    assert found(safe)["membership.tpr_1"].strength.value < 0.06
    assert found(safe)["membership.tpr_01"].status == "unknown"
    assert "1,000" in found(safe)["membership.tpr_01"].reason
