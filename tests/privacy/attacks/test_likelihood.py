import numpy as np
import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks import likelihood
from imaginome.privacy.attacks.likelihood import Likelihood, affordable
from imaginome.privacy.attacks.membership import Membership
from imaginome.privacy.policy import Policy
from tests.support.leaks import diverse, mosaic, nameless, parts


def run(train: Panel, holdout: Panel, artificial: Panel, attack=Likelihood):
    result = attack().run(Comparison.of(train, holdout, artificial), Policy())
    return {finding.id: finding for finding in result.findings}


def changed(panel: Panel, share: float) -> Panel:
    rng = np.random.default_rng(9)
    rows = panel.haplotypes ^ (rng.random(panel.haplotypes.shape) < share)
    return Panel(rows.astype(np.uint8), panel.sites, nameless(panel.n_individuals))


@pytest.fixture(scope="module")
def people() -> list[Panel]:
    """Three times 200 people of one kind, all haplotypes different."""
    return parts(diverse(600, 600), 3)


def test_copies_with_changed_alleles_fail(people):
    train, holdout, _ = people
    found = run(train, holdout, changed(train, 0.01))
    assert found["likelihood.auc"].status == "fail"
    assert found["likelihood.auc"].strength.value > 0.9
    assert found["likelihood.worst"].status == "fail"


@pytest.mark.parametrize("length", [50, 200])
def test_mosaics_fail_where_distances_are_blind(people, length):
    train, holdout, _ = people
    leaky = mosaic(train, length)
    assert run(train, holdout, leaky)["likelihood.auc"].status == "fail"
    blind = run(train, holdout, leaky, Membership)["membership.auc"].strength.value
    assert run(train, holdout, leaky)["likelihood.auc"].strength.value > blind


def test_a_tenth_copied_is_recognised_at_a_low_rate(people):
    train, holdout, third = people
    rows = third.haplotypes.copy()
    rows[:40] = train.haplotypes[:40]
    leaky = Panel(rows, third.sites, nameless(third.n_individuals))
    assert run(train, holdout, leaky)["likelihood.tpr_1"].strength.value >= 0.08


@pytest.mark.parametrize("seed", range(5))
def test_strangers_pass(demo, seed):
    found = run(*parts(demo, 3, seed))
    assert not {"caution", "fail"} & {finding.status for finding in found.values()}


def test_people_are_drawn_where_all_cost_too_much(demo, monkeypatch):
    train, holdout, third = parts(demo, 3)
    comparison = Comparison.of(train, holdout, third)
    assert affordable(comparison) is None
    monkeypatch.setattr(likelihood, "MOST_WORK", 1)
    monkeypatch.setattr(likelihood, "LEAST_TARGETS", 50)
    assert affordable(comparison) == 50
    result = Likelihood().run(comparison, Policy())
    assert any("50 of 200 people in train" in note for note in result.notes)


def test_unlabelled_people_have_no_worst_population(demo):
    train, holdout, third = (
        Panel(p.haplotypes, p.sites, type(p.samples)(p.samples.id)) for p in parts(demo, 3)
    )
    assert "likelihood.worst" not in run(train, holdout, third)


def test_one_haplotype_of_twenty_members_is_enough(people):
    train, holdout, third = people
    rows = third.haplotypes.copy()
    rows[:40:2] = train.haplotypes[:40:2]
    leaky = Panel(rows, third.sites, nameless(third.n_individuals))
    finding = run(train, holdout, leaky)["likelihood.first"]
    assert finding.status == "fail"
    assert finding.strength.value >= 0.09
