"""Ancestry proportions: people as mixed as real ones, from the same populations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.kernels.transport import wasserstein_1d
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import COMPARED, SHOWN, Comparison
from imaginome.metrics.fst import shared_populations
from imaginome.metrics.labels import members
from imaginome.metrics.measures import Sample, axis, measure, shorts
from imaginome.metrics.resample import PANELS
from imaginome.panel import Haplotypes
from imaginome.results import Cell, Figure, Measure, MetricResult, Series, Table

# -- Ancestry proportions of individuals -----------------------------------------------------------


PIECE = 128
CYCLES = 20
"""Cycles of three rounds of EM."""
FLOOR = 1e-4
"""Extrapolation leaves every share above this: EM cannot raise a share of zero."""
LONGEST = 64.0
TINY = 1e-12
PSEUDOCOUNT = 0.5


def dosages(haplotypes: Haplotypes, sites: Indices) -> Float32s:
    """Return how many ALT alleles individuals carry: ``(n_individuals, n_sites)``."""
    chosen = haplotypes[:, sites]
    return (chosen[0::2] + chosen[1::2]).astype(np.float32)


@dataclass(frozen=True)
class References:
    """Allele counts of the populations that ancestry is attributed to.

    Attributes
    ----------
    counts
        ``float64``, shape ``(k, n_sites)``: ALT alleles.
    sizes
        ``float64``, shape ``(k,)``: haplotypes.
    """

    counts: Float64s
    sizes: Float64s

    @classmethod
    def of(cls, people: Float32s, groups: list[Indices]) -> References:
        """Count the alleles of groups of people."""
        counts = np.array([people[group].sum(axis=0, dtype=np.float64) for group in groups])
        return cls(counts, np.array([2.0 * len(group) for group in groups]))

    def frequencies(self) -> Float64s:
        """Return allele frequencies, kept off 0 and 1 by half an allele of either kind."""
        return np.asarray((self.counts + PSEUDOCOUNT) / (self.sizes[:, None] + 2 * PSEUDOCOUNT))

    def shifts(self, people: Float32s, own: Indices) -> Float32s:
        """Return how each person's own frequencies change when the person is left out.

        Parameters
        ----------
        people
            Dosages.
        own
            Number of each person's population; -1 for those who are in none.
        """
        known = own >= 0
        sizes = np.where(known, self.sizes[own], 4.0)[:, None]
        without = (self.counts[own] - people + PSEUDOCOUNT) / (sizes - 2 + 2 * PSEUDOCOUNT)
        shifts = np.where(known[:, None], without - self.frequencies()[own], 0.0)
        return shifts.astype(np.float32)


def proportions(
    people: Float32s, references: References, own: Indices | None = None, threads: int = 1
) -> Float64s:
    """Return the ancestry proportions of individuals that are likeliest given the references.

    The model of Tang et al. (2005) and Alexander et al. (2009) with known frequencies: every
    allele comes from population k with probability q_k. EM from equal shares, accelerated; the
    likelihood is concave in q, so that the start does not matter.

    Parameters
    ----------
    people
        ``float32``, shape ``(n, n_sites)``: ALT alleles of each individual.
    references
        The populations.
    own
        ``(n,)``: population in which an individual was counted (-1: none). Its alleles are taken
        out again, so that the proportions of these people are as those of strangers.
    threads
        Number of threads; no result depends on it.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n, k)``; rows sum to one.
    """
    frequencies = references.frequencies().astype(np.float32)

    def one(piece: slice) -> Float64s:
        shifts = None if own is None else references.shifts(people[piece], own[piece])
        rows = None if own is None else own[piece]
        likelihood = _Likelihood(people[piece], frequencies, shifts, rows)
        return _maximised(likelihood, len(people[piece]), len(frequencies))

    # One thread a product: with several, rounding would depend on their number.
    with threadpool_limits(1):
        return np.concatenate(map_pieces(one, pieces(len(people), PIECE), threads))


class _Likelihood:
    """The likelihood of the proportions of some people."""

    def __init__(
        self, people: Float32s, frequencies: Float32s, shifts: Float32s | None, own: Indices | None
    ) -> None:
        self._alt = people
        self._ref = 2 - people
        self._frequencies = frequencies
        self._shifts = shifts
        # Those in no population have a shift of zero: whose share it is does not matter.
        self._own = (np.arange(len(people)), own)

    def step(self, q: Float32s) -> Float32s:
        """Return the proportions after one round of EM."""
        expected = q @ self._frequencies
        if self._shifts is not None:
            expected += q[self._own][:, None] * self._shifts
        alt = self._alt / expected
        ref = self._ref / (1 - expected)
        alt -= ref
        explained = alt @ self._frequencies.T
        if self._shifts is not None:
            explained[self._own] += np.einsum("ij,ij->i", alt, self._shifts)
        return _normalised(q * (explained + ref.sum(axis=1)[:, None]))


def _maximised(likelihood: _Likelihood, n: int, k: int) -> Float64s:
    """Run EM from equal shares, extrapolating each person's path (Varadhan and Roland 2008)."""
    q = np.full((n, k), 1 / k, dtype=np.float32)
    for _ in range(CYCLES):
        first = likelihood.step(q)
        second = likelihood.step(first)
        change = first - q
        bend = second - first - change
        length = np.sqrt((change**2).sum(axis=1) / np.maximum((bend**2).sum(axis=1), TINY))
        length = np.clip(length, 1.0, LONGEST)[:, None]
        q = _normalised(np.maximum(q + 2 * length * change + length**2 * bend, FLOOR))
        # A round of EM mends what the extrapolation overshot.
        q = likelihood.step(q)
    return likelihood.step(q).astype(np.float64)


