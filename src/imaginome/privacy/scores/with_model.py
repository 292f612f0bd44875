"""Scores of people under a model: what attacks with access share, and log-likelihoods."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel, haplotype_rows
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.crossfit import Fold, Targets, folds, gathered
from imaginome.privacy.scores.recognised import Recognised
from imaginome.results import AttackResult, Estimate, Finding

# -- What attacks with access to the model share ---------------------------------------------------


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

    def scored_folds() -> Iterator[tuple[Fold, Float64s, Float64s]]:
        for fold in folds(comparison):
            members = score(fold.reference, "train", fold.members)
            others = score(fold.reference, "holdout", fold.others)
            seen, unseen = ~np.isnan(members), ~np.isnan(others)
            kept = replace(fold, members=fold.members[seen], others=fold.others[unseen])
            yield kept, _finite(members[seen]), _finite(others[unseen])

    return gathered(comparison, scored_folds())


def _finite(scores: Float64s) -> Float64s:
    """Put whoever is impossible just below everyone else: ranks stay, deviations are defined."""
    known = scores[np.isfinite(scores)]
    return np.where(np.isfinite(scores), scores, known.min() - 1.0 if len(known) else 0.0)


def report(
    attack: Attack, comparison: Comparison, policy: Policy, targets: Targets, notes: list[str]
) -> AttackResult:
    """Return what an attack found: area, rate at 1%, curve; unknown where too few are known."""
    recognised = Recognised.of(comparison, targets, attack.id, attack.name)
    enough = min(len(targets.members), len(targets.others)) >= FEWEST
    return attack.result(
        findings=_judged(recognised, policy) if enough else [_unknown(recognised)],
        figures=[recognised.curve()] if enough else [],
        notes=[
            f"Asked about {len(targets.members):,} of {comparison.train.n_individuals:,} people "
            f"in train and {len(targets.others):,} of {comparison.holdout.n_individuals:,} in "
            "the holdout.",
            *notes,
            UNIT,
        ],
    )


def _unknown(recognised: Recognised) -> Finding:
    reason = f"scores of {len(recognised.members)} and {len(recognised.others)} people are too few"
    return recognised.finding("auc", "AUC", Estimate(value=None), 0.5, ("unknown", reason))


def _judged(recognised: Recognised, policy: Policy) -> list[Finding]:
    return [recognised.judged_area(policy), *recognised.judged_rates(policy, RATES)]


# -- Log-likelihoods of people under a model -------------------------------------------------------
# Each is taken less what the alleles alone would make expected.


HALF_A_HAPLOTYPE = 0.5
FEWEST_KNOWN = 10


@dataclass(frozen=True, eq=False)
class Frequencies:
    """Independent sites within each superpopulation of some real people: a plain density.

    Attributes
    ----------
    weights, constant
        ``float64``, shapes ``(n_sites, n_groups)`` and ``(n_groups,)``: the log-likelihood of a
        haplotype in each group is linear in its alleles.
    """

    weights: Float64s
    constant: Float64s

    @classmethod
    def of(cls, panel: Panel, people: Indices, *, apart: bool = True) -> Frequencies:
        """Count alleles of some people, by superpopulation where `apart` and there are labels."""
        labels = panel.samples.superpopulation if apart else None
        groups = np.zeros(len(people)) if labels is None else labels[people].astype(str)
        weights, constant = [], []
        for group in np.unique(groups):
            rows = panel.haplotypes[haplotype_rows(people[groups == group])]
            ones = rows.sum(axis=0, dtype=np.float64) + HALF_A_HAPLOTYPE
            chance = ones / (len(rows) + 2 * HALF_A_HAPLOTYPE)
            weights.append(np.log(chance) - np.log1p(-chance))
            share = np.log(len(rows) / (2 * len(people)))
            constant.append(np.log1p(-chance).sum() + share)
        return cls(np.stack(weights, axis=1), np.array(constant))

    def logs(self, haplotypes: Haplotypes) -> Float64s:
        """Return the log-likelihood of each person, ``float64`` of shape ``(n_rows / 2,)``."""
        # Alleles are 0 or 1: single precision would do for them, sums need more.
        by_group = haplotypes.astype(np.float64) @ self.weights + self.constant
        whole = np.logaddexp.reduce(by_group, axis=1)
        return np.asarray(whole.reshape(-1, 2).sum(axis=1))


def calibrated_logs(comparison: Comparison, logs: dict[str, Float64s]) -> Targets:
    """Return the calibrated score of everyone whose likelihood is known.

    The log-likelihood of both haplotypes of a person under the model, less what a regression on
    that under independent sites predicts. Frequencies and regression come from people of the
    holdout who are not attacked.

    Parameters
    ----------
    comparison
        Panels.
    logs
        Natural log-likelihoods of haplotypes, by panel; NaN in rows that were not computed.
    """
    panels = {"train": comparison.train, "holdout": comparison.holdout}
    people = {name: logs[name].reshape(-1, 2).sum(axis=1) for name in panels}
    finite = {name: np.isfinite(people[name]) for name in panels}

    def score(known: Indices, name: str, whom: Indices) -> Float64s:
        # Minus infinity is impossible under the model: surely nobody whom it learnt from.
        scores = np.where(np.isneginf(people[name][whom]), -np.inf, np.nan)
        seen = finite[name][whom]
        told = known[finite["holdout"][known]]
        if len(told) >= FEWEST_KNOWN and seen.any():
            line = _line(comparison.holdout, known, told, people["holdout"])
            plain = _plain(comparison.holdout, known, panels[name], whom[seen])
            scores[seen] = people[name][whom[seen]] - plain @ line
        return scores

    return scored(comparison, score)


def _plain(holdout: Panel, known: Indices, panel: Panel, whom: Indices) -> Float64s:
    """Return what alleles alone say of some people, shape ``(n, 3)``: for a regression.

    Log-likelihoods under independent sites, of everyone alike and within superpopulations, and
    a one.
    """
    rows = panel.haplotypes[haplotype_rows(whom)]
    logs = [Frequencies.of(holdout, known, apart=apart).logs(rows) for apart in (False, True)]
    return np.stack([*logs, np.ones(len(whom))], axis=1)


def _line(holdout: Panel, known: Indices, told: Indices, people: Float64s) -> Float64s:
    """Regress the model's logs of known people on what alleles alone say of them.

    Frequencies come from the other half of those known each time: nobody predicts himself.
    """
    first = np.isin(known, known[::2])
    plain, own = [], []
    for mine in (first, ~first):
        whom = np.intersect1d(known[mine], told)
        plain.append(_plain(holdout, known[~mine], holdout, whom))
        own.append(people[whom])
    coefficients, *_ = np.linalg.lstsq(np.concatenate(plain), np.concatenate(own))
    return np.asarray(coefficients)
