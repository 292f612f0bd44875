"""Likelihoods against plain means, and what overfitting looks like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.metrics.base import NotApplicable
from imaginome.metrics.evidence import ModelEvidence
from imaginome.metrics.items.likelihood import FEWEST, ITEM
from imaginome.panel import strings
from imaginome.runs.evidence import with_evidence
from imaginome.runs.fitting import create, fit
from tests.support.comparisons import compared, part

NAMES = ("train", "holdout", "artificial")


@pytest.fixture(scope="module")
def asked(thirds):
    model = fit(create("markov", ["order=3"]), thirds.train, seed=1)
    return with_evidence(thirds, model)


def found(comparison):
    return {m.id.split(".")[1]: m for m in ITEM().compute(comparison).measures}


def test_measures_against_means(asked):
    mean = {n: asked.evidence.log_likelihood[n].mean() for n in NAMES}
    sites = asked.holdout.n_sites
    measures = found(asked)
    pairs = {
        "per_haplotype": (mean["holdout"], mean["train"]),
        "per_site": (mean["holdout"] / sites, mean["train"] / sites),
        "overfitting": ((mean["train"] - mean["holdout"]) / sites, 0.0),
        "artificial": (
            (mean["artificial"] - mean["holdout"]) / sites,
            (mean["train"] - mean["holdout"]) / sites,
        ),
    }
    assert measures.keys() == pairs.keys()
    for name, (artificial, ceiling) in pairs.items():
        assert measures[name].artificial.value == pytest.approx(artificial), name
        assert measures[name].ceiling.value == pytest.approx(ceiling), name
        assert measures[name].artificial.low < artificial < measures[name].artificial.high


def test_a_model_that_learns_by_heart_overfits_more(panel):
    one, two, three = (part(panel, k) for k in range(3))
    comparison = compared(one, two, three)
    gaps = {}
    for order in (1, 12):
        model = fit(create("markov", [f"order={order}", "prior=0.1"]), comparison.train, seed=1)
        gaps[order] = found(with_evidence(comparison, model))["overfitting"].artificial
    assert gaps[12].low > gaps[1].high
    assert gaps[12].low > 0


def test_copies_of_train_are_as_probable_as_train(asked):
    logs = dict(asked.evidence.log_likelihood)
    logs["artificial"] = logs["train"]
    copied = replace(asked, evidence=replace(asked.evidence, log_likelihood=logs))
    measure = found(copied)["artificial"]
    assert measure.artificial.value == pytest.approx(measure.ceiling.value)


def test_without_a_model_it_does_not_apply(thirds):
    with pytest.raises(NotApplicable, match="--model"):
        ITEM().compute(thirds)
    codes_only = replace(thirds, evidence=ModelEvidence("any"))
    with pytest.raises(NotApplicable):
        ITEM().compute(codes_only)


def test_people_who_were_not_asked_are_left_out_and_told(asked):
    logs = {n: v.copy() for n, v in asked.evidence.log_likelihood.items()}
    logs["holdout"][10:] = np.nan
    part_known = replace(asked, evidence=replace(asked.evidence, log_likelihood=logs))
    result = ITEM().compute(part_known)
    held_out = {m.id: m for m in result.measures}["likelihood.per_haplotype"].artificial
    assert held_out.value == pytest.approx(logs["holdout"][:10].mean())
    assert any("5 of 20 in holdout" in note for note in result.notes)
    assert all("POP" not in str(row) for table in result.tables for row in table.rows)


def test_populations_of_few_people_are_not_in_the_table(asked):
    labels = ["rare"] * (FEWEST - 1) + ["common"] * 16
    samples = replace(asked.holdout.samples, population=strings(labels))
    rare = replace(asked, holdout=asked.holdout.with_samples(samples))
    (table,) = ITEM().compute(rare).tables
    assert [row[0] for row in table.rows] == ["common"]
    expected = asked.evidence.log_likelihood["holdout"][8:].mean() / 120
    assert table.rows[0][1] == pytest.approx(expected, rel=1e-4)


def test_an_estimate_says_so(asked):
    estimated = replace(asked, evidence=replace(asked.evidence, exact=False))
    assert "estimate" in ITEM().compute(estimated).notes[0]
    assert "exact" in ITEM().compute(asked).notes[0]


def test_no_point_of_the_figure_stands_for_few_people(asked):
    (figure,) = ITEM().compute(asked).figures
    for series in figure.series:
        haplotypes = 2 * asked.holdout.n_individuals
        shown = [y * haplotypes for y in series.y if y is not None]
        assert shown
        assert min(shown) >= 2 * FEWEST - 1e-3


def test_people_who_are_impossible_are_not_left_out(asked):
    """A model that rules someone out has no mean: it may not be judged by the others alone."""
    logs = {n: v.copy() for n, v in asked.evidence.log_likelihood.items()}
    logs["holdout"][3] = -np.inf
    ruled_out = replace(asked, evidence=replace(asked.evidence, log_likelihood=logs))
    result = ITEM().compute(ruled_out)
    measures = {m.id.split(".")[1]: m for m in result.measures}
    for key in ("per_site", "per_haplotype", "overfitting", "artificial"):
        assert measures[key].artificial.value is None, key
    assert measures["per_site"].ceiling.value is not None
    assert any("impossible under the model, in: holdout" in note for note in result.notes)
