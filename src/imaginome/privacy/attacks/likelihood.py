"""Membership from a likelihood ratio of haplotypes (METRICS 16)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.copying import distances
from imaginome.kernels.ranks import auc_estimate
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.labels import labels
from imaginome.panel import Haplotypes, Panel, haplotype_rows
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.copying_likelihood import Copier, Donors
from imaginome.privacy.scores.crossfit import Targets, folds, gathered, too_few
from imaginome.privacy.scores.recognised import Recognised, units_among
from imaginome.results import AttackResult, Cell, Estimate, Finding, Table

# -- Recognition, population by population ---------------------------------------------------------


ENOUGH = 20
"""People of a population, on each side, without whom it is not judged."""


def by_population(comparison: Comparison, targets: Targets) -> dict[str, tuple[Estimate, int, int]]:
    """Return the area within each population, as one of many looks, and how many were attacked."""
    ours = _labelled(comparison.train, targets.member_rows)
    theirs = _labelled(comparison.holdout, targets.other_rows)
    rows = {
        label: (ours[label], theirs[label])
        for label in sorted(ours.keys() & theirs.keys())
        if min(len(ours[label]), len(theirs[label])) >= ENOUGH
    }
    return {
        label: (
            auc_estimate(
                targets.members[a],
                targets.others[b],
                units_among(comparison.train, targets.member_rows[a]),
                units_among(comparison.holdout, targets.other_rows[b]),
                len(rows),
            ),
            len(a),
            len(b),
        )
        for label, (a, b) in rows.items()
    }


def _labelled(panel: Panel, rows: Indices) -> dict[str, Indices]:
    """Return which targets are of each population."""
    populations = labels(panel, "population")
    if populations is None:
        return {}
    text = populations.astype(str)[rows]
    return {str(label): np.flatnonzero(text == label) for label in np.unique(text) if label}


def worst_population(
    recognised: Recognised, groups: dict[str, tuple[Estimate, int, int]], policy: Policy
) -> Finding:
    """Judge the population whose members are recognised most surely."""

    def surely(one: Estimate) -> float:
        return -1.0 if one.value is None or one.low is None else one.low

    strength = max((group[0] for group in groups.values()), key=surely)
    judged = judge(
        strength, policy.membership_caution, policy.membership_fail, 0.5, doubtful="unknown"
    )
    return recognised.finding(
        "worst", f"AUC in the worst of {len(groups)} populations", strength, 0.5, judged
    )


def population_table(recognised: Recognised, groups: dict[str, tuple[Estimate, int, int]]) -> Table:
    """Show the areas of all populations."""
    rows: list[list[Cell]] = []
    for label, (one, members, others) in groups.items():
        cells = (one.value, one.low, one.high)
        numbers = (None if cell is None else round(cell, 4) for cell in cells)
        rows.append([label, members, others, *numbers])
    return Table(
        id=f"{recognised.attack}.populations",
        title="Members recognised, by population",
        columns=["population", "members", "non-members", "AUC", "from", "to"],
        rows=rows,
    )


# -- Membership from a likelihood ratio ------------------------------------------------------------


MOST_WORK = 20_000_000_000
"""Minor alleles of donors times haplotypes attacked, at most; people are drawn at random then."""
LEAST_TARGETS = 300
"""People attacked on each side whatever it costs."""


class Likelihood(Attack):
    """Recognise members whom the output explains better than other real people do."""

    id = "likelihood"
    name = "Likelihood-ratio attack"
    description = (
        "Guesses that a person was in train if their haplotypes are likelier as mosaics of "
        "artificial haplotypes than as mosaics of real people whom the attacker knows."
    )
    blind_spot = (
        "It sums up the whole region: one short piece of a person, or a few people among many "
        "who are not copied, move neither the area nor rates that a small holdout can state."
    )
    citations = cite(
        li2003="the density: a haplotype is an imperfect mosaic of others",
        vanbreugel2023="membership from the density ratio of output and reference",
        carlini2022="a likelihood ratio needs a reference; rates at few false positives",
        rosen2019="an exact forward pass that touches carriers of minor alleles only",
        delong1988="the variance of an area",
    )
    area = "membership"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """Return why the holdout can give no reference haplotypes."""
        return super().missing(comparison) or too_few(comparison)

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack train (members) and holdout (non-members) people."""
        most = affordable(comparison)
        targets, shares = attack(comparison, most)
        recognised = Recognised.of(comparison, targets, self.id, self.name)
        surest = Recognised.of(comparison, shares, self.id, self.name)
        groups = by_population(comparison, targets)
        findings = [
            recognised.judged_area(policy),
            *surest.judged_rates(policy, ("tpr_1",)),
            surest.judged_first(policy),
        ]
        if groups:
            findings.append(worst_population(recognised, groups, policy))
        return self.result(
            findings=findings,
            figures=[surest.curve()],
            tables=[population_table(recognised, groups)] if groups else [],
            notes=[
                _whom(comparison, targets),
                "A score is the sum over both haplotypes of the logarithm of the "
                "likelihood with all artificial haplotypes as donors, less that with four "
                "fifths of the holdout as donors. Non-members are the last fifth, each fifth in "
                "turn. For rates and curve, which are about people recognised surely, it is "
                "divided by how unlikely the reference finds a haplotype, and the larger one "
                "of both counts: a copy explains nearly all of that.",
                "How often donors change and alleles are copied wrongly is fitted within the "
                "reference. A score counts as it deviates from those of others of the same "
                "population, members and non-members alike.",
                "The unit is the individual, or the family where it is known. Holdout people "
                "are the non-members, so the control is inside the measure. Intervals of "
                "areas allow for non-members being in each other's reference.",
            ],
        )


