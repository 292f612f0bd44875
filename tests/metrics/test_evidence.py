"""What a model says of people stays with these people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.errors import ComparisonError
from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.panel import haplotype_rows
from imaginome.privacy.scores.parts import paired_parts
from imaginome.runs import evidence as asking
from imaginome.runs.evidence import needed, with_evidence
from imaginome.runs.fitting import create, fit
from tests.support.comparisons import compared, part

RBM = ["hidden=8", "updates=60", "chains=64", "annealing=20", "sampling_steps=20"]


@pytest.fixture(scope="module")
def markov(thirds):
    return fit(create("markov", ["order=3"]), thirds.train, seed=1)


@pytest.fixture(scope="module")
def rbm(thirds):
    return fit(create("rbm", RBM), thirds.train, seed=1, device="cpu")


def traced(comparison: Comparison) -> Comparison:
    """Give every haplotype evidence that can be told from its own alleles."""
    total = {n: getattr(comparison, n).haplotypes.sum(axis=1).astype(np.float64) for n in PARTS}
    codes = {n: v[:, None].astype(np.float32) for n, v in total.items()}
    return replace(comparison, evidence=ModelEvidence("any", total, True, codes))


def assert_consistent(comparison: Comparison) -> None:
    for name in PARTS:
        expected = getattr(comparison, name).haplotypes.sum(axis=1)
        np.testing.assert_array_equal(comparison.evidence.log_likelihood[name], expected)
        np.testing.assert_array_equal(comparison.evidence.latent[name][:, 0], expected)


def test_the_same_people_are_taken_from_panels_and_evidence(panel):
    uneven = compared(part(panel, 0, 2), part(panel, 1, 3), part(panel, 2, 4))
    whole = traced(uneven)
    assert len({getattr(whole, n).n_individuals for n in PARTS}) == 3
    for reduced in (whole.balanced(), whole.paired(), *paired_parts(whole)):
        assert_consistent(reduced)
    order = np.array([4, 1, 2])
    taken = whole.take(train=order)
    assert_consistent(taken)
    assert list(taken.train.samples.id) == list(whole.train.samples.id[order])


def test_balancing_draws_the_same_people_with_and_without_evidence(panel):
    uneven = compared(part(panel, 0, 2), part(panel, 1, 3), part(panel, 2, 4))
    with_it, without = traced(uneven).balanced(), uneven.balanced()
    assert list(with_it.train.samples.id) == list(without.train.samples.id)


def test_evidence_about_other_people_is_refused(thirds):
    whole = traced(thirds)
    with pytest.raises(ComparisonError, match="other panels"):
        replace(whole, train=whole.train.take_individuals(np.arange(5)))


def test_an_exact_likelihood_is_that_of_the_model(thirds, markov):
    evidence = with_evidence(thirds, markov).evidence
    assert evidence.exact
    assert evidence.latent is None
    for name in PARTS:
        expected = markov.log_likelihood(getattr(thirds, name).haplotypes)
        np.testing.assert_array_equal(evidence.log_likelihood[name], expected)


def test_an_estimated_likelihood_says_so_and_codes_come_along(thirds, rbm):
    evidence = with_evidence(thirds, rbm).evidence
    assert not evidence.exact
    np.testing.assert_array_equal(
        evidence.log_likelihood["holdout"],
        rbm.estimated_log_likelihood(thirds.holdout.haplotypes),
    )
    np.testing.assert_array_equal(
        evidence.latent["artificial"], rbm.latent(thirds.artificial.haplotypes)
    )


def test_a_model_with_neither_is_opened_only(thirds):
    mosaic = fit("mosaic", thirds.train, seed=1)
    evidence = with_evidence(thirds, mosaic).evidence
    assert evidence.log_likelihood is evidence.latent is evidence.critic is None
    assert evidence.stored["train"].all()
    assert not evidence.stored["holdout"].all()


def test_haplotypes_are_found_in_weights_as_alleles_or_as_chances(thirds, markov, monkeypatch):
    rows = thirds.train.haplotypes
    chances = {"some": np.where(rows[3:5] == 1, 0.7, 0.2), "wide": np.ones((2, 500))}
    monkeypatch.setattr(markov, "_tensors", lambda: chances)
    stored = with_evidence(thirds, markov).evidence.stored["train"]
    assert set(np.flatnonzero(stored)) >= {3, 4}
    equal = (rows[:, None] == rows[None, 3:5]).all(axis=2).any(axis=1)
    np.testing.assert_array_equal(stored, equal)


def test_the_model_is_asked_where_a_metric_or_an_attack_reads_it():
    assert needed((), ())
    assert needed(("likelihood",), ("segments",))
    assert needed(("frequency",), ("model-likelihood",))
    assert needed(("frequency",), ())
    assert not needed(("frequency",), ("segments",))


def test_a_model_of_other_sites_is_refused(thirds, markov):
    fewer = {n: getattr(thirds, n).take_sites(np.arange(50)) for n in PARTS}
    with pytest.raises(ComparisonError, match=r"knows 120 sites.* 50"):
        with_evidence(replace(thirds, **fewer), markov)


def test_large_panels_are_asked_in_part_whole_people_at_a_time(thirds, markov, monkeypatch):
    monkeypatch.setattr(asking, "WORK", 7 * thirds.holdout.n_sites)
    monkeypatch.setattr(asking, "FEWEST_PEOPLE", 1)
    evidence = with_evidence(thirds, markov).evidence
    for name in PARTS:
        known = np.isfinite(evidence.log_likelihood[name])
        people = np.flatnonzero(known[0::2])
        assert len(people) == 7
        np.testing.assert_array_equal(np.flatnonzero(known), haplotype_rows(people))
        rows = getattr(thirds, name).haplotypes[known]
        np.testing.assert_array_equal(
            evidence.log_likelihood[name][known], markov.log_likelihood(rows)
        )
