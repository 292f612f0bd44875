"""Prediction: what artificial people teach about populations, against counting by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics import population_classifier
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.prediction import ITEM
from imaginome.metrics.population_classifier import Told, features, told_labels
from imaginome.panel import Panel, Samples, haplotype_rows, strings
from tests.support.comparisons import compared, part
from tests.support.simulated import simulated_panel


@pytest.fixture(scope="module")
def large() -> Comparison:
    panel = simulated_panel(240, 120)
    return compared(*(part(panel, k) for k in range(3)), replicates=20)


def relabelled(panel: Panel, population: list[str] | None) -> Panel:
    labels = None if population is None else strings(population)
    return panel.with_samples(Samples(panel.samples.id, population=labels))


def measures(comparison: Comparison):
    return {m.id: m for m in ITEM().compute(comparison).measures}


def test_shares_told_rightly_by_hand():
    label, told = np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 1, 0])
    weights = np.array([[1, 1, 1, 1, 1, 1], [0, 1, 2, 0, 0, 3.0]])
    found = Told.of(label, told, weights, 3)
    assert found.recall[0] == pytest.approx([2 / 3, 1, 0])
    assert found.accuracy == pytest.approx([4 / 6, 1 / 6])
    assert np.isnan(found.recall[1, 1])
    assert found.balanced() == pytest.approx([(2 / 3 + 1) / 3, (1 / 3 + 0) / 2])


def test_small_populations_weigh_as_much_as_large_ones_in_learning():
    """Where two overlap, the threshold lies half-way, not at the side of the smaller."""
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(0, 1, 2_000), rng.normal(2, 1, 40)])[:, None]
    label = np.repeat([0, 1], [2_000, 40])
    line = np.linspace(-2, 4, 601)[:, None]
    told = told_labels(x, label, line)
    assert line[told == 1].min() == pytest.approx(1, abs=0.35)


def test_own_scores_are_like_those_of_strangers(large):
    own, other = features(large.train.haplotypes, large.holdout.haplotypes)
    assert own.std(axis=0) == pytest.approx(np.ones(own.shape[1]))
    assert other.std(axis=0)[:2] == pytest.approx([1, 1], abs=0.3)


def test_components_of_many_people_are_fitted_on_some(large, monkeypatch):
    both = large.train.haplotypes, large.holdout.haplotypes
    assert (population_classifier.fitting_rows(4) == np.arange(8)).all()
    monkeypatch.setattr(population_classifier, "MOST_ROWS", 60)
    rows = population_classifier.fitting_rows(80)
    assert len(rows) == 60
    assert (rows[1::2] == rows[0::2] + 1).all()
    own, other = features(*both)
    assert len(own) == len(other) == 80
    assert own[:, :2].std(axis=0) == pytest.approx(other[:, :2].std(axis=0), rel=0.3)


def test_real_people_teach_what_real_people_teach(large):
    found = measures(large)
    assert set(found) == {
        "prediction.superpopulation",
        "prediction.superpopulation_people",
        "prediction.population",
        "prediction.population_people",
    }
    for measure in found.values():
        assert measure.ceiling.value > 0.9
        assert measure.artificial.value == pytest.approx(measure.ceiling.value, abs=0.06)
    assert [m.id for m in found.values() if m.key] == ["prediction.population"]


def test_labels_at_random_teach_nothing(large):
    rng = np.random.default_rng(2)
    labels = rng.permutation(large.artificial.samples.population.astype(str))
    false = relabelled(large.artificial, list(labels))
    found = measures(replace(large, artificial=false))["prediction.population"]
    assert found.artificial.value < 0.7
    assert found.artificial.high < found.ceiling.low


def test_two_populations_taken_for_each_other_show_in_the_table(large):
    swap = {"POP0": "POP1", "POP1": "POP0", "POP2": "POP2"}
    labels = [swap[label] for label in large.artificial.samples.population]
    result = ITEM().compute(replace(large, artificial=relabelled(large.artificial, labels)))
    (table,) = result.tables
    told = {row[0]: row[4] for row in table.rows}
    assert told["POP0"] < 0.1
    assert told["POP1"] < 0.1
    assert told["POP2"] > 0.9
    people = (large.holdout.samples.population == "POP0").sum()
    assert table.rows[0][1] == people


def test_a_population_that_was_left_out_counts_as_told_wrongly(large):
    """Who draws only what is easy to tell apart gains nothing by it."""
    made = large.artificial
    two = np.flatnonzero(made.samples.population != "POP2")
    people = np.concatenate([two, two])[: made.n_individuals]
    fewer = relabelled(made, list(made.samples.population[people]))
    fewer = replace(fewer, haplotypes=made.haplotypes[haplotype_rows(people)])
    result = ITEM().compute(replace(large, artificial=fewer))
    (table,) = result.tables
    assert [row[0] for row in table.rows] == ["POP0", "POP1", "POP2"]
    assert table.rows[2][3:5] == [0, 0.0]
    assert table.rows[2][5] > 0.9
    found = {m.id: m for m in result.measures}["prediction.population"]
    assert found.artificial.value < 0.7
    assert found.artificial.high < found.ceiling.low
    assert "No artificial person has the population: POP2." in result.notes


def test_groups_of_few_people_are_not_shown(large):
    def with_rare(panel: Panel) -> Panel:
        labels = list(panel.samples.population)
        labels[:4] = ["RARE"] * 4
        return relabelled(panel, labels)

    parts = (large.train, large.holdout, large.artificial)
    text = ITEM().compute(compared(*map(with_rare, parts))).model_dump_json()
    assert "POP0" in text
    assert "RARE" not in text


def test_panels_without_labels_say_which(large):
    bare = relabelled(large.artificial, None)
    with pytest.raises(NotApplicable, match=r"in: artificial\. It needs labels"):
        ITEM().compute(replace(large, artificial=bare))
    other = relabelled(large.artificial, ["X", "Y"] * 40)
    with pytest.raises(NotApplicable, match="in common"):
        ITEM().compute(replace(large, artificial=other))


def test_people_who_do_not_differ_teach_nothing(large):
    same = replace(large.artificial, haplotypes=np.zeros_like(large.artificial.haplotypes))
    found = measures(replace(large, artificial=same))["prediction.population"]
    assert found.artificial.value == pytest.approx(1 / 3)


def test_threads_change_nothing(thirds):
    one = ITEM().compute(thirds).model_dump_json()
    assert ITEM().compute(replace(thirds, threads=3)).model_dump_json() == one