def affordable(comparison: Comparison) -> int | None:
    """Return how many people of each side can be attacked; None where all can."""
    donors = (comparison.artificial, comparison.holdout)
    one = sum(_carriers(panel.haplotypes) for panel in donors)
    most: int = max(LEAST_TARGETS, MOST_WORK // (4 * one))
    n = max(comparison.train.n_individuals, comparison.holdout.n_individuals)
    return None if most >= n else most


def _carriers(haplotypes: Haplotypes) -> int:
    alt = haplotypes.sum(axis=0, dtype=np.int64)
    return len(alt) + int(np.minimum(alt, len(haplotypes) - alt).sum())


def attack(comparison: Comparison, most: int | None = None) -> tuple[Targets, Targets]:
    """Return how strongly people are taken for members.

    Parameters
    ----------
    most
        People attacked of each side, at most.

    Returns
    -------
    tuple
        By the likelihood ratio, and by its share of what the reference leaves unexplained (of
        the haplotype where it is larger: a child has one of each parent). The former tells many
        people a little, the latter tells copies for sure.
    """
    apart, _ = distances(comparison.holdout.sites)
    released = Donors.of(comparison.artificial.haplotypes)
    ratios, shares = [], []
    for fold in folds(comparison, most):
        known = comparison.holdout.haplotypes[haplotype_rows(fold.reference)]
        ratio = Ratio.of(released, known, apart, comparison.threads)
        ours, our_shares = ratio.of_people(comparison.train, fold.members)
        theirs, their_shares = ratio.of_people(comparison.holdout, fold.others)
        ratios.append((fold, ours, theirs))
        shares.append((fold, our_shares, their_shares))
    return gathered(comparison, ratios), gathered(comparison, shares)


@dataclass(frozen=True, eq=False)
class Ratio:
    """The likelihood of haplotypes as mosaics of the output over that as mosaics of others.

    Attributes
    ----------
    released, reference
        Donors.
    apart
        Distances of sites.
    copier
        Rate and error, the same for both.
    threads
        Number of threads to use.
    """

    released: Donors
    reference: Donors
    apart: Float64s
    copier: Copier
    threads: int

    @classmethod
    def of(cls, released: Donors, known: Haplotypes, apart: Float64s, threads: int) -> Ratio:
        """Fit how people copy from each other on `known`, who become the reference."""
        copier = Copier.fitted(known, apart, threads)
        return cls(released, Donors.of(known), apart, copier, threads)

    def of_people(self, panel: Panel, people: Indices) -> tuple[Float64s, Float64s]:
        """Return the logarithm of the ratio, and its share, each of shape ``(n_people,)``."""
        rows = panel.haplotypes[haplotype_rows(people)]
        made, real = (
            self.copier.log_likelihood(rows, donors, self.apart, self.threads).reshape(-1, 2)
            for donors in (self.released, self.reference)
        )
        ratio = made - real
        return ratio.sum(axis=1), (ratio / (1.0 - real)).max(axis=1)


def _whom(comparison: Comparison, targets: Targets) -> str:
    n = (comparison.train.n_individuals, comparison.holdout.n_individuals)
    seen = (len(targets.members), len(targets.others))
    if seen == n:
        return "Everyone in train and in the holdout is attacked; rates need no equal numbers."
    return (
        f"{seen[0]} of {n[0]} people in train and {seen[1]} of {n[1]} in the holdout are "
        "attacked, drawn at random to bound the time; everyone artificial is a donor."
    )


ITEM = Likelihood
