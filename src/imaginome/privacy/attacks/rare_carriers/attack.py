"""Rare-variant carry-over: whose surroundings rare alleles keep (METRICS 14)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy.stats import t as student

from imaginome.arrays import Float64s, Int64s
from imaginome.citations import cite
from imaginome.kernels.intervals import wilson
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.attacks.rare_carriers.surroundings import MOST_CARRIERS, Duels, RareAlleles
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.densities import FEWEST, densities
from imaginome.results import AttackResult, Cell, Estimate, Figure, Finding, Series, Status, Table

# -- Intervals of a share of duels -----------------------------------------------------------------
# Contestants take part in many of the duels, which are therefore not independent.


def clustered_share(won: Float64s, clusters: Sequence[Int64s]) -> Estimate:
    """Return the mean of `won` with its 95% interval, clustered in several ways at once.

    Duels that share a train carrier, a holdout carrier or an artificial person have errors in
    common. Sums of residuals over clusters, added for single ways, subtracted for pairs and so
    on, give the variance (Cameron, Gelbach and Miller 2011); no less than that of any single
    way is taken. Student's t has the degrees of freedom of the fewest effective clusters.

    Parameters
    ----------
    won
        ``float64``, shape ``(n_duels,)``: 1, one half for a tie, or 0.
    clusters
        ``int64`` arrays of the same shape: which cluster of each way a duel is in.

    Returns
    -------
    Estimate
        Without interval where some way has fewer than two effective clusters.
    """
    if len(won) == 0:
        return Estimate(value=None)
    value = float(won.mean())
    freedom = min(effective(keys) for keys in clusters) - 1.0
    if freedom < 1.0:
        return Estimate(value=value)
    margin = float(student.ppf(0.975, freedom)) * math.sqrt(_variance(won - value, clusters))
    return Estimate(value=value, low=max(0.0, value - margin), high=min(1.0, value + margin))


def wilson_share(won: Float64s, winner: Int64s, comparisons: int) -> Estimate:
    """Return a share with the interval of Wilson (1927), which holds for shares of 0 and 1 too.

    The effective number of winners counts as the number of draws; the interval is widened for
    having looked several times (Bonferroni).
    """
    if len(won) == 0:
        return Estimate(value=None)
    return wilson(float(won.mean()), effective(winner), comparisons)


def effective(keys: Int64s) -> float:
    """Return how many clusters of equal size would weigh as much as these."""
    counts = np.unique(keys, return_counts=True)[1].astype(np.float64)
    return float(counts.sum() ** 2 / (counts**2).sum())


def _variance(residual: Float64s, clusters: Sequence[Int64s]) -> float:
    single = [_of_one_way(residual, keys) for keys in clusters]
    total = 0.0
    for size in range(1, len(clusters) + 1):
        for ways in combinations(clusters, size):
            sign = 1.0 if size % 2 else -1.0
            total += sign * _of_one_way(residual, _crossed(ways))
    return max(total, *single)


def _of_one_way(residual: Float64s, keys: Int64s) -> float:
    number = np.unique(keys, return_inverse=True)[1]
    sums = np.bincount(number, residual)
    n = len(sums)
    return float((sums**2).sum()) / len(residual) ** 2 * (n / (n - 1) if n > 1 else 1.0)


def _crossed(ways: Sequence[Int64s]) -> Int64s:
    """Number the combinations of clusters of several ways."""
    return np.asarray(np.unique(np.stack(ways), axis=1, return_inverse=True)[1], dtype=np.int64)


# -- Rare-variant carry-over -----------------------------------------------------------------------


BASELINE = 0.5
CLASSES = {"1": (1, 1), "2": (2, 2), f"3 to {MOST_CARRIERS}": (3, MOST_CARRIERS)}
RAREST = 2
"""The main finding is about alleles with one or two carriers in train."""
LEAST_WINNERS = 10
"""Fewest effective carriers from whom anything is concluded."""
DEPTHS = (16, 23, 32, 45, 64, 91, 128, 181)
"""How many artificial people with the longest runs are looked at; each is a look to pay for."""
LENGTH_BINS = 30


class RareCarriers(Attack):
    """Do rare alleles come with the neighbourhood of their carrier in train."""

    id = "rare-carriers"
    name = "Rare-variant carry-over"
    description = (
        "Takes artificial carriers of alleles that few people in train and in the holdout carry, "
        "and asks whose neighbouring alleles came along."
    )
    blind_spot = (
        "It sees people only where they carry rare alleles: a panel without them hides what it "
        "looks for. Fewer than about ten copied people are not told from chance here."
    )
    citations = cite(
        mathieson2014="carriers of a rare allele share a long haplotype around it",
        cameron2011="errors that duels share through any of three contestants",
        wilson1927="interval of a share among few people",
    )
    area = "singling out"
    sees = "everyone"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Compare the runs around rare alleles, overall and where they are longest."""
        alleles = RareAlleles.of(comparison)
        duels = alleles.fair(comparison.rng(self.id))
        findings = [
            _main(duels, policy),
            _longest(duels, comparison.artificial.n_individuals, policy),
        ]
        return self.result(
            findings=findings,
            figures=_lengths(duels),
            tables=[_classes(duels, alleles.private())],
            notes=[
                f"Rare is an allele with 1 to {MOST_CARRIERS} carriers in train and in the "
                "holdout; a carrier is an individual, or a family where families are known. "
                "Equally many of either side are drawn, and who of them is in train is the "
                "chance of the split: if nobody in train had been seen, the longer run would be "
                "shared with either side equally often, whatever the sizes of the panels. Runs "
                "are counted in sites, ties one half, within one contig.",
                "Alleles with one carrier in train and none in the holdout are shown and not "
                "judged: a generator cannot make alleles that only the holdout has, and younger "
                "alleles have longer runs, so that nothing fair stands against them.",
                "Of the artificial people with the longest runs, "
                f"the first {DEPTHS[0]} to {DEPTHS[-1]} are looked at in {len(DEPTHS)} steps, "
                "and the interval of the step shown is widened for all of them.",
            ],
        )


