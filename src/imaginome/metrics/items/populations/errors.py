"""Populations that all panels have, and errors within each, with replicates over its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.linkage import PackedSites, r2_from_counts
from imaginome.kernels.statistics import lost_share, ratio
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.comparison import COMPARED, Comparison
from imaginome.metrics.labels import FEWEST, labels, members
from imaginome.metrics.resample import PANELS, Resampled, some
from imaginome.panel import Panel, Samples, Sites, strings

# -- Populations that all panels have --------------------------------------------------------------


LEAST = 20
"""Within fewer people than this, errors of a sample hide any of a model."""
COLUMNS = ("population", "superpopulation")


@dataclass(frozen=True)
class Group:
    """The people of one label, equally many in each panel.

    Attributes
    ----------
    column, label
        ``population`` or ``superpopulation``, and which.
    panels
        ``artificial``, ``train`` and ``holdout``, reduced to these people.
    """

    column: str
    label: str
    panels: dict[str, Panel]

    @property
    def people(self) -> int:
        """Number of individuals in each panel."""
        return self.panels["holdout"].n_individuals


def population_groups(comparison: Comparison) -> list[Group]:
    """Return populations, then superpopulations, of `LEAST` people or more; smallest first.

    The larger panels of a group are reduced at random.

    Raises
    ------
    NotApplicable
        When a panel has no labels, or no label is that frequent in all three.
    """
    _require_labels(comparison)
    groups = [group for column in COLUMNS for group in _groups(comparison, column)]
    if not groups:
        raise NotApplicable(
            f"no population has {LEAST} people or more in train, holdout and artificial panel: "
            "compare more people"
        )
    return groups


def left_out(comparison: Comparison, groups: list[Group]) -> str:
    """Say which populations of the holdout were not measured; those of few people unnamed."""
    measured = {group.label for group in groups if group.column == "population"}
    known = set(members(comparison.holdout, "population", 1)) - measured
    if not known:
        return ""
    named = sorted(known & set(members(comparison.holdout, "population", FEWEST)))
    few = len(known) - len(named)
    words = [", ".join(named)] if named else []
    words += [f"{few} of fewer than {FEWEST} people"] if few else []
    return (
        f"Left out, because train, holdout or artificial panel have fewer than {LEAST} of "
        f"their people: {' and '.join(words)}."
    )


def _require_labels(comparison: Comparison) -> None:
    for name, what_to_do in (
        ("holdout", "give labels of the real people with --samples"),
        ("train", "give labels of the real people with --samples"),
        (
            "artificial",
            "fit a model that knows populations with --samples, or give the labels with "
            "--artificial-samples",
        ),
    ):
        if all(labels(getattr(comparison, name), column) is None for column in COLUMNS):
            raise NotApplicable(f"the people of the {name} panel have no labels: {what_to_do}")


def _groups(comparison: Comparison, column: str) -> list[Group]:
    by_panel = {name: members(getattr(comparison, name), column, LEAST) for name in PANELS}
    shared = set.intersection(*(set(groups) for groups in by_panel.values()))
    groups = [
        _group(comparison, column, label, {name: by_panel[name][label] for name in PANELS})
        for label in sorted(shared)
    ]
    return sorted(groups, key=lambda group: (group.people, group.label))


def _group(comparison: Comparison, column: str, label: str, rows: dict[str, Indices]) -> Group:
    size = min(len(people) for people in rows.values())
    panels = {}
    for name, people in rows.items():
        rng = comparison.rng("populations", column, label, name)
        chosen = np.sort(rng.permutation(people)[:size])
        panels[name] = getattr(comparison, name).take_individuals(chosen)
    return Group(column, label, panels)


# -- Errors within one population ------------------------------------------------------------------


NEAR = 50
"""Pairs up to this many sites apart are compared."""
MOST_PAIRS = 50_000
INTERVAL_SITES = 3_000
INTERVAL_PAIRS = 3_000
"""Intervals come from this many sites and pairs, drawn at random; values from all of them."""
TRIPLES = 30
"""How often real people are divided by three, to see how ratios vary by chance."""

Errors = dict[str, Float64s]
"""Frequency, linkage, lost, fst and diversity; replicates, if any, along the last axis."""


@dataclass(frozen=True)
class Places:
    """Where populations are compared: pairs of near sites, and parts of it for intervals."""

    first: Indices
    second: Indices
    sites: Indices
    pairs: Indices

    @classmethod
    def of(cls, comparison: Comparison) -> Places:
        """Choose pairs and sites of a comparison, the same in all populations."""
        rng = comparison.rng("pairs", "populations")
        first, second = near_pairs(comparison.holdout.sites)
        kept = some(len(first), MOST_PAIRS, rng)
        first, second = first[kept], second[kept]
        sites = some(comparison.holdout.n_sites, INTERVAL_SITES, rng)
        return cls(first, second, sites, some(len(first), INTERVAL_PAIRS, rng))


@dataclass(frozen=True)
class GroupErrors:
    """Errors within one group.

    Attributes
    ----------
    values
        Errors of the artificial and of the train panel against the holdout.
    spread
        The same with the people of all panels drawn anew.
    chance
        Errors of two samples of real people against a third, many times: how much an error
        varies from sample to sample. The samples divide the people of train and holdout by
        three; people drawn with replacement would vary by how often each is drawn as well, which
        other real people do not. All sites and pairs are used, as for `values`.
    """

    group: Group
    values: dict[str, Errors]
    spread: dict[str, Errors]
    chance: tuple[Errors, Errors]

    def ratio(self, kind: str) -> Float64s:
        """Return the error of the artificial panel in units of its ceiling."""
        return ratio(self.values["artificial"][kind], self.values["train"][kind])

    def ratio_spread(self, kind: str) -> Float64s:
        """Return replicates of `ratio`."""
        return ratio(self.spread["artificial"][kind], self.spread["train"][kind])

    def ratio_by_chance(self, kind: str) -> Float64s:
        """Return what `ratio` would be for another sample of real people, many times."""
        one, other = self.chance
        return ratio(one[kind], other[kind])


def near_pairs(sites: Sites) -> tuple[Indices, Indices]:
    """Return all pairs of sites of one contig that are up to `NEAR` sites apart."""
    _, contig = np.unique(sites.contig.astype(str), return_inverse=True)
    first = np.repeat(np.arange(len(sites)), NEAR)
    second = first + np.tile(np.arange(1, NEAR + 1), len(sites))
    inside = second < len(sites)
    first, second = first[inside], second[inside]
    same = contig[first] == contig[second]
    return first[same], second[same]


def errors(counts: Float64s, real: Float64s, r2: Float64s, real_r2: Float64s, n: int) -> Errors:
    """Compare a panel with a real one of as many haplotypes.

    Parameters
    ----------
    counts, real
        ALT allele counts; sites along the last axis, replicates before it.
    r2, real_r2
        Of pairs, likewise; NaN where a site is fixed, which counts as 0. Where that is so in one
        of the panels only, the error is at least ``1 / n``, what chance alone makes of r2: else
        fixing the sites of a pair would come nearer to real people than other real people do.
    n
        Number of haplotypes of each.

    Returns
    -------
    dict
        ``frequency``: mean absolute error of allele frequencies; ``linkage``: that of r2;
        ``lost``: share of sites lost; ``fst``: F_ST between the two (Hudson's estimator);
        ``diversity``: mean pairwise difference in units of the real one.
    """
    p, q = counts / n, real / n
    own, other = p * (1 - p) / (n - 1), q * (1 - q) / (n - 1)
    between = ((p - q) ** 2 - own - other).sum(axis=-1)
    apart = np.abs(np.nan_to_num(r2) - np.nan_to_num(real_r2))
    apart = np.where(np.isnan(r2) ^ np.isnan(real_r2), np.maximum(apart, 1 / n), apart)
    return {
        "frequency": np.abs(p - q).mean(axis=-1),
        "linkage": ratio(apart.sum(axis=-1), apart.shape[-1]),
        "lost": lost_share(counts, real, n, n),
        "fst": ratio(between, (p * (1 - q) + q * (1 - p)).sum(axis=-1)),
        "diversity": ratio(own.sum(axis=-1), other.sum(axis=-1)),
    }


def compare(comparison: Comparison, group: Group, places: Places) -> GroupErrors:
    """Compare the people of one group; see `GroupErrors`."""
    n = 2 * group.people
    whole, drawn = {}, {}
    for name in PANELS:
        packed = PackedSites(group.panels[name].haplotypes)
        r2 = packed.r2(places.first, places.second)
        counts = packed.counts.astype(np.float64)
        whole[name] = (counts, r2)
        drawn[name] = _drawn(comparison, group, name, places)
    return GroupErrors(
        group,
        {name: _against(whole[name], whole["holdout"], n) for name in COMPARED},
        {name: _against(drawn[name], drawn["holdout"], n) for name in COMPARED},
        _by_chance(comparison, group, places),
    )


def _by_chance(comparison: Comparison, group: Group, places: Places) -> tuple[Errors, Errors]:
    """Compare samples of the real people of a group with each other; see `GroupErrors.chance`."""
    panels = [group.panels[name] for name in ("train", "holdout")]
    haplotypes = np.concatenate([panel.haplotypes for panel in panels])
    names = strings([str(i) for i in range(2 * group.people)])
    real = Panel(haplotypes, panels[0].sites, Samples(names))
    rng = comparison.rng("chance", "populations", group.column, group.label)
    drawn = np.stack(
        [rng.permutation(2 * group.people) for _ in range(min(comparison.replicates, TRIPLES))]
    )
    size = 2 * group.people // 3
    one, other, third = (
        _counted(real, drawn[:, start : start + size], places) for start in (0, size, 2 * size)
    )
    return _against(one, third, 2 * size), _against(other, third, 2 * size)


def _counted(real: Panel, people: Indices, places: Places) -> tuple[Float64s, Float64s]:
    """Return allele counts and r2 at all sites and pairs among `people`, replicates first."""
    weights = np.zeros((len(people), real.n_individuals), dtype=np.float32)
    np.put_along_axis(weights, people, 1.0, axis=1)
    drawn = Resampled(real, weights)
    counts = drawn.counts(np.arange(real.n_sites))
    both = drawn.counts(places.first, places.second)
    a, b = counts[:, places.first], counts[:, places.second]
    return counts, r2_from_counts(both, a, b, 2 * people.shape[1])


def _against(one: tuple[Float64s, Float64s], real: tuple[Float64s, Float64s], n: int) -> Errors:
    return errors(one[0], real[0], one[1], real[1], n)


def _drawn(
    comparison: Comparison, group: Group, name: str, places: Places
) -> tuple[Float64s, Float64s]:
    """Return allele counts and r2 with the people of a group drawn anew; replicates first."""
    rng = comparison.rng("bootstrap", "populations", group.column, group.label, name)
    weights = individual_weights(group.people, comparison.replicates, rng)
    panel = Resampled(group.panels[name], weights)
    first, second = places.first[places.pairs], places.second[places.pairs]
    both = panel.counts(first, second)
    r2 = r2_from_counts(both, panel.counts(first), panel.counts(second), panel.n)
    return panel.counts(places.sites), r2
