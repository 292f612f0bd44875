"""Members and non-members judged with a reference that holds neither of them.

An attacker knows real people whom he does not attack. Here they are one half of the holdout while
the other half are the non-members, and the other way round; each member is attacked in one of
these two folds. So, if nobody was seen, members and non-members of a fold are people of the same
kind before the same artificial panel and the same reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.metrics._labels import labels
from imaginome.metrics._painted import halves
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel

People = npt.NDArray[np.intp]
Values = npt.NDArray[np.float64]

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

    members: People
    others: People
    reference: People


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

    members: Values
    others: Values
    member_rows: People
    other_rows: People


def too_few(comparison: Comparison) -> str:
    """Return why the holdout cannot be divided; empty where it can."""
    people = min(comparison.train.n_individuals, comparison.holdout.n_individuals)
    if people < FEWEST_PEOPLE:
        return f"train or holdout has {people} people, at least {FEWEST_PEOPLE} are needed"
    _, half = halves(comparison.holdout, comparison.rng("cross-fit", "holdout"))
    if half == comparison.holdout.n_individuals:
        return "the holdout's people are kin of each other: a reference needs strangers"
    return ""


def folds(comparison: Comparison, most: int | None = None) -> list[Fold]:
    """Divide the holdout into halves, families together, and train likewise.

    Parameters
    ----------
    most
        Attack at most so many individuals of each side, drawn at random; everyone when None. The
        references stay whole.
    """
    order, half = halves(comparison.holdout, comparison.rng("cross-fit", "holdout"))
    first, second = np.sort(order[:half]), np.sort(order[half:])
    people = comparison.rng("cross-fit", "train").permutation(comparison.train.n_individuals)
    middle = round(len(people) * len(second) / len(order))
    rng = comparison.rng("cross-fit", "some")
    limit = None if most is None else -(-most // 2)
    return [
        Fold(_some(members, limit, rng), _some(others, limit, rng), reference)
        for members, others, reference in (
            (people[:middle], second, first),
            (people[middle:], first, second),
        )
    ]


def _some(people: People, most: int | None, rng: np.random.Generator) -> People:
    kept = people if most is None else rng.permutation(people)[:most]
    return np.sort(kept)


def gathered(comparison: Comparison, found: Iterator[tuple[Fold, Values, Values]]) -> Targets:
    """Put folds together; scores become deviations from people of the same population.

    What is subtracted and divided by (median and median absolute deviation) is of members and
    non-members alike, who therefore stay exchangeable.
    """
    parts = list(found)
    even = [_evened(comparison, *part) for part in parts]
    return Targets(
        np.concatenate([members for members, _ in even]),
        np.concatenate([others for _, others in even]),
        np.concatenate([fold.members for fold, _, _ in parts]),
        np.concatenate([fold.others for fold, _, _ in parts]),
    )


def _evened(
    comparison: Comparison, fold: Fold, members: Values, others: Values
) -> tuple[Values, Values]:
    scores = np.concatenate([members, others])
    kind = np.concatenate(
        [
            _populations(comparison.train)[fold.members],
            _populations(comparison.holdout)[fold.others],
        ]
    )
    names, group, count = np.unique(kind, return_inverse=True, return_counts=True)
    group = np.where(count[group] >= ALIKE, group, len(names))
    for g in np.unique(group):
        scores[group == g] = _deviations(scores[group == g])
    return scores[: len(members)], scores[len(members) :]


def _populations(panel: Panel) -> npt.NDArray[np.str_]:
    found = labels(panel, "population")
    if found is None:
        return np.full(panel.n_individuals, "", dtype=np.str_)
    return np.asarray(found, dtype=np.str_)


def _deviations(scores: Values) -> Values:
    apart = scores - np.median(scores)
    scale = TO_DEVIATIONS * float(np.median(np.abs(apart)))
    return np.asarray(apart / scale if scale > 0 else apart)
