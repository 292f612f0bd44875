"""Membership from the critic of an adversarial model (LOGAN)."""

from __future__ import annotations

from imaginome.citations import cite
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.crossfit import too_few
from imaginome.privacy.scores.with_model import report, scored
from imaginome.results import AttackResult


class ModelCritic(Attack):
    """Ask the critic how real a person looks: it has seen the members."""

    id = "model-critic"
    name = "Critic of the model"
    description = (
        "Guesses that a person was in train if the critic, which learnt to tell train people from "
        "artificial ones, takes them for real."
    )
    blind_spot = (
        "It needs the critic, which `gan` saves with its model where keep_critic says so; a critic "
        "that an attacker trains himself on the artificial panel is not tried."
    )
    citations = cite(
        hayes2019="the discriminator as an attacker",
    )
    area = "membership"
    access = "model"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """See `Attack.missing`."""
        evidence = comparison.evidence
        if evidence is not None and evidence.critic is None:
            return f"this {evidence.model} model holds no critic"
        return super().missing(comparison) or too_few(comparison)

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack train (members) and holdout (non-members) people."""
        evidence = comparison.evidence
        assert evidence is not None and evidence.critic is not None
        people = {name: rows.reshape(-1, 2).sum(axis=1) for name, rows in evidence.critic.items()}
        targets = scored(comparison, lambda _, name, whom: people[name][whom])
        return report(self, comparison, policy, targets, [])


ITEM = ModelCritic
