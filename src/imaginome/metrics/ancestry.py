"""Ancestry proportions: people as mixed as real ones, from the same populations."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.citations import Citation
from imaginome.metrics._admixture import References, dosages, proportions
from imaginome.metrics._ancestry_figures import figures, tables
from imaginome.metrics._citations import ALEXANDER_2009, EFRON_1979, TANG_2005, VARADHAN_2008
from imaginome.metrics._fst import shared_populations
from imaginome.metrics._labels import members
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._transport import wasserstein_1d
from imaginome.metrics.base import Metric
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.results import Measure, MetricResult

MOST_SITES = 2_000
RAREST = 0.01
"""Sites rarer than this in the holdout say too little about ancestry to be read."""

NAMES = ("artificial", "train")
TITLES = {
    "distribution": "Distance between distributions of ancestry proportions",
    "mean": "Mean absolute error of mean ancestry proportions",
    "by_population": "The same within populations",
}
UNITS = {"distribution": "Wasserstein-1, in units of the proportion"}

Shares = dict[str, Float64s]


class Ancestry(Metric):
    """Metric 4, its last part: ancestry proportions of individuals."""

    id = "ancestry"
    topic = "structure"
    name = "Ancestry proportions"
    description = "Whether people descend from the populations, and mixtures, that real ones do."
    citations: ClassVar[tuple[Citation, ...]] = (
        TANG_2005,
        ALEXANDER_2009,
        VARADHAN_2008,
        EFRON_1979,
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare ancestry proportions; see `Metric.compute`."""
        groups = _ancestries(comparison)
        sites = _informative(comparison)
        if len(groups) < 2 or len(sites) == 0:
            return self._result(_nothing(groups), [])
        shares = _shares(comparison, groups, sites)
        column, populations = shared_populations(comparison)
        rows = {
            name: [members(getattr(comparison, name), column)[p] for p in populations]
            for name in PANELS
            if populations
        }
        result = self._result(
            _measures(comparison, shares, rows, column),
            [f"Read at {len(sites):,} sites, evenly spread over those that are not rare."],
        )
        found = {
            "figures": figures(shares, list(groups)),
            "tables": tables(shares, list(groups), rows, populations, column),
        }
        return result.model_copy(update=found)

    def _result(self, measures: list[Measure], notes: list[str]) -> MetricResult:
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=measures,
            citations=[citation.text() for citation in self.citations],
            notes=[
                *notes,
                "Allele frequencies of the ancestries are those of the holdout's labelled "
                "populations; people of the holdout are read without their own alleles, so that "
                "train and artificial are no stranger than they. Sites count as independent: in "
                "a short region proportions are cruder than over a genome, for all panels alike.",
                "An individual is a pair of haplotypes: where haplotypes of different ancestry are "
                "paired at random, people look more mixed than real ones are.",
                "Intervals keep the frequencies and draw individuals.",
            ],
        )


def _ancestries(comparison: Comparison) -> dict[str, Indices]:
    """Return the individuals of the holdout by superpopulation, or else by population."""
    groups = members(comparison.holdout, "superpopulation")
    return groups if len(groups) > 1 else members(comparison.holdout, "population")


def _informative(comparison: Comparison) -> Indices:
    """Return at most `MOST_SITES` sites, evenly spread, that are not rare in the holdout."""
    frequency = comparison.holdout.frequencies()
    common = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= RAREST)
    number = min(len(common), MOST_SITES)
    return common[(np.arange(number) + 0.5).astype(np.intp) * len(common) // max(number, 1)]


def _shares(comparison: Comparison, groups: dict[str, Indices], sites: Indices) -> Shares:
    """Return ancestry proportions of the people of each panel, ``(n_individuals, k)``."""
    people = {name: dosages(getattr(comparison, name).haplotypes, sites) for name in PANELS}
    references = References.of(people["holdout"], list(groups.values()))
    own = np.full(len(people["holdout"]), -1)
    for k, rows in enumerate(groups.values()):
        own[rows] = k
    return {
        name: proportions(
            people[name], references, own if name == "holdout" else None, comparison.threads
        )
        for name in PANELS
    }


def _measures(
    comparison: Comparison, shares: Shares, rows: dict[str, list[Indices]], column: str
) -> list[Measure]:
    weights = {
        name: individual_weights(
            len(shares[name]), comparison.replicates, comparison.rng("bootstrap", "ancestry", name)
        )
        for name in PANELS
    }
    within = f"Populations: labels of {column}." if rows else "Not all panels have labels of two "
    within += "" if rows else "or more populations in common."
    return [
        measure(
            f"ancestry.{key}",
            title,
            *(_sample(key, name, shares, rows, weights) for name in NAMES),
            unit=UNITS.get(key, "proportion"),
            best=0.0,
            bounds=(0.0, 1.0),
            key=key == "distribution",
            note=within if key == "by_population" else "",
        )
        for key, title in TITLES.items()
    ]


def _sample(
    key: str,
    name: str,
    shares: Shares,
    rows: dict[str, list[Indices]],
    weights: dict[str, Float32s],
) -> Sample:
    """Return one measure of a panel against the holdout, with its replicates."""
    if key == "by_population" and not rows:
        return Sample(float("nan"))
    pair = (name, "holdout")
    if key == "distribution":
        drawn = [
            [_drawn(shares[p], w) for p in pair for w in [weights[p][r]]]
            for r in range(len(weights[name]))
        ]
        return Sample(_distance(*(shares[p] for p in pair)), [_distance(*d) for d in drawn])
    groups = {p: rows[p] if key == "by_population" else [np.arange(len(shares[p]))] for p in pair}
    means = [_means(shares[p], groups[p], np.ones((1, len(shares[p])))) for p in pair]
    spread = [_means(shares[p], groups[p], weights[p]) for p in pair]
    return Sample(_error(*means)[0], _error(*spread))


def _drawn(shares: Float64s, weights: Float32s) -> Float64s:
    return np.repeat(shares, weights.astype(np.intp), axis=0)


def _distance(a: Float64s, b: Float64s) -> float:
    """Return the Wasserstein-1 distance of proportions, averaged over ancestries."""
    return float(wasserstein_1d(a.T, b.T).mean())


def _means(shares: Float64s, groups: list[Indices], weights: npt.NDArray[np.floating]) -> Float64s:
    """Return mean proportions by replicate and group, ``(replicates, n_groups, k)``."""
    found = []
    for rows in groups:
        total = weights[:, rows].sum(axis=1, dtype=np.float64)[:, None]
        # A replicate without anyone of a small group takes the group as it is.
        w = np.where(total > 0, weights[:, rows], 1.0)
        found.append(w @ shares[rows] / w.sum(axis=1, keepdims=True))
    return np.stack(found, axis=1)


def _error(a: Float64s, b: Float64s) -> Float64s:
    return np.asarray(np.abs(a - b).mean(axis=(1, 2)))


def _nothing(groups: dict[str, Indices]) -> list[Measure]:
    """Return the measures of panels whose ancestry cannot be read."""
    none = Sample(float("nan"))
    note = "Nothing in the holdout varies enough."
    if len(groups) < 2:
        note = "The holdout needs labels of at least two populations (of five people or more)."
    return [
        measure(
            f"ancestry.{key}", title, none, none, best=0.0, key=key == "distribution", note=note
        )
        for key, title in TITLES.items()
    ]


ITEM = Ancestry