def _main(duels: Duels, policy: Policy) -> Finding:
    """Judge the share of duels that train wins at the rarest alleles."""
    rare = duels.take(duels.carriers[0] <= RAREST)
    strength = _share(rare)
    name = "alleles of one or two train members"
    return _finding("surroundings", name, strength, _judged(rare, strength, policy), key=True)


def _longest(duels: Duels, n_people: int, policy: Policy) -> Finding:
    """Judge the artificial people with the longest runs, by their longest one: few copies.

    Only alleles for which all train carriers are contestants: the one copied must be there.
    """
    best = _one_a_person(duels.take(duels.carriers[0] <= duels.carriers[1]))
    shares = [wilson_share(b.won(), b.winner(), len(DEPTHS)) for b in _tops(best, n_people)]
    name = "artificial people with the longest runs around rare alleles"
    if not shares:
        least = f"fewer than {2 * DEPTHS[0]} artificial people carry such alleles"
        return _finding("longest", name, Estimate(value=None), ("unknown", least))
    strength = max(shares, key=lambda e: (e.low or 0.0, e.value or 0.0))
    return _finding("longest", name, strength, _judged(best, strength, policy))


def _one_a_person(duels: Duels) -> Duels:
    """Keep the duel with the longest run of each artificial person; the first of equals."""
    order = np.lexsort((duels.site, -duels.runs.max(axis=0), duels.person))
    first = np.unique(duels.person[order], return_index=True)[1]
    return duels.take(order[first])


def _tops(best: Duels, n_people: int) -> list[Duels]:
    """Return the people with the longest runs, down to each depth; ties at the end come along."""
    length = best.runs.max(axis=0)
    depths = [depth for depth in DEPTHS if 2 * depth <= min(len(best), n_people)]
    return [best.take(length >= np.sort(length)[-depth]) for depth in depths]


