"""Figures and tables of allele frequencies."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from imaginome.arrays import Bools, Float64s
from imaginome.metrics._results import axis, estimated, heatmap, shorts
from imaginome.metrics._spectrum import folded_spectrum, spectrum_edges
from imaginome.metrics._statistics import mean_error, moments, pearson, ratio
from imaginome.metrics.bootstrap import estimate
from imaginome.results import Cell, Figure, Series, Table

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
