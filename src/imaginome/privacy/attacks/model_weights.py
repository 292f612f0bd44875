"""Members whose haplotypes stand verbatim in the weights of the model."""

from __future__ import annotations

from scipy.stats import fisher_exact

from imaginome.citations import cite
from imaginome.kernels.intervals import wilson
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.attacks.copies import DOUBTFUL, RARE
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Finding, Status


class ModelWeights(Attack):
    """Open the model file and look for people in it."""

    id = "model-weights"
    name = "People in the weights"
    description = (
        "Looks in the saved weights for rows that equal a haplotype of a train member at every "
        "site, stored as alleles or as chances that round to them."
    )
    blind_spot = (
        "It finds whole haplotypes stored row by row only: one allele off, another order of "
        "sites or numbers from which people can be computed escape it."
    )
    citations = cite(
        carlini2021="training records read out of a released model",
        wilson1927="the interval of a share",
    )
    area = "singling out"
    access = "model"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """See `Attack.missing`."""
        evidence = comparison.evidence
        if evidence is not None and evidence.stored is None:
            return "nobody looked at the weights"
        return super().missing(comparison)

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare everyone in train and in the holdout with the weights."""
        evidence = comparison.evidence
        assert evidence is not None
        assert evidence.stored is not None
        stored = evidence.stored
        found = [stored[name][0::2] | stored[name][1::2] for name in ("train", "holdout")]
        counts = [(int(people.sum()), len(people)) for people in found]
        status, reason = _judge(*counts[0], *counts[1])
        strength, control = (wilson(stored / n, n) for stored, n in counts)
        finding = Finding(
            id=f"{self.id}.people",
            name="Train members in the weights",
            unit="share of train members",
            strength=strength,
            baseline=control.value,
            control=control,
            status=status,
            reason=reason,
            key=True,
        )
        return self.result(
            findings=[finding],
            notes=[
                "The unit is the individual: one haplotype in the weights gives the person away. "
                "A common haplotype stands there by chance as often for the holdout, which is "
                f"the control: fail where chance gives as many members less than once in "
                f"{1 / RARE:,.0f} times (Fisher's exact test), caution once in "
                f"{1 / DOUBTFUL:.0f}.",
            ],
        )


def _judge(stored: int, n: int, stored_others: int, others: int) -> tuple[Status, str]:
    """Judge whether more members than strangers are stored."""
    table = [[stored, n - stored], [stored_others, others - stored_others]]
    chance = float(fisher_exact(table, alternative="greater").pvalue)
    told = (
        f"the weights hold a haplotype of {stored:,} of {n:,} train members and of "
        f"{stored_others:,} of {others:,} people of the holdout"
    )
    if chance < RARE:
        return "fail", told
    return ("caution" if chance < DOUBTFUL else "pass"), told


ITEM = ModelWeights
