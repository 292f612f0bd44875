"""Membership from the allele frequencies of the artificial panel alone (METRICS 15)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.ranks import LOW_RATES
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.crossfit import Fold, Targets, folds, gathered, too_few
from imaginome.privacy.scores.recognised import Recognised
from imaginome.results import AttackResult, Cell, Table

PIECE = 256
RATE = "tpr_1"


class Frequency(Attack):
    """Recognise members by alleles that are more frequent in the output than elsewhere."""

    id = "frequency"
    name = "Frequency attack"
    description = (
        "Guesses that a person was in train if the alleles they carry are more frequent in the "
        "artificial panel than among people whom the attacker knows, site by site."
    )
    blind_spot = (
        "It adds up sites as if they were independent and sees no haplotypes: copies of a few "
        "people hardly change a frequency."
    )
    citations = cite(
        homer2008="a person is recognised in the allele frequencies of a pool",
        sankararaman2009="the likelihood ratio of pool and reference frequencies",
    )
    area = "membership"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """Return why the holdout can give no reference frequencies."""
        return super().missing(comparison) or too_few(comparison)

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack train (members) and holdout (non-members) people."""
        recognised = self._recognised(comparison, comparison.artificial.haplotypes)
        exact = self._recognised(comparison, comparison.train.haplotypes)
        return self.result(
            findings=recognised.findings(policy, (RATE,)),
            tables=[_releases({"the artificial panel": recognised, "train, exactly": exact})],
            notes=[
                _floor(exact),
                "Scores are sums over both haplotypes of the logarithm of the frequency in the "
                "artificial panel over that in four fifths of the holdout; non-members are "
                "the last fifth, each fifth in turn. The attacker knows the "
                "population of a person, where it is labelled: a score counts as it deviates "
                "from those of others of that population, members and non-members alike.",
                "The unit is the individual, or the family where it is known. Holdout people "
                "are the non-members, so the control is inside the measure.",
            ],
        )

    def _recognised(self, comparison: Comparison, released: Haplotypes) -> Recognised:
        return Recognised.of(comparison, attack(comparison, released), self.id, self.name)


def attack(comparison: Comparison, released: Haplotypes) -> Targets:
    """Return how strongly everyone is taken for a member of what was released.

    Parameters
    ----------
    released
        Haplotypes of which only the frequencies are looked at.
    """

    def scored() -> Iterator[tuple[Fold, Float64s, Float64s]]:
        holdout, threads = comparison.holdout, comparison.threads
        for fold in folds(comparison):
            weights = ratios(released, holdout.take_individuals(fold.reference).haplotypes)
            yield (
                fold,
                person_scores(comparison.train.haplotypes, fold.members, weights, threads),
                person_scores(holdout.haplotypes, fold.others, weights, threads),
            )

    return gathered(comparison, scored())


def ratios(released: Haplotypes, reference: Haplotypes) -> Float64s:
    """Return the logarithm of released over reference frequencies of REF and ALT.

    Each allele counts as seen half a time more in what was released, and as much in proportion
    in the reference: alleles that are in neither tell nothing.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(2, n_sites)``.
    """
    more = 0.5 / len(released)
    logs = []
    for rows in (released, reference):
        alt = (rows.mean(axis=0, dtype=np.float64) + more) / (1.0 + 2.0 * more)
        logs.append(np.log(np.stack([1.0 - alt, alt])))
    return np.asarray(logs[0] - logs[1])


def person_scores(
    haplotypes: Haplotypes, people: Indices, weights: Float64s, threads: int = 1
) -> Float64s:
    """Return the sum of weights of all alleles of each person.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n_people,)``.
    """
    base, slope = float(weights[0].sum()), weights[1] - weights[0]

    def work(rows: slice) -> Float64s:
        some = people[rows]
        alt = haplotypes[2 * some] + haplotypes[2 * some + 1]
        return np.asarray((alt * slope).sum(axis=1) + 2.0 * base)

    sums = map_pieces(work, pieces(len(people), PIECE), threads)
    return np.concatenate(sums) if sums else np.empty(0)


def _releases(known: dict[str, Recognised]) -> Table:
    """Show what an attacker gains from the artificial panel, and from exact frequencies."""
    rows: list[list[Cell]] = []
    for what, recognised in known.items():
        auc, rate = recognised.auc(), _rate(recognised)
        cells = (auc.value, auc.low, auc.high, rate)
        rows.append([what, *(None if cell is None else round(cell, 4) for cell in cells)])
    return Table(
        id="frequency.releases",
        title="Membership from allele frequencies alone",
        columns=["frequencies of", "AUC", "from", "to", "members found at 1% false positives"],
        rows=rows,
    )


def _rate(recognised: Recognised) -> float | None:
    """Return the true-positive rate; None where too few non-members can state it."""
    if len(recognised.others) < 1 / LOW_RATES[RATE]:
        return None
    return recognised.scores.roc().true_rate(LOW_RATES[RATE])


def _floor(exact: Recognised) -> str:
    auc, rate = exact.auc().value, _rate(exact)
    if auc is None:
        return "Too few people to say what exact frequencies of train would give away."
    share = (
        "" if rate is None else f", and finds {100 * rate:.1f}% of members at 1% false positives"
    )
    return (
        "For comparison: of someone who publishes nothing but the exact allele frequencies of "
        f"train at these sites, the same attack has AUC {auc:.3f}{share}."
    )


ITEM = Frequency
