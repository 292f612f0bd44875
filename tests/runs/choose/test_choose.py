"""Choosing on small panels: evidence wins, and nothing but panel, seed and budget decides."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.errors import CheckpointError, ModelError
from imaginome.formats import ReadOptions, read_panel
from imaginome.panel import Panel, Samples, strings
from imaginome.runs.choose import choose as choosing
from imaginome.runs.choose.base import Size
from imaginome.runs.choose.choose import choose
from imaginome.runs.choose.plan import ROUNDS, Plan
from imaginome.runs.choose.trials import stage
from tests.support.simulated import simulated_panel

BUDGET = 16.0
"""Seconds that leave `hmm`, `independent` and `markov` in the race on small panels."""


@pytest.fixture(scope="module")
def linked() -> Panel:
    """Dense and linked: 200 people of the bundled panel at 80 neighbouring sites."""
    panel = read_panel(str(DEMO_PANEL), ReadOptions(samples_table=DEMO_SAMPLES))
    return panel.take_individuals(np.arange(0, 600, 3)).take_sites(slice(300, 380))


@pytest.fixture(scope="module")
def unlinked(linked) -> Panel:
    """The same frequencies in the same populations, every site shuffled within a population."""
    rng = np.random.default_rng(1)
    rows = linked.haplotypes.copy()
    homes = np.repeat(linked.samples.population, 2)
    for home in np.unique(homes):
        own = np.flatnonzero(homes == home)
        rows[own] = rng.permuted(rows[own], axis=0)
    return Panel(rows, linked.sites, linked.samples)


@pytest.fixture(scope="module")
def small() -> Panel:
    """What is left for a choice to go by does not matter, only how it goes."""
    return simulated_panel(60, 60)


@pytest.fixture(scope="module")
def chosen(small):
    return choose(small, budget=BUDGET)


def test_linkage_is_found_and_its_absence_too(linked, unlinked):
    """The same list of candidates, and the evidence alone differs."""
    one, other = (choose(p, budget=BUDGET, threads=2) for p in (linked, unlinked))
    assert (one.model, other.model) == ("hmm", "independent")
    tried = [{row.model for row in c.compared if row.rounds} for c in (one, other)]
    assert tried[0] == tried[1] == {"hmm", "independent", "markov"}


def test_the_record_tells_what_was_compared(chosen, small):
    (winner,) = (row for row in chosen.compared if row.chosen)
    assert (winner.model, winner.settings) == (chosen.model, chosen.settings)
    assert winner.score == pytest.approx(
        np.prod([*winner.ratios.values()]) ** (1 / len(winner.ratios))
    )
    assert winner.log_likelihood is not None
    assert all(row.rounds or row.struck for row in chosen.compared)
    assert all("predicted" in r.struck for r in chosen.compared if r.model in ("gan", "rbm"))
    assert chosen.predicted_seconds <= BUDGET / 2
    assert chosen.individuals == small.n_individuals
    assert f"{winner.score:.2f} times" in chosen.reason


def test_threads_and_time_decide_nothing(chosen, small):
    again = choose(small, budget=BUDGET, threads=2)
    assert again.timeless() == chosen.timeless()
    assert again.timeless().seconds is None


def test_another_seed_draws_other_rounds(small):
    plan = Plan.of(Size.of(small), BUDGET)
    one, other = (stage(small, plan, 0, seed, 1, "cpu").test.samples.id for seed in (1, 2))
    assert list(one) != list(other)


def test_rounds_test_everyone_once_and_learn_from_others(small):
    plan = Plan.of(Size.of(small), BUDGET)
    rounds = [stage(small, plan, number, 1, 1, "cpu") for number in range(ROUNDS)]
    tested = [name for on in rounds for name in on.test.samples.id]
    assert sorted(tested) == sorted(small.samples.id)
    assert all(not set(on.test.samples.id) & set(on.learn.samples.id) for on in rounds)


def test_families_stay_together():
    panel = simulated_panel(60, 40)
    family = strings([f"F{i // 3}" for i in range(60)])
    samples = Samples(panel.samples.id, family=family)
    panel = panel.with_samples(samples)
    on = stage(panel, Plan.of(Size.of(panel), BUDGET), 0, 1, 1, "cpu")
    assert not set(on.test.samples.family) & set(on.learn.samples.family)


def test_a_choice_goes_on_where_it_was_interrupted(chosen, small, tmp_path, monkeypatch):
    ledger, honest, made = tmp_path / "trials.json", choosing.attempt, []

    def stopping(*words):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(words)
        return honest(*words)

    monkeypatch.setattr(choosing, "attempt", stopping)
    with pytest.raises(KeyboardInterrupt):
        choose(small, budget=BUDGET, ledger=ledger)
    assert len(json.loads(ledger.read_text())["trials"]) == 2
    counted = []
    monkeypatch.setattr(choosing, "attempt", lambda *w: counted.append(1) or honest(*w))
    resumed = choose(small, budget=BUDGET, ledger=ledger)
    assert resumed.timeless() == chosen.timeless()
    assert len(counted) == sum(row.rounds for row in chosen.compared) - 2

    def never(*_):
        raise AssertionError("a finished trial was made again")

    monkeypatch.setattr(choosing, "attempt", never)
    assert choose(small, budget=BUDGET, ledger=ledger) == resumed
    with pytest.raises(CheckpointError, match="another panel, seed or budget"):
        choose(small, budget=BUDGET + 1, ledger=ledger)
    ledger.write_text("{")
    with pytest.raises(CheckpointError, match="damaged"):
        choose(small, budget=BUDGET, ledger=ledger)


def test_the_ledger_names_nobody_and_knows_no_single_person(small, tmp_path):
    choose(small, budget=BUDGET, ledger=tmp_path / "trials.json")
    text = (tmp_path / "trials.json").read_text()
    assert not any(name in text for name in small.samples.id)
    for trial in json.loads(text)["trials"]:
        assert len(trial["likelihoods"]) <= small.n_individuals // ROUNDS // 5


def test_too_few_people_are_told_what_to_do(small):
    with pytest.raises(ModelError, match="--model"):
        choose(small.take_individuals(np.arange(12)), budget=BUDGET)


def test_a_phenotype_leaves_only_those_that_learn_it(small):
    kinds = strings(["case" if i % 3 else "control" for i in range(60)])
    panel = small.with_samples(replace(small.samples, phenotype=kinds))
    other = choose(panel, budget=BUDGET, phenotype=True)
    assert other.model == "independent"
    assert {row.model for row in other.compared} == {"gan", "independent", "rbm"}


def test_a_generator_that_refuses_is_passed_over_and_recorded(chosen, small, monkeypatch):
    honest = choosing.attempt

    def refusing(contender, on):
        found = honest(contender, on)
        if contender.model != "hmm":
            return found
        return found.model_copy(update={"ratios": {}, "likelihoods": [], "failed": "no, thanks"})

    monkeypatch.setattr(choosing, "attempt", refusing)
    other = choose(small, budget=BUDGET)
    assert other.model != "hmm"
    assert "no, thanks" in [row.struck for row in other.compared if row.model == "hmm"]