def _share(duels: Duels) -> Estimate:
    return clustered_share(duels.won(), [*duels.units, duels.person])


def _judged(duels: Duels, strength: Estimate, policy: Policy) -> tuple[Status, str]:
    if len(duels) == 0:
        return "unknown", "no artificial person carries such alleles here, or there are none"
    if _fewest(duels) < LEAST_WINNERS:
        return "unknown", "too few people carry such alleles here to tell chance"
    return judge(strength, policy.rare_caution, policy.rare_fail, BASELINE)


def _fewest(duels: Duels) -> float:
    return min(effective(keys) for keys in (*duels.units, duels.person))


def _finding(
    what: str,
    name: str,
    strength: Estimate,
    judgement: tuple[Status, str],
    *,
    key: bool = False,
) -> Finding:
    return Finding(
        id=f"rare-carriers.{what}",
        name=f"Rare-variant carry-over: {name}",
        unit="share of duels",
        strength=strength,
        baseline=BASELINE,
        control=None if strength.value is None else Estimate(value=1.0 - strength.value),
        status=judgement[0],
        reason=judgement[1],
        key=key,
    )


def _classes(duels: Duels, private: tuple[Int64s, Int64s]) -> Table:
    """Show shares and mean runs by number of carriers; the last row has no fair opponent."""
    rows = [
        _row(name, duels.take((duels.carriers[0] >= low) & (duels.carriers[0] <= high)))
        for name, (low, high) in CLASSES.items()
    ]
    runs, units = private
    mean = _mean(runs) if len(np.unique(units)) >= FEWEST else None
    rows.append(
        ["1, none in the holdout, not judged", None, len(runs), None, None, None, mean, None]
    )
    return Table(
        id="rare-carriers.classes",
        title="Runs around rare alleles, by carriers in train",
        columns=[
            "carriers in train",
            "sites",
            "artificial carriers",
            "share of longer runs with train",
            "low",
            "high",
            "mean run with train, sites",
            "mean run with holdout, sites",
        ],
        rows=rows,
    )


def _row(name: str, duels: Duels) -> list[Cell]:
    sites = len(np.unique(duels.site))
    if len(duels) == 0 or min(len(np.unique(keys)) for keys in duels.units) < FEWEST:
        return [name, sites, len(duels), None, None, None, None, None]
    share = _share(duels)
    numbers = [None if v is None else round(v, 4) for v in (share.value, share.low, share.high)]
    return [name, sites, len(duels), *numbers, *(_mean(side) for side in duels.runs)]


def _mean(runs: Int64s) -> float:
    return round(float(runs.mean()), 2)


def _lengths(duels: Duels) -> list[Figure]:
    """Draw the distribution of runs around rare alleles, on a logarithmic scale of length."""
    if _enough(duels) < FEWEST * LENGTH_BINS:
        return []
    steps = [np.floor(4 * np.log2(side)).astype(np.float64) for side in duels.runs]
    x, shares = densities(steps, LENGTH_BINS)
    sizes: list[float | str] = [round(math.pow(2.0, float(centre) / 4), 2) for centre in x]
    sides = (("shared with train", "train"), ("shared with holdout", "holdout"))
    series = [
        Series.model_validate({"name": name, "role": role, "x": sizes, "y": y})
        for (name, role), y in zip(sides, shares, strict=True)
    ]
    return [
        Figure(
            id="rare-carriers.lengths",
            title="Runs around rare alleles that artificial people carry",
            reading="Both curves should agree; train above the holdout at long runs means that "
            "rare alleles came together with the neighbours of their carrier in train.",
            kind="lines",
            x_label="consecutive identical sites around the allele",
            y_label="share per quarter of a doubling",
            series=series,
            x_log=True,
        )
    ]


def _enough(duels: Duels) -> int:
    """Return how many duels there are if enough people take part, else none."""
    if len(duels) == 0 or _fewest(duels) < LEAST_WINNERS:
        return 0
    return len(duels)


ITEM = RareCarriers
