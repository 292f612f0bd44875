"""How much more haplotypes and people resemble one side of real people than the other.

Four contrasts, each the logarithm of a ratio of train to holdout, so that exchanging the two
changes its sign and no more. For somebody whom nobody saw train and holdout are exchangeable:
what lies below zero shows how far chance reaches above it. Populations, and places where all
share long runs, divide out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s, Int32s, Int64s
from imaginome.metrics._bits import Bits, pack
from imaginome.metrics.comparison import Comparison
from imaginome.privacy._nearest_people import NearestPeople, nearest_people
from imaginome.privacy._strongest_runs import Strongest, strongest_runs
from imaginome.privacy.neighbours import MISSING, kin_groups

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
    groups = kin_groups(*(side.samples for side in sides))
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
