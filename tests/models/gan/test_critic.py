"""A GAN keeps its critic on request, and the attack on it asks the critic that was trained."""

from __future__ import annotations

import numpy as np
import pytest

import imaginome
from imaginome.errors import CapabilityError
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.attacks.model_critic import ModelCritic
from imaginome.privacy.policy import Policy
from imaginome.runs.evidence import with_evidence
from tests.support.leaks import parts

SMALL = {"steps": 60, "measure_every": 30, "latent": 8, "hidden": 16, "critic_hidden": 32}


@pytest.fixture(scope="module")
def thirds() -> list[Panel]:
    demo = imaginome.demo_panel()
    return parts(demo.take_sites(np.arange(0, demo.n_sites, 8)), 3)


@pytest.fixture(scope="module")
def keeping(thirds: list[Panel]) -> imaginome.Gan:
    return imaginome.Gan(keep_critic=True, **SMALL).fit(thirds[0], seed=1)


@pytest.fixture(scope="module")
def forgetting(thirds: list[Panel]) -> imaginome.Gan:
    return imaginome.Gan(**SMALL).fit(thirds[0], seed=1)


def test_keeping_the_critic_changes_no_draw(keeping, forgetting):
    assert keeping.sample(20, seed=1).haplotypes.tobytes() == (
        forgetting.sample(20, seed=1).haplotypes.tobytes()
    )


def test_only_who_keeps_a_critic_can_be_asked(keeping, forgetting, thirds):
    assert "critic" in keeping.abilities
    assert "critic" not in forgetting.abilities
    with pytest.raises(CapabilityError, match="keeps no critic"):
        forgetting.critic(thirds[1].haplotypes)


def test_a_saved_critic_scores_as_before(keeping, thirds, tmp_path):
    rows = thirds[1].haplotypes[:30]
    keeping.save(tmp_path / "model")
    again = imaginome.load_model(tmp_path / "model")
    np.testing.assert_array_equal(again.critic(rows), keeping.critic(rows))
    # A row's score is its own, whoever stands beside it; single precision adds up blocks.
    np.testing.assert_allclose(keeping.critic(rows[7:8]), keeping.critic(rows)[7:8], rtol=1e-4)


def test_the_score_is_that_of_the_likeliest_class(keeping, thirds):
    import torch

    rows = torch.from_numpy(thirds[1].haplotypes[:10]).float()
    critic = keeping._critic
    assert critic is not None
    by_class = [
        critic(rows, torch.full((10,), c)).detach().numpy() for c in range(len(critic.known))
    ]
    np.testing.assert_allclose(
        keeping.critic(thirds[1].haplotypes[:10]), np.max(by_class, axis=0), rtol=1e-5
    )


def test_the_attack_asks_it(keeping, thirds):
    train, holdout, _ = thirds
    comparison = Comparison.of(train, holdout, keeping.sample(train.n_individuals, seed=1))
    asked = with_evidence(comparison, keeping)
    assert not ModelCritic().missing(asked)
    result = ModelCritic().run(asked, Policy())
    auc = next(f for f in result.findings if f.id == "model-critic.auc")
    assert auc.strength.value is not None
    assert 0.3 < auc.strength.value < 1.0
