"""The risk of each artificial haplotype, from its likeness to train and to people unseen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import false_discovery_control

from imaginome.arrays import Bools, Float64s, Int32s, Int64s
from imaginome.kernels.bits import Bits, pack
from imaginome.kernels.neighbours import MISSING, NearestPeople, nearest_people
from imaginome.metrics.comparison import Comparison
from imaginome.panel.units import haplotype_units
from imaginome.privacy.scores.parts import paired_parts
from imaginome.privacy.scores.strongest_runs import Strongest, strongest_runs

# -- Probabilities far out in a tail ---------------------------------------------------------------


TAIL_SHARE = 0.05
MOST_IN_TAIL = 250
FEWEST_IN_TAIL = 20


def tail_probabilities(scores: Float64s, null: Float64s) -> Float64s:
    """Return P(null >= score) for each score, beyond the largest null value too.

    Inside the null values it is the share that reach the score, one more in both counts. In
    their highest twentieth a generalised Pareto tail (Pickands 1975) carries on, fitted by
    probability-weighted moments (Hosking and Wallis 1987) as Knijnenburg et al. 2009 do for
    permutations. Its shape is never taken to be negative, so that no score is called impossible
    because the largest of the null happened to lie below it. The larger of the two
    probabilities counts wherever there is a null value above.

    Parameters
    ----------
    scores
        ``float64``, any shape.
    null
        ``float64``, one-dimensional. With fewer than 400 values there is no tail, and one over
        their number is the least probability.
    """
    ordered = np.sort(null)
    n = len(ordered)
    above = n - np.searchsorted(ordered, scores, side="left")
    counted = (above + 1.0) / (n + 1.0)
    in_tail = min(int(TAIL_SHARE * n), MOST_IN_TAIL)
    if in_tail < FEWEST_IN_TAIL:
        return np.asarray(counted)
    threshold = 0.5 * (ordered[n - in_tail] + ordered[n - in_tail - 1])
    excess = ordered[n - in_tail :] - threshold
    if excess.mean() <= 0.0:
        return np.asarray(counted)
    beyond = in_tail / n * _pareto(excess, scores - threshold)
    beyond = np.where(above > 0, np.maximum(counted, beyond), beyond)
    return np.where(scores <= threshold, counted, beyond)


def _pareto(excess: Float64s, scores: Float64s) -> Float64s:
    """Return the survival function of a generalised Pareto distribution fitted to `excess`."""
    n = len(excess)
    ordered = np.sort(excess)
    mean = float(ordered.mean())
    weighted = float(np.mean(ordered * (n - 0.65 - np.arange(n)) / n))
    shape = max(0.0, 2.0 - mean / max(mean - 2.0 * weighted, 1e-12))
    scale = mean * (1.0 - shape)
    x = np.maximum(scores, 0.0) / scale
    if shape < 1e-6:
        return np.asarray(np.exp(-x))
    return np.asarray((1.0 + shape * x) ** (-1.0 / shape))


# -- Likeness to train against likeness to the holdout ---------------------------------------------
# A person is near to another when both haplotypes are, whichever is compared with which. Two
# strangers may well carry one haplotype that is nearly the same; hardly ever both.
#
# There are four contrasts, each the logarithm of a ratio of train to holdout, so that exchanging
# the two changes its sign and no more. For somebody whom nobody saw train and holdout are
# exchangeable: what lies below zero shows how far chance reaches above it. Populations, and places
# where all share long runs, divide out.


KINDS = ("run", "sites", "distance", "person")


@dataclass(frozen=True, eq=False)
class Likeness:
    """Contrasts of artificial and of real haplotypes and people, and what they rest on.

    Attributes
    ----------
    artificial
        By kind, ``float64`` a haplotype (a person for ``person``): positive is nearer to train.
    real
        The same of real people against strangers on either side.
    runs
        The strongest run of each artificial haplotype with train.
    known
        The train people nearest to each artificial person.
    """

    artificial: dict[str, Float64s]
    real: dict[str, Float64s]
    runs: Strongest
    known: NearestPeople


def likeness(comparison: Comparison) -> Likeness:
    """Compare all haplotypes and people with train and with holdout strangers."""
    sides = (comparison.train, comparison.holdout)
    groups = haplotype_units(*(side.samples for side in sides))
    real, made = strongest_runs(
        (sides[0].haplotypes, sides[1].haplotypes),
        groups,
        comparison.artificial.haplotypes,
        sides[0].sites,
        comparison.threads,
    )
    packed = [pack(side.haplotypes) for side in sides]
    targets = list(zip(packed, np.split(groups, [len(packed[0])]), strict=True))
    nobody = np.full(comparison.artificial.n_haplotypes, MISSING, dtype=np.int64)
    made_near = _both(pack(comparison.artificial.haplotypes), nobody, targets, comparison.threads)
    real_near = _both(np.concatenate(packed), groups, targets, comparison.threads)
    return Likeness(_contrasts(made, made_near), _contrasts(real, real_near), made, made_near[0])


def _both(
    queries: Bits, groups: Int64s, targets: list[tuple[Bits, Int64s]], threads: int
) -> list[NearestPeople]:
    return [nearest_people(queries, groups, *target, threads) for target in targets]


def _contrasts(runs: Strongest, near: list[NearestPeople]) -> dict[str, Float64s]:
    """Return the contrasts; one unit more on both sides keeps all of them finite."""
    first, second = near
    return {
        "run": _log_ratio(runs.strength[:, 0], runs.strength[:, 1]),
        "sites": _log_ratio(runs.sites[:, 0], runs.sites[:, 1]),
        "distance": _nearer(first.haplotype, second.haplotype),
        "person": _nearer(first.person, second.person),
    }


def _log_ratio(first: npt.NDArray[np.floating], second: npt.NDArray[np.floating]) -> Float64s:
    return np.asarray(np.log((first + 1.0) / (second + 1.0)), dtype=np.float64)


def _nearer(first: Int32s, second: Int32s) -> Float64s:
    """Return the contrast of two distances, 0 for somebody with strangers on one side only."""
    known = (first != MISSING) & (second != MISSING)
    ratio = _log_ratio(second.astype(np.float64), first.astype(np.float64))
    return np.where(known, ratio, 0.0)


# -- Risks, calibrated on people whom nobody saw ---------------------------------------------------


WHOLE = KINDS.index("distance")
"""Contrasts from here on are about the whole haplotype, those before about runs."""
SCALE = 0.95
"""Quantile at which two tails are compared."""
ENOUGH_PEOPLE = 20
"""Holdout people needed before anything can be said of a single record."""


@dataclass(frozen=True, eq=False)
class Risks:
    """One entry for each artificial haplotype; build it with `of`.

    Attributes
    ----------
    p
        Probability of being as near to train as this if nobody in train had been seen.
    q
        False-discovery rate at which it is named (Benjamini and Hochberg 1995).
    q_whole
        The same by nearness of the whole haplotype or person alone: what kin hardly reach.
    mirrored
        The rates `q` with train and holdout exchanged: the control.
    kind
        Index into `KINDS` of the contrast that tells most.
    stretch
        ``int64``, shape ``(n, 2)``: the strongest run with train, first site and first behind.
    donor
        Train individual from whom it is, as an index into the comparison's train panel, or -1
        where there is none. For counting only: it is never written.
    apart
        Sites that differ from the nearest train haplotype.
    verbatim
        ``bool``, shape ``(n_people,)``: equal to one train person at every site.
    """

    p: Float64s
    q: Float64s
    q_whole: Float64s
    mirrored: Float64s
    kind: Int64s
    stretch: Int64s
    donor: Int64s
    apart: Int64s
    verbatim: Bools

    @classmethod
    def of(cls, comparison: Comparison) -> Risks:
        """Score every artificial haplotype against everyone in train, part by part.

        The most telling of all contrasts and parts counts, its probability multiplied by their
        number (Bonferroni).
        """
        parts = paired_parts(comparison)
        by_part = [likeness(part) for part in parts]
        one = np.concatenate([_probabilities(part) for part in by_part])
        other = np.concatenate([_probabilities(part, -1.0) for part in by_part])
        best = one.argmin(axis=0)
        p = _least(one)
        whole = [kind >= WHOLE for _ in by_part for kind in range(len(KINDS))]
        part, kind = np.divmod(best, len(KINDS))
        which = np.arange(len(p))
        stretch = np.stack([made.runs.stretch for made in by_part])[part, which].astype(np.int64)
        donors = [_donors(made, comparison, at) for made, at in zip(by_part, parts, strict=True)]
        return cls(
            p,
            false_discovery_control(p),
            false_discovery_control(_least(one[whole])),
            false_discovery_control(_least(other)),
            kind,
            stretch,
            np.stack(donors)[part, (kind >= WHOLE).astype(np.intp), which],
            np.stack([made.known.haplotype for made in by_part])[part, which].astype(np.int64),
            np.any([made.known.person == 0 for made in by_part], axis=0),
        )

    def people(self, rate: float, *, whole: bool = False) -> Bools:
        """Return which people have a haplotype named at a rate: by anything, or as a whole."""
        rates = self.q_whole if whole else self.q
        return np.asarray((rates <= rate).reshape(-1, 2).any(axis=1))

    def named(self, rate: float) -> Bools:
        """Return which haplotypes are named at a false-discovery rate."""
        return self.q <= rate


def _least(p: Float64s) -> Float64s:
    """Return the least probability over rows, times their number."""
    return np.asarray(np.minimum(1.0, len(p) * p.min(axis=0)))


def enough(comparison: Comparison) -> bool:
    """Return whether the holdout is large enough to say what chance does."""
    return min(comparison.train.n_individuals, comparison.holdout.n_individuals) >= ENOUGH_PEOPLE


def _probabilities(contrasts: Likeness, sign: float = 1.0) -> Float64s:
    """Return P(contrast as large by chance), ``float64`` of shape ``(n_kinds, n_haplotypes)``."""
    rows = []
    for kind in KINDS:
        p = _chance(sign * contrasts.artificial[kind], contrasts.real[kind])
        rows.append(np.repeat(p, 2) if kind == "person" else p)
    return np.stack(rows)


def _chance(scores: Float64s, real: Float64s) -> Float64s:
    """Return P(contrast as large by chance).

    The tail is that of real people on either side of strangers: they are the most, relatives
    that nobody knows of among them. Where the artificial panel reaches farther to the other
    side than real people do, the tail is stretched as much.
    """
    pool = np.concatenate([real, -real])
    usual, here = np.quantile(pool, SCALE), np.quantile(-scores, SCALE)
    stretch = max(1.0, here / usual) if usual > 0 else 1.0
    return tail_probabilities(scores / stretch, pool)


def _donors(contrasts: Likeness, comparison: Comparison, part: Comparison) -> Int64s:
    """Return who carries the strongest run and who is nearest, ``(2, n_haplotypes)``."""
    people = comparison.train.samples.indices(part.train.samples.id)
    rows = np.stack([contrasts.runs.donor, contrasts.known.row])
    return np.where(rows < 0, -1, people[rows // 2]).astype(np.int64)