def _normalised(q: Float32s) -> Float32s:
    return np.asarray(q / q.sum(axis=1, keepdims=True))


# -- Figures and tables of ancestry proportions ----------------------------------------------------


BINS = 20
FEWEST = 5
"""Bins with fewer people are left empty."""

Shares = dict[str, Float64s]


def figures(shares: Shares, ancestries: list[str]) -> list[Figure]:
    """Return mean proportions as bars and the distribution of proportions as heat maps."""
    return [_mean(shares, ancestries), _distribution(shares, ancestries)]


def _mean(shares: Shares, ancestries: list[str]) -> Figure:
    names: list[float | str] = list(ancestries)
    return Figure(
        id="ancestry.mean",
        title="Mean ancestry proportions",
        reading="Bars of equal height: the panel as a whole descends from the populations that "
        "real people descend from, in the same shares.",
        kind="bars",
        x_label="ancestry",
        y_label="mean proportion",
        series=[
            Series(name=name, role=name, x=names, y=list(shorts(shares[name].mean(axis=0))))
            for name in SHOWN
        ],
    )


def _distribution(shares: Shares, ancestries: list[str]) -> Figure:
    edges = np.linspace(0.0, 1.0, BINS + 1)
    middle = axis((edges[1:] + edges[:-1]) / 2)
    series = []
    for name in SHOWN:
        # Rounding may leave a proportion just above one.
        rows = [np.histogram(np.minimum(column, 1.0), edges)[0] for column in shares[name].T]
        cells = np.array(rows, dtype=np.float64)
        cells[cells < FEWEST] = 0
        z = [shorts(row) for row in np.log10(1 + cells)]
        series.append(Series(name=name, role=name, x=middle, y=list(ancestries), z=z))
    return Figure(
        id="ancestry.distribution",
        title="Distribution of ancestry proportions",
        reading="The same maps: as many people of one ancestry (at the ends) and of mixed "
        "ancestry (in between) as among real people. Colour is log10(1 + people); bins of fewer "
        f"than {FEWEST} are empty.",
        kind="heatmaps",
        x_label="share of ancestry",
        y_label="ancestry",
        series=series,
    )


def tables(
    shares: Shares,
    ancestries: list[str],
    rows: dict[str, list[Indices]],
    populations: list[str],
    column: str,
) -> list[Table]:
    """Return mean proportions by population, where all panels have populations."""
    if not populations:
        return []
    order = ("holdout", "artificial", "train")
    cells: list[list[Cell]] = []
    for p, population in enumerate(populations):
        means = [shorts(shares[name][rows[name][p]].mean(axis=0)) for name in order]
        cells += [
            [population, ancestry, *(mean[k] for mean in means)]
            for k, ancestry in enumerate(ancestries)
        ]
    return [
        Table(
            id="ancestry.by_population",
            title=f"Mean ancestry proportions by {column}",
            columns=[column, "ancestry", *order],
            rows=cells,
        )
    ]


# -- Ancestry proportions --------------------------------------------------------------------------


MOST_SITES = 2_000
RAREST = 0.01
"""Sites rarer than this in the holdout say too little about ancestry to be read."""

TITLES = {
    "distribution": "Distance between distributions of ancestry proportions",
    "mean": "Mean absolute error of mean ancestry proportions",
    "by_population": "The same within populations",
}
UNITS = {"distribution": "Wasserstein-1, in units of the proportion"}


class Ancestry(Metric):
    """Metric 4, its last part: ancestry proportions of individuals."""

    id = "ancestry"
    topic = "structure"
    name = "Ancestry proportions"
    description = "Whether people descend from the populations, and mixtures, that real ones do."
    citations = cite(
        tang2005="ancestry proportions by maximum likelihood, fitted by EM",
        alexander2009="the likelihood of ancestry proportions",
        varadhan2008="extrapolation of the EM algorithm",
        efron1979="intervals by resampling individuals",
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
        update = {
            "figures": figures(shares, list(groups)),
            "tables": tables(shares, list(groups), rows, populations, column),
        }
        return result.model_copy(update=update)

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
            *(_sample(key, name, shares, rows, weights) for name in COMPARED),
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
    means = []
    for rows in groups:
        total = weights[:, rows].sum(axis=1, dtype=np.float64)[:, None]
        # A replicate without anyone of a small group takes the group as it is.
        w = np.where(total > 0, weights[:, rows], 1.0)
        means.append(w @ shares[rows] / w.sum(axis=1, keepdims=True))
    return np.stack(means, axis=1)


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
