"""Members and non-members judged with a reference that holds neither of them.

An attacker knows real people whom he does not attack. Here they are four fifths of the holdout
while the last fifth are the non-members, each fifth in turn; each member is attacked in one of
these folds. So, if nobody was seen, members and non-members of a fold are people of the same kind
before the same artificial panel and the same reference.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s, Indices
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.labels import labels
from imaginome.panel import Panel
from imaginome.panel.units import units

FOLDS = 5
FEWEST_PEOPLE = 10
"""Of the holdout, and of train: below it there is neither a reference nor a rate."""
ALIKE = 20
"""Targets of one population, members and non-members together, who are compared as such."""
TO_DEVIATIONS = 1.4826
"""Standard deviations of a normal distribution to one median absolute deviation."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Who is attacked with which reference.

    Attributes
    ----------
    members
        Individuals of train.
    others, reference
        Individuals of the holdout who are attacked, and who are not.
    """

    members: Indices
    others: Indices
    reference: Indices


@dataclass(frozen=True, eq=False)
class Targets:
    """People attacked, fold after fold, and how strongly each is taken for a member.

    Attributes
    ----------
    members, others
        ``float64``, one score an individual: of train, and of the holdout.
    member_rows, other_rows
        Their individuals in train and in the holdout.
    """

    members: Float64s
    others: Float64s
    member_rows: Indices
    other_rows: Indices


def too_few(comparison: Comparison) -> str:
    """Return why the holdout cannot be divided; empty where it can."""
    people = min(comparison.train.n_individuals, comparison.holdout.n_individuals)
    if people < FEWEST_PEOPLE:
        return f"train or holdout has {people} people, at least {FEWEST_PEOPLE} are needed"
    if len(_divided(comparison)) < 2:
        return "the holdout's people are kin of each other: a reference needs strangers"
    return ""


def folds(comparison: Comparison, most: int | None = None) -> list[Fold]:
    """Divide the holdout into fifths, families together, and train; populations in proportion.

    Parameters
    ----------
    most
        Attack at most so many individuals of each side, drawn at random; everyone when None. The
        references stay whole.
    """
    parts = _divided(comparison)
    train, alone = comparison.train, np.arange(comparison.train.n_individuals)
    ours = _dealt(train, alone, len(parts), comparison.rng("cross-fit", "train"))
    rng = comparison.rng("cross-fit", "some")
    limit = None if most is None else -(-most // len(parts))
    return [
        Fold(
            _some(members, limit, rng),
            _some(others, limit, rng),
            np.concatenate([part for part in parts if part is not others]),
        )
        for members, others in zip(ours, parts, strict=True)
    ]


def _divided(comparison: Comparison) -> list[Indices]:
    """Return individuals of the holdout in parts of about equal size, families together."""
    holdout = comparison.holdout
    dealt = _dealt(holdout, units(holdout.samples), FOLDS, comparison.rng("cross-fit", "holdout"))
    return [part for part in dealt if len(part) > 0]


def _dealt(
    panel: Panel, unit: npt.NDArray[np.integer], n_parts: int, rng: np.random.Generator
) -> list[Indices]:
    """Deal individuals to parts at random, units together, each population evenly.

    A fifth that by chance had more of a population than its share would be judged with a reference
    that has less of it. Members are no such fifth: non-members would look more like members than
    these do, and a leak could hide.
    """
    _, first, sizes = np.unique(unit, return_index=True, return_counts=True)
    homes = _populations(panel)[first]
    part, filled = np.empty(len(first), dtype=np.intp), np.zeros(n_parts)
    for u in np.lexsort((rng.permutation(len(first)), -sizes, homes)):
        part[u] = np.argmin(filled)
        filled[part[u]] += sizes[u]
    return [np.flatnonzero(part[unit] == k) for k in range(n_parts)]


def _some(people: Indices, most: int | None, rng: np.random.Generator) -> Indices:
    kept = people if most is None else rng.permutation(people)[:most]
    return np.sort(kept)


def gathered(comparison: Comparison, found: Iterable[tuple[Fold, Float64s, Float64s]]) -> Targets:
    """Put folds together; scores become deviations from people of the same population.

    What is subtracted and divided by (median and median absolute deviation) is of members and
    non-members alike, who therefore stay exchangeable.
    """
    parts, members, others = zip(*found, strict=True)
    rows = [np.concatenate([part.members for part in parts])]
    rows.append(np.concatenate([part.others for part in parts]))
    kinds = [
        _populations(panel)[some]
        for panel, some in zip((comparison.train, comparison.holdout), rows, strict=True)
    ]
    scores = _evened(np.concatenate([*members, *others]), np.concatenate(kinds))
    return Targets(scores[: len(rows[0])], scores[len(rows[0]) :], *rows)


def _evened(scores: Float64s, kind: npt.NDArray[np.str_]) -> Float64s:
    """Return deviations within kinds; small kinds are taken together."""
    names, group, count = np.unique(kind, return_inverse=True, return_counts=True)
    group = np.where(count[group] >= ALIKE, group, len(names))
    for g in np.unique(group):
        scores[group == g] = _deviations(scores[group == g])
    return scores


def _populations(panel: Panel) -> npt.NDArray[np.str_]:
    found = labels(panel, "population")
    if found is None:
        return np.full(panel.n_individuals, "", dtype=np.str_)
    return np.asarray(found, dtype=np.str_)


def _deviations(scores: Float64s) -> Float64s:
    apart = scores - np.median(scores)
    scale = TO_DEVIATIONS * float(np.median(np.abs(apart)))
    return np.asarray(apart / scale if scale > 0 else apart)
