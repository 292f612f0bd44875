"""What is compared follows from sizes and budget alone, and fits into the budget."""

from __future__ import annotations

import math

import pytest

from imaginome.models.registry import models
from imaginome.runs.choose.base import Size
from imaginome.runs.choose.budget import COMPARING
from imaginome.runs.choose.plan import ROUNDS, Plan, round_seconds
from imaginome.runs.choose.registry import proposers
from imaginome.runs.fitting import create

SIZES = [Size(60, 120, 1), Size(600, 1500, 4), Size(2504, 805, 26), Size(2504, 10_000, 26)]
BUDGETS = [10.0, 60.0, 600.0, 1200.0, 36_000.0]


@pytest.mark.parametrize("size", SIZES)
def test_every_proposal_is_a_fit_that_exists(size):
    """A generator whose settings change has to change its proposals with them."""
    for model in proposers.ids():
        assert model in models.ids()
        found = proposers.get(model)().proposals(size)
        for proposal in found:
            create(model, proposal.settings)
            create(model, proposal.trial)
            assert 0 < proposal.seconds < math.inf
            assert 0 < proposal.trial_seconds < math.inf
        assert len({p.settings for p in found}) == len(found)


def test_what_copies_people_is_never_proposed():
    assert "mosaic" not in proposers.ids()


@pytest.mark.parametrize("model", ["gan", "hmm", "independent", "markov", "rbm"])
def test_larger_panels_cost_more(model):
    small, large = (
        [p.seconds for p in proposers.get(model)().proposals(Size(1000, sites, 5))]
        for sites in (400, 1600)
    )
    assert all(a < b for a, b in zip(small, large, strict=True))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("budget", BUDGETS)
def test_a_round_and_every_fit_are_within_the_budget(size, budget):
    plan = Plan.of(size, budget)
    assert plan.running
    if len(plan.running) > 1:
        assert round_seconds(plan.running, plan.size) <= COMPARING * budget
    assert all(c.seconds <= (1 - COMPARING) * budget for c in plan.running)
    assert all(c.struck for c in plan.contenders if c not in plan.running)
    assert plan == Plan.of(size, budget)


@pytest.mark.parametrize("size", SIZES)
def test_more_time_compares_no_less(size):
    plans = [Plan.of(size, budget) for budget in BUDGETS]
    counts = [len(plan.running) for plan in plans]
    assert counts == sorted(counts)
    whole = plans[-1]
    assert {c.model for c in whole.running} == set(proposers.ids())


def test_of_trainings_with_one_trial_the_longest_affordable_stands():
    size = Size(2504, 805, 26)

    def rbm(budget):
        return next(c for c in Plan.of(size, budget).contenders if c.model == "rbm")

    assert rbm(36_000).settings == ()
    assert rbm(240).settings == ("updates=300",)
    assert not rbm(240).struck
    assert "predicted" in rbm(60).struck


def test_sizes_that_a_small_panel_cannot_fill_are_refused():
    plan = Plan.of(Size(60, 120, 1), 36_000.0)
    tried = [c.settings for c in plan.running if c.model == "hmm"]
    assert tried == [("clusters=12",)]


def test_a_dense_panel_has_a_model_with_memory_even_in_a_minute():
    running = Plan.of(Size(2504, 10_000, 26), 60.0).running
    assert "hmm" in [c.model for c in running]


def test_only_generators_that_learn_phenotypes_where_one_is_asked_for():
    plan = Plan.of(SIZES[1], 36_000.0, phenotype=True)
    assert {c.model for c in plan.contenders} == {
        m for m in proposers.ids() if "phenotype" in models.get(m).capabilities
    }


def test_stretches_lie_inside_the_panel_and_differ():
    plan = Plan.of(Size(2504, 10_000, 26), 600.0)
    assert plan.stretch < 10_000
    stretches = [plan.stretch_of(10_000, number) for number in range(ROUNDS)]
    assert stretches[0].start == 0
    assert stretches[-1].stop == 10_000
    assert all(s.stop - s.start == plan.stretch for s in stretches)
    assert len({s.start for s in stretches}) == ROUNDS
