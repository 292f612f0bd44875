"""Membership inference from the distance to the nearest artificial haplotype (METRICS 12)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.intervals import estimate, individual_weights
from imaginome.kernels.neighbours import nearest_between
from imaginome.kernels.ranks import LOW_RATES, Roc, Scores
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.recognised import roc_figure
from imaginome.results import AttackResult, Estimate, Figure, Finding, Status


class Membership(Attack):
    """Guess from one distance whether somebody was in the training panel."""

    id = "membership"
    name = "Distance-based membership inference"
    description = (
        "Guesses that a person was in train if an artificial haplotype lies near one of theirs, "
        "and counts how often that is right for train and for holdout people."
    )
    blind_spot = (
        "It knows only one distance over all sites: short verbatim pieces and rare alleles "
        "escape it, and it is weak on realistic panels. A pass here proves little."
    )
    citations = cite(
        chen2020="membership from the distance to the nearest generated record",
        carlini2022="true-positive rates at low false-positive rates, log-log curve",
    )
    area = "membership"
    sees = "everyone"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack train (members) and holdout (non-members) people."""
        scores = Scores.of(
            person_scores(comparison.train, comparison.artificial, comparison.threads),
            person_scores(comparison.holdout, comparison.artificial, comparison.threads),
        )
        rocs = _bootstrap(comparison, scores)
        n_others = comparison.holdout.n_individuals
        auc = _estimate(scores.roc(), rocs, Roc.auc)
        judgement = judge(auc, policy.membership_caution, policy.membership_fail, 0.5)
        findings = [_finding("auc", "AUC", auc, 0.5, judgement)]
        for what, rate in LOW_RATES.items():
            strength = _estimate(scores.roc(), rocs, partial(Roc.true_rate, false_rate=rate))
            findings.append(_low_rate_finding(what, rate, strength, n_others, policy))
        return self.result(
            findings=findings,
            figures=[_curve(scores.roc(), rocs, n_others)],
            notes=[
                "Everyone in train and in the holdout is attacked; rates need no equal numbers.",
                "The unit is the individual: the score is minus the smaller distance of the two "
                "haplotypes, so that a copy of either gives the person away. Holdout people are "
                "the non-members, so the control is inside the measure. Train and holdout "
                "people are resampled; the artificial panel is the one to be released and stays.",
            ],
        )


def person_scores(people: Panel, artificial: Panel, threads: int = 1) -> Float64s:
    """Return minus the distance of each person to the nearest artificial haplotype.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n_individuals,)``: the nearer of the two haplotypes counts.
    """
    distance = nearest_between(people, artificial, threads=threads).first()
    return np.asarray(-distance.reshape(-1, 2).min(axis=1))


def _bootstrap(comparison: Comparison, scores: Scores) -> list[Roc]:
    """Return the curve on resampled train and holdout people."""
    draws = [
        individual_weights(n, comparison.replicates, comparison.rng("membership", name))
        for name, n in (("train", len(scores.members)), ("holdout", len(scores.others)))
    ]
    return [
        scores.roc(members.astype(np.float64), others.astype(np.float64))
        for members, others in zip(*draws, strict=True)
    ]


def _estimate(roc: Roc, rocs: list[Roc], figure: Callable[[Roc], float]) -> Estimate:
    return estimate(figure(roc), [figure(r) for r in rocs], lowest=0.0, highest=1.0)


def _low_rate_finding(
    what: str, rate: float, strength: Estimate, n_others: int, policy: Policy
) -> Finding:
    """Judge a true-positive rate; unknown where the holdout is too small to state the rate."""
    name = f"true-positive rate at false-positive rate {100 * rate:g}%"
    if n_others < 1 / rate:
        reason = f"the holdout has {n_others} people; this rate needs {math.ceil(1 / rate):,}"
        return _finding(what, name, Estimate(value=None), rate, ("unknown", reason))
    judgement = judge(strength, policy.low_fpr_caution * rate, policy.low_fpr_fail * rate, rate)
    return _finding(what, name, strength, rate, judgement)


def _finding(
    what: str, name: str, strength: Estimate, baseline: float, judgement: tuple[Status, str]
) -> Finding:
    return Finding(
        id=f"membership.{what}",
        name=f"Membership inference: {name}",
        unit="area" if what == "auc" else "share of train members",
        strength=strength,
        baseline=baseline,
        status=judgement[0],
        reason=judgement[1],
        key=what == "auc",
    )


def _curve(roc: Roc, rocs: list[Roc], n_others: int) -> Figure:
    def true_rate(rate: float) -> Estimate:
        return _estimate(roc, rocs, partial(Roc.true_rate, false_rate=rate))

    return roc_figure("membership", "Membership inference", n_others, true_rate)


ITEM = Membership
