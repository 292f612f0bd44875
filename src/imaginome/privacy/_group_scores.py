"""Who belongs to which group, and what an attacker scores each person by."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Int64s
from imaginome.metrics._labels import labels
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._person_runs import longest_runs
from imaginome.privacy._strata import PersonScores, Stratum
from imaginome.privacy._surprise import surprise
from imaginome.privacy.membership import person_scores
from imaginome.privacy.neighbours import kin_groups

LEAST_PEOPLE = 10
"""Fewest people of a group in train and in the holdout for a figure of its own."""
LEAST_SITES = 20
"""Fewest sites in a class of frequencies."""
CLASSES = {"below 1%": (0.0, 0.01), "1% to 5%": (0.01, 0.05), "above 5%": (0.05, 1.0)}
EVERYONE = "everyone"


def groups(comparison: Comparison) -> list[Stratum]:
    """Return populations, and superpopulations of several, with `LEAST_PEOPLE` on either side."""
    found: list[Stratum] = []
    for column in ("population", "superpopulation"):
        for stratum in labelled(comparison, column, LEAST_PEOPLE):
            if not any(_same(stratum, other) for other in found):
                found.append(stratum)
    return found


def labelled(comparison: Comparison, column: str, least: int) -> list[Stratum]:
    """Return one stratum for each label that at least `least` people on either side have."""
    train = labels(comparison.train, column)
    holdout = labels(comparison.holdout, column)
    if train is None or holdout is None:
        return []
    train, holdout = train.astype(str), holdout.astype(str)
    strata = [
        Stratum(str(label), np.flatnonzero(train == label), np.flatnonzero(holdout == label))
        for label in np.intersect1d(train, holdout)
        if label
    ]
    return [s for s in strata if min(len(s.train), len(s.holdout)) >= least]


def everyone(comparison: Comparison) -> list[Stratum]:
    """Return populations of any size with two people on either side; one group without labels."""
    sizes = (comparison.train.n_individuals, comparison.holdout.n_individuals)
    whole = Stratum(EVERYONE, *(np.arange(n) for n in sizes))
    return labelled(comparison, "population", 2) or [whole]


def by_distance(comparison: Comparison) -> PersonScores:
    """Score people by minus the distance to the nearest artificial haplotype."""
    return _scores(comparison, comparison.train, comparison.holdout, comparison.artificial)


def by_runs(comparison: Comparison) -> PersonScores:
    """Score people by the longest run shared with any artificial haplotype, rare alleles more."""
    train, holdout = comparison.train, comparison.holdout
    weights = surprise(train.haplotypes, holdout.haplotypes)
    scores = [
        longest_runs(people, comparison.artificial, weights, comparison.threads)
        for people in (train, holdout)
    ]
    return PersonScores(scores[0], scores[1], _families(comparison))


def by_class(comparison: Comparison) -> dict[str, tuple[int, PersonScores]]:
    """Score people by distance at the sites of each class of minor-allele frequency.

    Frequencies are those of train and holdout together, so that neither side is favoured.

    Returns
    -------
    dict
        Name of the class to its number of sites and the scores; classes of fewer than
        `LEAST_SITES` sites are left out.
    """
    panels = comparison.train, comparison.holdout
    copies = sum(panel.haplotypes.sum(axis=0, dtype=np.int64) for panel in panels)
    frequency = copies / sum(panel.n_haplotypes for panel in panels)
    minor = np.minimum(frequency, 1.0 - frequency)
    found = {}
    for name, (low, high) in CLASSES.items():
        sites = np.flatnonzero((minor > 0) & (minor >= low) & (minor < high))
        if len(sites) >= LEAST_SITES:
            people = [panel.take_sites(sites) for panel in (*panels, comparison.artificial)]
            found[name] = (len(sites), _scores(comparison, *people))
    return found


def _scores(comparison: Comparison, train: Panel, holdout: Panel, made: Panel) -> PersonScores:
    return PersonScores(
        person_scores(train, made, comparison.threads),
        person_scores(holdout, made, comparison.threads),
        _families(comparison),
    )


def _families(comparison: Comparison) -> Int64s:
    return kin_groups(comparison.train.samples, comparison.holdout.samples)[::2]


def _same(one: Stratum, other: Stratum) -> bool:
    return np.array_equal(one.train, other.train) and np.array_equal(one.holdout, other.holdout)
