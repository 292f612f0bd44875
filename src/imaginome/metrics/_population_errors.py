"""Errors within one population, with replicates over its people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.metrics._pairs import PackedSites, r2_from_counts
from imaginome.metrics._population_groups import Group
from imaginome.metrics._resample import PANELS, Resampled, some
from imaginome.metrics._statistics import Values, ratio
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.frequency import lost_share
from imaginome.panel import Sites

NEAR = 50
"""Pairs up to this many sites apart are compared."""
MOST_PAIRS = 50_000
INTERVAL_SITES = 3_000
INTERVAL_PAIRS = 3_000
"""Intervals come from this many sites and pairs, drawn at random; values from all of them."""
KINDS = ("frequency", "linkage", "lost", "fst", "diversity")
COMPARED = ("artificial", "train")

Index = npt.NDArray[np.intp]
Errors = dict[str, Values]
"""Each of `KINDS`; replicates, where there are any, along the last axis."""


@dataclass(frozen=True)
class Places:
    """Where populations are compared: pairs of near sites, and parts of it for intervals."""

    first: Index
    second: Index
    sites: Index
    pairs: Index

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
class Found:
    """What was found in one group.

    Attributes
    ----------
    values
        Errors of the artificial and of the train panel against the holdout.
    spread
        The same with the people of all panels drawn anew.
    chance
        Errors of train drawn anew against the holdout as it is: how much an error of real
        people varies from sample to sample.
    """

    group: Group
    values: dict[str, Errors]
    spread: dict[str, Errors]
    chance: Errors

    def ratio(self, kind: str) -> Values:
        """Return the error of the artificial panel in units of its ceiling."""
        return ratio(self.values["artificial"][kind], self.values["train"][kind])

    def ratio_spread(self, kind: str) -> Values:
        """Return replicates of `ratio`."""
        return ratio(self.spread["artificial"][kind], self.spread["train"][kind])

    def ratio_by_chance(self, kind: str) -> Values:
        """Return what `ratio` would be for another sample of real people, many times."""
        return ratio(self.chance[kind], np.roll(self.chance[kind], 1))


def near_pairs(sites: Sites) -> tuple[Index, Index]:
    """Return all pairs of sites of one contig that are up to `NEAR` sites apart."""
    _, contig = np.unique(sites.contig.astype(str), return_inverse=True)
    first = np.repeat(np.arange(len(sites)), NEAR)
    second = first + np.tile(np.arange(1, NEAR + 1), len(sites))
    inside = second < len(sites)
    first, second = first[inside], second[inside]
    same = contig[first] == contig[second]
    return first[same], second[same]


def errors(counts: Values, real: Values, r2: Values, real_r2: Values, n: int) -> Errors:
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


def compare(comparison: Comparison, group: Group, places: Places) -> Found:
    """Compare the people of one group; see `Found`."""
    n = 2 * group.people
    whole, drawn, fixed = {}, {}, {}
    for name in PANELS:
        packed = PackedSites(group.panels[name].haplotypes)
        r2 = packed.r2(places.first, places.second)
        counts = packed.counts.astype(np.float64)
        whole[name] = (counts, r2)
        fixed[name] = (counts[places.sites], r2[places.pairs])
        drawn[name] = _drawn(comparison, group, name, places)
    return Found(
        group,
        {name: _against(whole[name], whole["holdout"], n) for name in COMPARED},
        {name: _against(drawn[name], drawn["holdout"], n) for name in COMPARED},
        _against(drawn["train"], fixed["holdout"], n),
    )


def _against(one: tuple[Values, Values], real: tuple[Values, Values], n: int) -> Errors:
    return errors(one[0], real[0], one[1], real[1], n)


def _drawn(
    comparison: Comparison, group: Group, name: str, places: Places
) -> tuple[Values, Values]:
    """Return allele counts and r2 with the people of a group drawn anew; replicates first."""
    rng = comparison.rng("bootstrap", "populations", group.column, group.label, name)
    weights = individual_weights(group.people, comparison.replicates, rng)
    panel = Resampled(group.panels[name], weights)
    first, second = places.first[places.pairs], places.second[places.pairs]
    both = panel.counts(first, second)
    r2 = r2_from_counts(both, panel.counts(first), panel.counts(second), panel.n)
    return panel.counts(places.sites), r2
