"""Attacks by someone who has the model: what they must find, and whom they must leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.kernels.neighbours import nearest_points
from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.panel import Panel, haplotype_rows
from imaginome.privacy.attacks.model_critic import ModelCritic
from imaginome.privacy.attacks.model_latent import ModelLatent
from imaginome.privacy.attacks.model_likelihood import ModelLikelihood
from imaginome.privacy.attacks.model_weights import ModelWeights
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.with_model import Frequencies
from imaginome.runs.evidence import with_evidence
from imaginome.runs.fitting import create, fit
from tests.support.leaks import parts


@pytest.fixture(scope="module")
def thirds(demo) -> tuple[Panel, Panel, Panel]:
    train, holdout, third = parts(demo.take_sites(np.arange(0, demo.n_sites, 4)), 3)
    return train, holdout, third


def judged(attack, comparison):
    return {f.id: f for f in attack.run(comparison, Policy()).findings}


def with_model(thirds, model_id: str, *settings: str) -> Comparison:
    train, holdout, third = thirds
    model = fit(create(model_id, list(settings)), train, seed=1)
    artificial = model.sample(third.n_individuals, 1)
    return with_evidence(Comparison.of(train, holdout, artificial), model)


def told(comparison: Comparison, **columns) -> Comparison:
    return replace(comparison, evidence=ModelEvidence("some", **columns))


def logs_of(comparison: Comparison, gain: float, seed: int = 2) -> dict[str, np.ndarray]:
    """Log-likelihoods that know alleles, and members a little besides."""
    rng = np.random.default_rng(seed)
    plain = comparison.holdout.frequencies().clip(0.02, 0.98)
    logs = {}
    for name in PARTS:
        x = getattr(comparison, name).haplotypes.astype(float)
        found = x @ np.log(plain) + (1 - x) @ np.log1p(-plain)
        logs[name] = found + rng.normal(0, 1, len(x)) + gain * (name == "train")
    return logs


def test_reference_density_agrees_with_a_loop(demo):
    panel = demo.take_sites(np.arange(9))
    people = np.array([0, 3, 5, 8, 200, 310, 450, 599])
    found = Frequencies.of(panel, people).logs(panel.haplotypes[:6])
    groups = panel.samples.superpopulation[people]
    expected = np.zeros(3)
    for row in range(6):
        total = 0.0
        for group in np.unique(groups):
            rows = panel.haplotypes[haplotype_rows(people[groups == group])]
            chance = 1.0
            for j, allele in enumerate(panel.haplotypes[row]):
                p = (rows[:, j].sum() + 0.5) / (len(rows) + 1.0)
                chance *= p if allele else 1 - p
            total += chance * (groups == group).mean()
        expected[row // 2] += np.log(total)
    np.testing.assert_allclose(found, expected)


def test_members_are_told_from_others_where_alleles_alone_hide_them(thirds):
    """The gain is a thousandth of what alleles contribute: without calibration it drowns."""
    comparison = Comparison.of(*thirds)
    known = told(comparison, log_likelihood=logs_of(comparison, 1.5))
    auc = judged(ModelLikelihood(), known)["model-likelihood.auc"]
    assert auc.strength.value > 0.7
    assert auc.status == "fail"
    raw = [known.evidence.log_likelihood[n].reshape(-1, 2).sum(1) for n in ("train", "holdout")]
    assert (raw[0][:, None] > raw[1]).mean() < 0.65


@pytest.mark.parametrize("seed", range(6))
def test_a_model_of_other_people_passes(demo, seed):
    panel = demo.take_sites(np.arange(0, demo.n_sites, 4))
    train, holdout, third = parts(panel, 3, seed)
    model = fit("markov", third, seed=seed)
    comparison = Comparison.of(train, holdout, model.sample(50, 1), seed=seed)
    comparison = with_evidence(comparison, model)
    for attack in (ModelLikelihood(), ModelWeights()):
        for finding in judged(attack, comparison).values():
            assert finding.status in ("pass", "unknown"), finding


def test_an_overfitted_model_is_found(thirds):
    close = with_model(thirds, "markov", "order=12")
    found = judged(ModelLikelihood(), close)
    assert found["model-likelihood.auc"].status in ("caution", "fail")


def test_people_who_were_not_asked_about_are_left_out(thirds):
    comparison = Comparison.of(*thirds)
    logs = logs_of(comparison, 3.0)
    for name in PARTS:
        logs[name][40:] = np.nan
    result = ModelLikelihood().run(told(comparison, log_likelihood=logs), Policy())
    assert any("20 of 200 people in train and 20 of 200" in note for note in result.notes)
    for name in PARTS:
        logs[name][8:] = np.nan
    few = judged(ModelLikelihood(), told(comparison, log_likelihood=logs))
    assert few["model-likelihood.auc"].status == "unknown"


def test_whoever_is_impossible_is_taken_for_a_stranger(thirds):
    comparison = Comparison.of(*thirds)
    logs = logs_of(comparison, 0.0)
    logs["holdout"][:200:2] = -np.inf
    found = judged(ModelLikelihood(), told(comparison, log_likelihood=logs))
    assert found["model-likelihood.auc"].strength.value > 0.65


def test_nearest_code_agrees_with_loops():
    rng = np.random.default_rng(3)
    one, other = (rng.normal(size=(n, 5)).astype(np.float32) for n in (600, 40))
    expected = np.sqrt(((one[:, None] - other) ** 2).sum(axis=2)).min(axis=1)
    np.testing.assert_allclose(nearest_points(one, other), expected, rtol=1e-5)
    assert np.array_equal(nearest_points(one, other, 2), nearest_points(one, other))
    assert nearest_points(one, one)[7] == 0.0


def test_members_whose_codes_come_back_are_found_and_others_are_not(thirds):
    comparison = Comparison.of(*thirds)
    rng = np.random.default_rng(4)
    codes = {
        name: rng.normal(size=(getattr(comparison, name).n_haplotypes, 6)).astype(np.float32)
        for name in PARTS
    }
    safe = judged(ModelLatent(), told(comparison, latent=codes))
    assert {f.status for f in safe.values()} == {"pass"}
    moved = rng.normal(0, 0.05, codes["train"].shape).astype(np.float32)
    leaky = judged(
        ModelLatent(), told(comparison, latent=codes | {"artificial": codes["train"] + moved})
    )
    assert leaky["model-latent.auc"].status == "fail"


def test_a_critic_that_knows_its_people_is_found(thirds):
    comparison = Comparison.of(*thirds)
    rng = np.random.default_rng(5)
    scores = {n: rng.normal(size=getattr(comparison, n).n_haplotypes) for n in PARTS}
    safe = judged(ModelCritic(), told(comparison, critic=scores))
    assert {f.status for f in safe.values()} == {"pass"}
    known = scores | {"train": scores["train"] + 1.0}
    assert (
        judged(ModelCritic(), told(comparison, critic=known))["model-critic.auc"].status == "fail"
    )


def test_a_model_that_stores_its_people_fails(thirds):
    stored = judged(ModelWeights(), with_model(thirds, "mosaic"))["model-weights.people"]
    assert stored.status == "fail"
    assert stored.strength.value == 1.0
    assert stored.control.value < 0.7
    markov = judged(ModelWeights(), with_model(thirds, "markov"))["model-weights.people"]
    assert markov.status == "pass"


def test_what_cannot_be_asked_is_said(thirds):
    comparison = with_model(thirds, "mosaic")
    assert "no likelihood" in ModelLikelihood().missing(comparison)
    assert "encodes nobody" in ModelLatent().missing(comparison)
    assert "no critic" in ModelCritic().missing(comparison)
    assert ModelWeights().missing(comparison) == ""
    for attack in (ModelLikelihood(), ModelLatent(), ModelCritic(), ModelWeights()):
        assert attack.missing(Comparison.of(*thirds)) == "no model was given"
