"""Leakage by population and by frequency class: nobody is averaged away."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from imaginome.arrays import Float64s, Indices, Int64s
from imaginome.citations import cite
from imaginome.kernels.ranks import placements
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.labels import labels
from imaginome.panel import Panel
from imaginome.panel.units import units
from imaginome.privacy.attacks.membership import person_scores
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy, judge
from imaginome.privacy.scores.person_runs import longest_runs, surprise
from imaginome.results import (
    AttackResult,
    Cell,
    Estimate,
    Figure,
    Finding,
    Series,
    Status,
    Table,
    severity,
)

# -- Members against non-members of the same group -------------------------------------------------


@dataclass(frozen=True, eq=False)
class Stratum:
    """People of one group.

    Attributes
    ----------
    name
        What the group is called.
    train, holdout
        ``intp``: its individuals in either panel.
    """

    name: str
    train: Indices
    holdout: Indices

    def weight(self) -> float:
        """Return the weight among strata at which an average of areas varies least."""
        return len(self.train) * len(self.holdout) / (len(self.train) + len(self.holdout) + 1.0)


@dataclass(frozen=True, eq=False)
class PersonScores:
    """One score a person, of members and non-members, and which family they are of.

    Attributes
    ----------
    train, holdout
        ``float64``: higher is more like a member.
    families
        ``int64``: number of the family (or individual) of each, train before holdout.
    """

    train: Float64s
    holdout: Float64s
    families: Int64s

    def area(self, strata: Sequence[Stratum], comparisons: int = 1) -> Estimate:
        """Return P(member scores higher than a non-member of the same group), ties one half.

        The artificial panel is the one to be released and stays; the error is that of drawing
        people. Its variance is the sum of squared influences of families (DeLong et al. 1988
        for independent people), and no less than that of equal distributions, (n + m + 1) /
        (12 n m) in one group of n and m. Both bounds together hold for small groups, and where
        everybody is recognised.

        Parameters
        ----------
        strata
            Groups; areas are averaged with their weights. None is empty.
        comparisons
            How many areas are looked at: the interval is widened for all (Bonferroni).
        """
        weights = np.array([stratum.weight() for stratum in strata])
        weights = weights / weights.sum()
        value, null = 0.0, 0.0
        influence = np.zeros(len(self.families))
        for share, stratum in zip(weights, strata, strict=True):
            area = self._add_influence(stratum, share, influence)
            n, m = len(stratum.train), len(stratum.holdout)
            value += share * area
            null += share**2 * (n + m + 1) / (12 * n * m)
        spread = float((np.bincount(self.families, influence) ** 2).sum())
        margin = float(norm.ppf(1 - 0.025 / comparisons)) * math.sqrt(max(null, spread))
        return Estimate(value=value, low=max(0.0, value - margin), high=min(1.0, value + margin))

    def _add_influence(self, stratum: Stratum, share: float, influence: Float64s) -> float:
        """Return the area of one group; add the influence of each of its people."""
        members, others = self.train[stratum.train], self.holdout[stratum.holdout]
        n, m = len(members), len(others)
        beaten, beating = placements(members, others)
        area = float(beaten.mean())
        influence[stratum.train] += share * (beaten - area) / max(n - 1, 1)
        influence[len(self.train) + stratum.holdout] += share * (beating - area) / max(m - 1, 1)
        return area


# -- Groups of people ------------------------------------------------------------------------------


LEAST_PEOPLE = 10
"""Fewest people of a group in train and in the holdout for a figure of its own."""
LEAST_SITES = 20
"""Fewest sites in a class of frequencies."""
CLASSES = {"below 1%": (0.0, 0.01), "1% to 5%": (0.01, 0.05), "above 5%": (0.05, 1.0)}
EVERYONE = "everyone"


def groups(comparison: Comparison) -> list[Stratum]:
    """Return populations, and superpopulations of several, with `LEAST_PEOPLE` on either side."""
    strata: list[Stratum] = []
    for column in ("population", "superpopulation"):
        for stratum in labelled(comparison, column, LEAST_PEOPLE):
            if not any(_same(stratum, other) for other in strata):
                strata.append(stratum)
    return strata


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
    scores = {}
    for name, (low, high) in CLASSES.items():
        sites = np.flatnonzero((minor > 0) & (minor >= low) & (minor < high))
        if len(sites) >= LEAST_SITES:
            people = [panel.take_sites(sites) for panel in (*panels, comparison.artificial)]
            scores[name] = (len(sites), _scores(comparison, *people))
    return scores


def _scores(comparison: Comparison, train: Panel, holdout: Panel, made: Panel) -> PersonScores:
    return PersonScores(
        person_scores(train, made, comparison.threads),
        person_scores(holdout, made, comparison.threads),
        _families(comparison),
    )


def _families(comparison: Comparison) -> Int64s:
    return units(comparison.train.samples, comparison.holdout.samples)


def _same(one: Stratum, other: Stratum) -> bool:
    return np.array_equal(one.train, other.train) and np.array_equal(one.holdout, other.holdout)


# -- The attack, group by group --------------------------------------------------------------------


BASELINE = 0.5


Areas = dict[str, Estimate]


class Groups(Attack):
    """Membership within one's own group, group by group and by frequency of alleles."""

    id = "groups"
    name = "Membership by population and by allele frequency"
    description = (
        "Guesses membership among people of the same population, by the nearest artificial "
        "haplotype and by the longest shared run, for each population and class of frequencies."
    )
    blind_spot = (
        "A few people of a group cannot be told from chance, and in small groups only a leak of "
        "most of their members is; without population labels groups are not looked at."
    )
    citations = cite(
        kulynych2022="groups are not equally vulnerable to membership inference",
        chen2020="membership from the distance to the nearest generated record",
        durbin2014="longest shared runs in time linear in the panel",
        delong1988="variance of an area under the curve",
    )
    area = "membership"
    sees = "everyone"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack each group on its own, then everyone within their group."""
        strata, all_strata = groups(comparison), everyone(comparison)
        scores = {"distance": by_distance(comparison), "run": by_runs(comparison)}
        areas = _by_group(strata, scores)
        classes = by_class(comparison)
        by_frequency = {
            name: scored.area(all_strata, len(classes)) for name, (_, scored) in classes.items()
        }
        within = scores["run"].area(all_strata)
        return self.result(
            findings=[
                _population(areas, policy),
                _within(within, policy),
                _frequency(by_frequency, policy),
            ],
            figures=_figure(strata, areas),
            tables=[
                _group_table(strata, areas),
                _class_table({name: n for name, (n, _) in classes.items()}, by_frequency),
            ],
            notes=_notes(strata),
        )


def _notes(strata: list[Stratum]) -> list[str]:
    looked = (
        f"{len(strata)} populations and superpopulations with at least {LEAST_PEOPLE} people in "
        "train and in the holdout are looked at."
        if strata
        else f"No population label with {LEAST_PEOPLE} people in train and in the holdout: groups "
        "are not looked at, and people are compared with everybody or with their small group."
    )
    return [
        looked,
        "The area is the probability that a train member scores higher than a holdout person of "
        "the same population, ties one half. Scores are minus the distance to the nearest "
        "artificial haplotype, and the longest identical run shared with one, weighted by the "
        "rarity of its alleles; the better of the two haplotypes of a person counts. Holdout "
        "people are the non-members, so the control is inside the measure.",
        "Intervals are over people (families where known) and hold for all groups, or classes, "
        "together (Bonferroni); the artificial panel is the one to be released and stays.",
    ]


def _by_group(strata: list[Stratum], scores: Mapping[str, PersonScores]) -> dict[str, Areas]:
    """Return the area of each group by each score, with intervals for all together."""
    comparisons = len(strata) * len(scores)
    return {
        kind: {stratum.name: scored.area([stratum], comparisons) for stratum in strata}
        for kind, scored in scores.items()
    }


def _population(areas: Mapping[str, Areas], policy: Policy) -> Finding:
    flat = {
        f"{group}, by {kind}": area
        for kind, by_group in areas.items()
        for group, area in by_group.items()
    }
    empty = f"no population label with {LEAST_PEOPLE} people in train and in the holdout"
    return _worst("population", "worst population", flat, empty, policy, key=True)


def _frequency(areas: Areas, policy: Policy) -> Finding:
    empty = f"fewer than {LEAST_SITES} sites in each class"
    return _worst("frequency", "worst class of allele frequencies", areas, empty, policy)


def _worst(
    what: str, name: str, areas: Areas, empty: str, policy: Policy, *, key: bool = False
) -> Finding:
    """Judge every area and return the gravest, of equals the one that is surest above guessing."""
    if not areas:
        return _finding(what, name, Estimate(value=None), ("unknown", empty), key=key)
    judged = {label: _judge(area, policy) for label, area in areas.items()}
    label = max(areas, key=lambda one: (severity(judged[one][0]), areas[one].low or 0.0))
    status, reason = judged[label]
    alike = sum(1 for other, _ in judged.values() if other == status)
    return _finding(
        what,
        name,
        areas[label],
        (status, f"{reason} ({label}; {alike} of {len(areas)} looked at are judged so)"),
        key=key,
    )


def _within(area: Estimate, policy: Policy) -> Finding:
    name = "longest shared run, against people of the same population"
    return _finding("within", name, area, _judge(area, policy), key=True)


def _judge(area: Estimate, policy: Policy) -> tuple[Status, str]:
    return judge(
        area, policy.membership_caution, policy.membership_fail, BASELINE, doubtful="unknown"
    )


def _finding(
    what: str, name: str, strength: Estimate, judgement: tuple[Status, str], *, key: bool = False
) -> Finding:
    return Finding(
        id=f"groups.{what}",
        name=f"Membership by group: {name}",
        unit="area",
        strength=strength,
        baseline=BASELINE,
        status=judgement[0],
        reason=judgement[1],
        key=key,
    )


def _group_table(strata: list[Stratum], areas: Mapping[str, Areas]) -> Table:
    rows: list[list[Cell]] = []
    for stratum in strata:
        cells = [cell for kind in areas for cell in _cells(areas[kind][stratum.name])]
        rows.append([stratum.name, len(stratum.train), len(stratum.holdout), *cells])
    heads = [head for kind in areas for head in (f"area by {kind}", "low", "high")]
    return Table(
        id="groups.populations",
        title="Membership by population, intervals for all together",
        columns=["population", "in train", "in holdout", *heads],
        rows=rows,
    )


def _class_table(n_sites: Mapping[str, int], areas: Areas) -> Table:
    return Table(
        id="groups.frequencies",
        title="Membership by minor-allele frequency, intervals for all together",
        columns=["frequency", "sites", "area by distance", "low", "high"],
        rows=[[name, n_sites[name], *_cells(area)] for name, area in areas.items()],
    )


def _cells(area: Estimate) -> list[float | None]:
    return [None if v is None else round(v, 4) for v in (area.value, area.low, area.high)]


def _figure(strata: list[Stratum], areas: Mapping[str, Areas]) -> list[Figure]:
    """Draw the areas of all groups with their intervals."""
    if not strata:
        return []
    names: list[float | str] = [stratum.name for stratum in strata]
    half: list[float | str | None] = [BASELINE] * len(names)
    series = [_series(kind, names, by_group) for kind, by_group in areas.items()]
    return [
        Figure(
            id="groups.areas",
            title="Membership by population",
            reading="At one half the attacker guesses; a population whose whole interval lies "
            "above it is recognised, however the others fare.",
            kind="points",
            x_label="population",
            y_label="area under the curve",
            series=[*series, Series(name="guessing", role="baseline", x=names, y=half)],
        )
    ]


def _series(kind: str, names: list[float | str], by_group: Areas) -> Series:
    areas = [by_group[str(name)] for name in names]
    return Series(
        name=f"by {kind}",
        role="artificial" if kind == "run" else "train",
        x=names,
        y=[area.value for area in areas],
        low=[area.low for area in areas],
        high=[area.high for area in areas],
    )


ITEM = Groups
