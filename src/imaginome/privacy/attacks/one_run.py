"""A lower bound on epsilon from one training run (METRICS 18), with the split as the coins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Samples
from imaginome.panel.units import by_unit, units
from imaginome.privacy.attacks.membership import person_scores
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.coin_guesses import bound_pairs, epsilon_shown
from imaginome.privacy.scores.person_runs import longest_runs, surprise
from imaginome.results import AttackResult, Cell, Estimate, Finding, Table

# -- The split as fair coins -----------------------------------------------------------------------


Kind = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Families (or individuals) of train, each beside one of the holdout.

    Attributes
    ----------
    members, others
        For each pair, the individuals of its family in train and in the holdout.
    """

    members: list[Indices]
    others: list[Indices]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.members)

    def apart(self, members: Float64s, others: Float64s) -> Float64s:
        """Return the score of the family in train less that of the other; the highest counts."""
        return np.array(
            [
                members[one].max() - others[other].max()
                for one, other in zip(self.members, self.others, strict=True)
            ],
            dtype=np.float64,
        )


def pairs(comparison: Comparison) -> Pairs:
    """Pair families of the same population and size at random.

    If the split was drawn at random within populations, families whole, then exchanging the two
    of any pair gives a split as likely as this one: given the pairs, who of each is in train is
    a fair coin of its own.
    """
    rng = comparison.rng("pairs")
    mine, yours = (_families(p.samples) for p in (comparison.train, comparison.holdout))
    members: list[Indices] = []
    others: list[Indices] = []
    for kind in sorted(set(mine) & set(yours)):
        one, other = rng.permutation(len(mine[kind])), rng.permutation(len(yours[kind]))
        n = min(len(one), len(other))
        members += [mine[kind][i] for i in one[:n]]
        others += [yours[kind][i] for i in other[:n]]
    return Pairs(members, others)


def _families(samples: Samples) -> dict[Kind, list[Indices]]:
    """Return families, or individuals, by population and size."""
    kinds: dict[Kind, list[Indices]] = {}
    for people in by_unit(units(samples)):
        home = "" if samples.population is None else str(samples.population[people[0]])
        kinds.setdefault((home, len(people)), []).append(people)
    return kinds


# -- A lower bound on epsilon ----------------------------------------------------------------------


SHARES = (1.0, 0.25, 0.05)
"""Shares of pairs that are guessed about; decided before anybody was looked at."""
LEVEL = 0.05
FEWEST_PAIRS = 20
EXCHANGED = 2.0
"""Exchanging one person for another is to remove one and to add one."""


@dataclass(frozen=True)
class _Try:
    score: str
    guesses: int
    right: int
    epsilon: Estimate


class OneRun(Attack):
    """Guess who of two people was in train; many right guesses bound epsilon from below."""

    id = "one-run"
    name = "One-run audit"
    description = (
        "Pairs people of train and holdout, guesses who of the two was in train, and tells how "
        "large epsilon must at least have been for so many guesses to be right."
    )
    blind_spot = (
        "A lower bound of zero is no guarantee: it needs many people who leak, and a handful of "
        "copies does not move it."
    )
    citations = cite(
        steinke2023="right guesses about many coins of one run bound epsilon",
        clopper1934="the upper end of what the guesses show",
    )
    area = "membership"
    sees = "everyone"

    def missing(self, comparison: Comparison) -> str:
        """See `Attack.missing`."""
        n = len(pairs(comparison))
        few = f"{n} pairs of one population can be made, {FEWEST_PAIRS} are needed"
        return super().missing(comparison) or (few if n < FEWEST_PAIRS else "")

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Guess, and bound."""
        made = pairs(comparison)
        tries = _tries(made, _scores(comparison))
        best = max(tries, key=lambda one: (one.epsilon.low or 0.0, one.guesses))
        status, reason = judge(best.epsilon, policy.epsilon_caution, policy.epsilon_fail, 0.0)
        finding = Finding(
            id=f"{self.id}.epsilon",
            name="One-run audit: epsilon of one person added or removed",
            unit="epsilon; the lower end of the interval is the bound",
            strength=best.epsilon,
            baseline=0.0,
            status=status,
            reason=reason,
            key=True,
        )
        return self.result(
            findings=[finding],
            tables=[_table(tries)],
            notes=[
                f"{len(made):,} pairs of one population (families whole, of equal size). The "
                "split has fixed numbers of people and is no row of independent coins; given "
                "the pairs, who of each is in train is one, if the split was drawn at random "
                "within populations, as `imaginome run` and `imaginome split` do. For a split "
                "made otherwise this bound proves nothing.",
                "Exchanging two people is adding one and removing one, so the bound for pairs "
                "is halved. It is for delta = 0; a run with a small delta may show a little "
                f"more. {len(tries)} ways of guessing were decided in advance and share an "
                "error of one in twenty.",
            ],
        )


def _scores(comparison: Comparison) -> dict[str, tuple[Float64s, Float64s]]:
    """Return scores of everyone in train and in the holdout, by what they look at."""
    artificial, threads = comparison.artificial, comparison.threads
    real = (comparison.train, comparison.holdout)
    rarity = surprise(*(panel.haplotypes for panel in (*real, artificial)))
    near = [person_scores(panel, artificial, threads) for panel in real]
    runs = [longest_runs(panel, artificial, rarity, threads) for panel in real]
    return {"nearest haplotype": (near[0], near[1]), "longest shared run": (runs[0], runs[1])}


def _tries(made: Pairs, scores: dict[str, tuple[Float64s, Float64s]]) -> list[_Try]:
    level = LEVEL / (len(SHARES) * len(scores))
    tries = []
    for name, (members, others) in scores.items():
        for guesses, right in bound_pairs(made.apart(members, others), SHARES):
            value, low, high = (e / EXCHANGED for e in epsilon_shown(right, guesses, level))
            tries.append(_Try(name, guesses, right, Estimate(value=value, low=low, high=high)))
    return tries


def _table(tries: list[_Try]) -> Table:
    rows: list[list[Cell]] = [
        [one.score, one.guesses, one.right, round(one.epsilon.low or 0.0, 3)] for one in tries
    ]
    return Table(
        id="one-run.guesses",
        title="Who of two was in train: guesses, and what they prove",
        columns=["guessed by", "guesses", "right", "lower bound on epsilon"],
        rows=rows,
    )


ITEM = OneRun
