"""What attacks with access to the model share: whom they ask about, and what they report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.metrics.comparison import Comparison
from imaginome.privacy._crossfit import Fold, Targets, folds, gathered
from imaginome.privacy._recognised import Recognised
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Estimate, Finding

Score = Callable[[Indices, str, Indices], Float64s]

RATES = ("tpr_1",)
FEWEST = 10
UNIT = (
    "The unit is the individual, or the family where it is known; both haplotypes count. Holdout "
    "people are the non-members, so the control is inside the measure. Where populations are "
    "labelled, a score counts as it deviates from those of others of that population."
)


def scored(comparison: Comparison, score: Score) -> Targets:
    """Score everyone in train and in the holdout, each with people who are not attacked.

    Parameters
    ----------
    comparison
        Panels.
    score
        Called with the individuals of the holdout whom the attacker knows, the panel's name and
        the individuals asked about; returns one score each, NaN where nothing is known.
    """

    def found() -> Iterator[tuple[Fold, Float64s, Float64s]]:
        for fold in folds(comparison):
            members = score(fold.reference, "train", fold.members)
            others = score(fold.reference, "holdout", fold.others)
            seen, unseen = ~np.isnan(members), ~np.isnan(others)
            kept = replace(fold, members=fold.members[seen], others=fold.others[unseen])
            yield kept, _finite(members[seen]), _finite(others[unseen])

    return gathered(comparison, found())


def _finite(scores: Float64s) -> Float64s:
    """Put whoever is impossible just below everyone else: ranks stay, deviations are defined."""
    known = scores[np.isfinite(scores)]
    return np.where(np.isfinite(scores), scores, known.min() - 1.0 if len(known) else 0.0)


def report(
    attack: Attack, comparison: Comparison, policy: Policy, targets: Targets, notes: list[str]
) -> AttackResult:
    """Return what an attack found: area, rate at 1%, curve; unknown where too few are known."""
    found = Recognised.of(comparison, targets, attack.id, attack.name)
    enough = min(len(targets.members), len(targets.others)) >= FEWEST
    return attack.result(
        findings=_judged(found, policy) if enough else [_unknown(found)],
        figures=[found.curve()] if enough else [],
        notes=[
            f"Asked about {len(targets.members):,} of {comparison.train.n_individuals:,} people "
            f"in train and {len(targets.others):,} of {comparison.holdout.n_individuals:,} in "
            "the holdout.",
            *notes,
            UNIT,
        ],
    )


def _unknown(found: Recognised) -> Finding:
    reason = f"scores of {len(found.members)} and {len(found.others)} people are too few"
    return found.finding("auc", "AUC", Estimate(value=None), 0.5, ("unknown", reason))


def _judged(found: Recognised, policy: Policy) -> list[Finding]:
    return [found.judged_area(policy), *found.judged_rates(policy, RATES)]
