"""Allele frequencies: alleles as common as among real people, rare ones kept."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Bools, Float64s, Int64s
from imaginome.citations import cite
from imaginome.kernels.intervals import estimate
from imaginome.kernels.statistics import lost_share, mean_error, moments, pearson, ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.labels import shared_groups
from imaginome.metrics.measures import Sample, axis, estimated, heatmap, measure, shorts
from imaginome.metrics.resample import PANELS, resampled, some
from imaginome.results import Cell, Figure, Measure, MetricResult, Series, Table

# -- The folded site frequency spectrum ------------------------------------------------------------


def spectrum_edges(n: int) -> Int64s:
    """Return the first minor-allele count of each class: 1, 2, 3, ... then wider and wider.

    Classes grow by at least a fifth, so that counts that hardly any site has are pooled; the
    last edge is ``n // 2 + 1``.
    """
    edges = [1]
    while edges[-1] <= n // 2:
        edges.append(max(edges[-1] + 1, round(edges[-1] * 1.2)))
    edges[-1] = n // 2 + 1
    return np.array(edges, dtype=np.int64)


def folded_spectrum(counts: Float64s, n: int) -> Float64s:
    """Return the share of polymorphic sites in each class of minor-allele counts.

    Parameters
    ----------
    counts
        ALT allele counts, shape ``(..., n_sites)``.
    n
        Number of haplotypes.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., n_classes)``, classes from `spectrum_edges`; sums to 1, or NaN without a
        polymorphic site.
    """
    edges = spectrum_edges(n)
    minor = np.rint(np.minimum(counts, n - counts)).astype(np.int64)
    classes = np.digitize(minor, edges)
    flat = classes.reshape(-1, classes.shape[-1])
    found = np.array(
        [np.bincount(row, minlength=len(edges) + 1)[1 : len(edges)] for row in flat], dtype=float
    ).reshape(*classes.shape[:-1], len(edges) - 1)
    total = found.sum(axis=-1, keepdims=True)
    return np.where(total > 0, found / np.where(total > 0, total, 1.0), np.nan)


def jensen_shannon(p: Float64s, q: Float64s) -> Float64s:
    """Return the Jensen-Shannon divergence in bits (Lin 1991): 0 equal, 1 disjoint.

    Parameters
    ----------
    p, q
        Distributions along the last axis.
    """
    middle = (p + q) / 2
    return (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2


def _relative_entropy(p: Float64s, q: Float64s) -> Float64s:
    inside = np.where(p > 0, p / np.where(p > 0, q, 1.0), 1.0)
    terms = np.where(np.isnan(p) | np.isnan(q), np.nan, p * np.log2(inside))
    return np.asarray(terms.sum(axis=-1))


# -- Figures and tables of allele frequencies ------------------------------------------------------


EDGES = (0.0, 0.005, 0.01, 0.05, 0.2, 0.5)
CELLS = 40

Counts = dict[str, Float64s]
Sizes = dict[str, int]


def bin_names() -> list[str]:
    """Return the names of minor-allele-frequency bins, rare first."""
    return [f"{100 * a:g}-{100 * b:g}%" for a, b in itertools.pairwise(EDGES)]


def in_bins(counts: Float64s, n: int) -> Bools:
    """Return which sites are polymorphic with a minor-allele frequency in each bin."""
    minor = np.minimum(counts, n - counts) / n
    return np.array([(minor > a) & (minor <= b + 1e-12) for a, b in itertools.pairwise(EDGES)])


def _lost_by_bin(counts: Float64s, real: Float64s, n: int, n_real: int) -> Float64s:
    """Return the share of lost sites, shape ``(..., n_bins)``."""
    fixed = (counts <= 0) | (counts >= n)
    bins = in_bins(real, n_real)
    return np.stack([ratio((fixed & b).sum(axis=-1), b.sum(axis=-1)) for b in bins], axis=-1)


def figures(
    counts: Counts, n: Sizes, replicates: Counts, populations: Mapping[str, Counts] = {}
) -> list[Figure]:
    """Return frequencies real against artificial, the spectra, and lost sites by bin.

    `populations` has the frequencies of each panel's people of a population, by its label.
    """
    everyone = {name: counts[name] / n[name] for name in counts}
    return [_against(everyone, populations), _spectra(counts, n), _lost(counts, n, replicates)]


def _against(everyone: Counts, populations: Mapping[str, Counts]) -> Figure:
    series = _maps(everyone, "everyone" if populations else "")
    for label, frequencies in populations.items():
        series += _maps(frequencies, label)
    return Figure(
        id="frequency.against",
        title="Allele frequencies against the holdout",
        reading="All sites near the diagonal: alleles are as common as among real people. "
        "Colour is log10(1 + number of sites); train against holdout shows what chance does.",
        kind="heatmaps",
        x_label="frequency in the holdout",
        y_label="frequency in the panel",
        series=series,
        diagonal=True,
    )


def _maps(frequencies: Counts, group: str) -> list[Series]:
    edges = np.linspace(0.0, 1.0, CELLS + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    series = []
    for name in ("artificial", "train"):
        cells, _, _ = np.histogram2d(frequencies[name], frequencies["holdout"], bins=(edges, edges))
        drawn = heatmap(name, name, middle, middle, np.log10(1 + cells))
        series.append(drawn.model_copy(update={"group": group}))
    return series


def _spectra(counts: Counts, n: Sizes) -> Figure:
    size = min(n.values())
    edges = spectrum_edges(size)
    widths = np.diff(edges)
    middle = np.sqrt(edges[:-1] * (edges[1:] - 1.0)) / size
    series = []
    for name in ("holdout", "train", "artificial"):
        share = folded_spectrum(counts[name] * (size / n[name]), size) / widths
        kept = np.where(share > 0, share, np.nan)
        series.append(Series(name=name, role=name, x=axis(middle), y=list(shorts(kept))))
    return Figure(
        id="frequency.spectrum",
        title="Site frequency spectrum (folded)",
        reading="Lines on top of each other: as many rare and common alleles as among real "
        "people. A line that starts too low has lost rare alleles.",
        kind="lines",
        x_label="minor-allele frequency",
        y_label="share of polymorphic sites per allele count",
        series=series,
        x_log=True,
        y_log=True,
    )


def _lost(counts: Counts, n: Sizes, replicates: Counts) -> Figure:
    series = []
    names: list[float | str] = list(bin_names())
    for name in ("artificial", "train"):
        values = _lost_by_bin(counts[name], counts["holdout"], n[name], n["holdout"])
        spread = _lost_by_bin(replicates[name], replicates["holdout"], n[name], n["holdout"])
        found = [estimate(v, spread[:, k], lowest=0.0, highest=1.0) for k, v in enumerate(values)]
        series.append(estimated(name, names, found))
    return Figure(
        id="frequency.lost_by_bin",
        title="Lost sites by minor-allele frequency",
        reading="Bars as low as those of train: no more alleles are lost than another sample of "
        "real people would miss.",
        kind="bars",
        x_label="minor-allele frequency in the holdout",
        y_label="share of sites fixed in the panel",
        series=series,
    )


def tables(counts: Counts, n: Sizes) -> list[Table]:
    """Return correlation, error and lost sites by minor-allele frequency in the holdout."""
    real, n_real = counts["holdout"], n["holdout"]
    bins = in_bins(real, n_real)
    columns: list[list[Cell]] = [list(bin_names()), [int(b.sum()) for b in bins]]
    for name in ("artificial", "train"):
        m = moments(counts[name] / n[name], np.where(bins, real / n_real, np.nan))
        lost = _lost_by_bin(counts[name], real, n[name], n_real)
        columns += [list(shorts(values)) for values in (pearson(m), mean_error(m), lost)]
    kinds = ["correlation", "error", "lost"]
    return [
        Table(
            id="frequency.by_bin",
            title="By minor-allele frequency in the holdout",
            columns=["frequency", "sites", *kinds, *(f"{kind} (ceiling)" for kind in kinds)],
            rows=[list(row) for row in zip(*columns, strict=True)],
        )
    ]


# -- Allele frequencies ----------------------------------------------------------------------------


INTERVAL_SITES = 20_000
"""Intervals of larger panels are computed from this many sites, drawn at random."""


def mean_absolute_error(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return the mean of ``|a - b|`` over allele frequencies (or anything else)."""
    return float(np.abs(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)).mean())


