"""Membership from the likelihood of a person under the fitted model (METRICS 16, model access)."""

from __future__ import annotations

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.citations import cite
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.crossfit import too_few
from imaginome.privacy.scores.with_model import calibrated_logs, report
from imaginome.results import AttackResult


class ModelLikelihood(Attack):
    """Ask the model how probable a person is."""

    id = "model-likelihood"
    name = "Likelihood under the model"
    description = (
        "Guesses that a person was in train if the fitted model finds their genome more probable "
        "than its alleles alone would make it."
    )
    blind_spot = (
        "It asks one number a person of the model and trains no shadow models; a model without a "
        "likelihood is not attacked by it."
    )
    citations = cite(
        yeom2018="overfitting as membership inference: members lose less",
        carlini2022="a person's score is judged against what is expected without them",
        vanbreugel2023="the density of the model beside that of a reference",
    )
    area = "membership"
    access = "model"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """See `Attack.missing`."""
        evidence = comparison.evidence
        if evidence is not None and evidence.log_likelihood is None:
            return f"the {evidence.model} model gives no likelihood of a haplotype"
        return super().missing(comparison) or too_few(comparison)

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack train (members) and holdout (non-members) people."""
        evidence = comparison.evidence
        assert evidence is not None and evidence.log_likelihood is not None
        # One thread: with several, the last digits would depend on their number.
        with threadpool_limits(1):
            targets = calibrated_logs(comparison, evidence.log_likelihood)
        notes = [
            "From log-likelihoods is taken what a regression on those under independent sites "
            "(everyone alike, and by superpopulation) predicts; regression and frequencies come "
            "from people of the holdout who are not attacked at the time.",
            "The likelihood is exact."
            if evidence.exact
            else "The likelihood is estimated; an error common to everyone changes nothing.",
        ]
        return report(self, comparison, policy, targets, notes)


ITEM = ModelLikelihood
