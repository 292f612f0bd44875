"""Verbatim copies: artificial haplotypes that are, over the whole panel, train haplotypes."""

from __future__ import annotations

import numpy as np

from imaginome.metrics.bootstrap import estimate
from imaginome.metrics.comparison import Comparison
from imaginome.privacy._citations import CHEN_2020, SHAO_WU_1989
from imaginome.privacy._distances import Distances, Mask, Name, half_samples
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.results import AttackResult, Estimate, Finding


class Copies(Attack):
    """Count artificial haplotypes that equal a train haplotype at every site."""

    id = "copies"
    name = "Verbatim copies"
    description = (
        "Counts artificial haplotypes that are identical to a train haplotype at every site, "
        "less those identical to a holdout haplotype."
    )
    blind_spot = "One changed allele hides a copy from it; a few copies among thousands do too."
    citations = (
        CHEN_2020.because("the nearest generated record at distance zero"),
        SHAO_WU_1989.because("intervals from half samples"),
    )

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare the shares of artificial haplotypes found in train and in the holdout."""
        distances = Distances.of(comparison)
        halves = half_samples(comparison, distances)

        def share(real: Name) -> Estimate:
            replicates = [identical(distances, real, alive) for alive in halves]
            return estimate(identical(distances, real), replicates, lowest=0.0, highest=1.0)

        value = identical(distances, "train") - identical(distances, "holdout")
        replicates = [
            identical(distances, "train", alive) - identical(distances, "holdout", alive)
            for alive in halves
        ]
        strength = estimate(value, replicates, lowest=-1.0, highest=1.0)
        status, reason = judge(strength, policy.copies_caution, policy.copies_fail, 0.0)
        finding = Finding(
            id="copies.excess",
            name="Verbatim copies of train haplotypes, beyond the holdout's",
            unit="share of artificial haplotypes",
            strength=strength,
            baseline=0.0,
            control=share("holdout"),
            status=status,
            reason=reason,
        )
        return AttackResult(
            attack=self.id,
            name=self.name,
            description=self.description,
            findings=[finding],
            citations=[citation.text() for citation in self.citations],
            notes=[
                self.blind_spot,
                "The control is the share identical to a holdout haplotype: over few sites, or "
                "little diversity, people who never met carry the same haplotype.",
            ],
        )


def identical(distances: Distances, real: Name, alive: dict[Name, Mask] | None = None) -> float:
    """Return the share of artificial haplotypes at distance zero from one of a real panel."""
    nearest = distances.nearest("artificial", real)
    if alive is None:
        return float(np.mean(nearest.first() == 0))
    found = nearest.first_among(alive[real])[alive["artificial"]]
    return float(np.mean(found == 0))


ITEM = Copies