def _values(counts: Float64s, real_counts: Float64s, n: int, n_real: int) -> dict[str, Float64s]:
    """Return every measure of one panel against the holdout; replicates along leading axes."""
    m = moments(counts / n, real_counts / n_real)
    spectra = [folded_spectrum(c, k) for c, k in ((counts, n), (real_counts, n_real))]
    return {
        "pearson": pearson(m),
        "mae": mean_error(m),
        "lost": lost_share(counts, real_counts, n, n_real),
        "sfs_divergence": jensen_shannon(*spectra),
    }


class Frequency(Metric):
    """Metric 1: allele frequencies, lost sites and the site frequency spectrum."""

    id = "frequency"
    topic = "frequency"
    name = "Allele frequencies"
    description = "Whether each allele is as common as among real people and rare ones are kept."
    citations = cite(
        yelmen2021="allele frequencies, real against artificial",
        lin1991="the divergence between frequency spectra",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare allele frequencies; see `Metric.compute`."""
        counts = {
            name: getattr(comparison, name).haplotypes.sum(axis=0, dtype=np.int64).astype(float)
            for name in PANELS
        }
        n = {name: getattr(comparison, name).n_haplotypes for name in PANELS}
        samples = {}
        replicates = self._replicates(comparison)
        for name in ("artificial", "train"):
            values = _values(counts[name], counts["holdout"], n[name], n["holdout"])
            spread = _values(replicates[name], replicates["holdout"], n[name], n["holdout"])
            samples[name] = {key: Sample(values[key], spread[key]) for key in values}
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(samples["artificial"], samples["train"]),
            figures=figures(counts, n, replicates, _populations(comparison)),
            tables=tables(counts, n),
            citations=[citation.text() for citation in self.citations],
            notes=["Correlation saturates: independent sites reach 0.9995; read the errors."],
        )

    def _replicates(self, comparison: Comparison) -> dict[str, Float64s]:
        rng = comparison.rng("interval", self.id)
        sites = some(comparison.holdout.n_sites, INTERVAL_SITES, rng)
        panels = resampled(comparison, self.id)
        return {name: panel.counts(sites) for name, panel in panels.items()}


def _populations(comparison: Comparison) -> dict[str, dict[str, Float64s]]:
    """Return allele frequencies by population and panel, of equally many people in each."""
    return {
        label: {
            name: getattr(comparison, name).haplotypes[index].mean(axis=0)
            for name, index in rows.items()
        }
        for label, rows in shared_groups(comparison, PARTS).items()
    }


def _measures(artificial: dict[str, Sample], ceiling: dict[str, Sample]) -> list[Measure]:
    a, c = artificial, ceiling
    return [
        measure(
            "frequency.pearson",
            "Correlation of allele frequencies",
            a["pearson"],
            c["pearson"],
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            note="Saturates: never read it alone.",
        ),
        measure(
            "frequency.mae",
            "Mean absolute error of allele frequencies",
            a["mae"],
            c["mae"],
            best=0.0,
            bounds=(0.0, 1.0),
            key=True,
        ),
        measure(
            "frequency.lost",
            "Lost sites",
            a["lost"],
            c["lost"],
            unit="share of the sites polymorphic in the holdout",
            best=0.0,
            bounds=(0.0, 1.0),
            key=True,
            note="Another sample of real people also misses alleles: see the ceiling.",
        ),
        measure(
            "frequency.sfs_divergence",
            "Divergence of the site frequency spectrum",
            a["sfs_divergence"],
            c["sfs_divergence"],
            unit="bits (Jensen-Shannon)",
            best=0.0,
            bounds=(0.0, 1.0),
        ),
    ]


ITEM = Frequency
