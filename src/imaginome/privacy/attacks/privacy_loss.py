"""Privacy loss: adversarial accuracy against the holdout less that against train (METRICS 11)."""

from __future__ import annotations

import math

from imaginome.arrays import Bools
from imaginome.citations import cite
from imaginome.kernels.intervals import estimate
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.distances import Distances, Name, half_samples
from imaginome.results import AttackResult, Finding, Table


class PrivacyLoss(Attack):
    """Tell whether the artificial panel is nearer to train than to people no model saw."""

    id = "privacy-loss"
    name = "Privacy loss"
    description = (
        "Compares the nearest-neighbour adversarial accuracy against the holdout with that "
        "against train; 0 is perfect, a copy of train gives about 0.5."
    )
    blind_spot = (
        "Whole-haplotype distances, as in adversarial accuracy: a mosaic of verbatim pieces "
        "of 200 sites has a loss near zero."
    )
    citations = cite(
        yale2020="the definition",
        yelmen2021="its use on haplotypes",
        shao1989="intervals from half samples",
    )
    area = "membership"
    sees = "balanced"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compute the loss and its two terms."""
        distances = comparison.shared(Distances.of)
        halves = half_samples(comparison, distances)
        value = privacy_loss(distances)
        loss = estimate(value, [privacy_loss(distances, alive) for alive in halves])
        status, reason = judge(loss, policy.loss_caution, policy.loss_fail, baseline=0.0)
        finding = Finding(
            id=f"{self.id}.loss",
            name=self.name,
            unit="difference of shares",
            strength=loss,
            baseline=0.0,
            status=status,
            reason=reason,
            key=True,
        )
        return self.result(
            findings=[finding],
            tables=[_terms(distances)],
            notes=[
                "The holdout is inside the measure, so there is no separate control. Half "
                "samples of train, holdout and artificial people give the interval.",
            ],
        )


def privacy_loss(distances: Distances, alive: dict[Name, Bools] | None = None) -> float:
    """Return ``AA_TS(holdout) - AA_TS(train)``, each the mean of AA_truth and AA_syn."""
    return _mean_accuracy(distances, "holdout", alive) - _mean_accuracy(distances, "train", alive)


def _mean_accuracy(distances: Distances, real: Name, alive: dict[Name, Bools] | None) -> float:
    truth = distances.accuracy(real, "artificial", alive)
    syn = distances.accuracy("artificial", real, alive)
    return 0.5 * (truth + syn)


def _terms(distances: Distances) -> Table:
    """Show both parts of both terms, so that the mean never stands alone."""
    rows: list[list[str | int | float | None]] = []
    for real in ("train", "holdout"):
        truth = distances.accuracy(real, "artificial")
        syn = distances.accuracy("artificial", real)
        parts = [
            round(v, 4) if math.isfinite(v) else None for v in (truth, syn, 0.5 * (truth + syn))
        ]
        rows.append([real, *parts])
    return Table(
        id="privacy-loss.terms",
        title="Adversarial accuracy of the artificial panel",
        columns=["against", "AA_truth", "AA_syn", "mean"],
        rows=rows,
    )


ITEM = PrivacyLoss
