"""Three-point correlations: structure that pairs of sites do not show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.bits import pair_counts, triple_counts
from imaginome.kernels.linkage import PackedSites
from imaginome.kernels.statistics import mean_error, moments, pearson
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.measures import Sample, heatmap, measure, short
from imaginome.metrics.resample import PANELS, Resampled, resampled, some
from imaginome.panel import Haplotypes
from imaginome.results import Cell, Figure, Measure, MetricResult, Table

# -- Triplets of sites and their central third moments ---------------------------------------------


NEAR = (1, 4, 16, 64)
FAR = (256, 512, 1024)
RANDOM = 20_000
MOST_PER_GAP = 25_000
"""Larger panels: this many triplets of each gap, evenly spread."""


@dataclass(frozen=True)
class Triplets:
    """Triplets of one kind.

    Attributes
    ----------
    sites
        Shape ``(n, 3)``, columns increasing.
    gap
        Gap of each triplet in sites; 0 for random triplets.
    """

    name: str
    sites: Indices
    gap: Indices


def at_gap(n_sites: int, gap: int) -> Indices:
    """Return triplets ``(j, j + gap, j + 2 gap)``, at most `MOST_PER_GAP`, shape ``(n, 3)``."""
    number = max(0, n_sites - 2 * gap)
    start = np.arange(number)
    if number > MOST_PER_GAP:
        start = np.linspace(0, number - 1, MOST_PER_GAP).astype(np.intp)
    return start[:, None] + gap * np.arange(3)


def draw_triplets(n_sites: int, rng: np.random.Generator) -> tuple[Triplets, Triplets]:
    """Return triplets at near gaps, and those at far gaps and at random."""
    near = [(at_gap(n_sites, gap), gap) for gap in NEAR]
    drawn = np.sort(rng.integers(0, n_sites, (RANDOM, 3)), axis=1)
    different = (drawn[:, 0] < drawn[:, 1]) & (drawn[:, 1] < drawn[:, 2])
    far = [(at_gap(n_sites, gap), gap) for gap in FAR] + [(drawn[different], 0)]
    return _joined("near", near), _joined("far", far)


def _joined(name: str, parts: list[tuple[Indices, int]]) -> Triplets:
    sites = np.concatenate([part for part, _ in parts])
    gap = np.concatenate([np.full(len(part), gap) for part, gap in parts])
    return Triplets(name, sites, gap)


def from_counts(
    three: npt.ArrayLike, pairs: Sequence[npt.ArrayLike], singles: Sequence[npt.ArrayLike], n: int
) -> Float64s:
    """Return ``E[(x_i - p_i)(x_j - p_j)(x_k - p_k)]`` from carriers.

    Parameters
    ----------
    three
        Joint carriers of all three sites.
    pairs
        Joint carriers of the first and second, first and third, second and third site.
    singles
        Carriers of each site.
    n
        Number of haplotypes.
    """
    abc = np.asarray(three, dtype=np.float64) / n
    ab, ac, bc = (np.asarray(x, dtype=np.float64) / n for x in pairs)
    a, b, c = (np.asarray(x, dtype=np.float64) / n for x in singles)
    return abc - a * bc - b * ac - c * ab + 2 * a * b * c


def cumulants(haplotypes: Haplotypes, triplets: Indices) -> Float64s:
    """Return the three-point correlation of each triplet of sites.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n_haplotypes, n_sites)``.
    triplets
        Shape ``(n, 3)``.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n,)``: ``E[(x_i - p_i)(x_j - p_j)(x_k - p_k)]``.
    """
    return packed_cumulants(PackedSites(haplotypes), triplets)


def packed_cumulants(panel: PackedSites, triplets: Indices) -> Float64s:
    """Return the three-point correlations of a packed panel; see `cumulants`."""
    a, b, c = triplets.T
    pairs = [pair_counts(panel.bits, x, y) for x, y in ((a, b), (a, c), (b, c))]
    singles = [panel.counts[x] for x in (a, b, c)]
    return from_counts(triple_counts(panel.bits, triplets), pairs, singles, panel.n)


# -- Three-point correlations ----------------------------------------------------------------------


INTERVAL_TRIPLETS = 3_000
"""Intervals come from this many of the triplets, drawn at random; values from all."""
CELLS = 40

Found = dict[str, Float64s]
Kinds = dict[str, list[Float64s]]


class ThreePoint(Metric):
    """Metric 3: central third moments over triplets of sites."""

    id = "three-point"
    topic = "haplotypes"
    name = "Three-point correlations"
    description = "Whether triplets of sites vary together as in real people, beyond their pairs."
    citations = cite(
        yelmen2021="three-point correlations over triplets at chosen gaps",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare three-point correlations; see `Metric.compute`."""
        m = comparison.holdout.n_sites
        near, far = draw_triplets(m, comparison.rng("triplets"))
        found = {}
        for name in PANELS:
            packed = PackedSites(getattr(comparison, name).haplotypes)
            found[name] = [packed_cumulants(packed, kind.sites) for kind in (near, far)]
        spread = [self._replicates(comparison, kind) for kind in (near, far)]
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(found, spread),
            figures=_figures(found),
            tables=[_table(found, near, far)],
            citations=[citation.text() for citation in self.citations],
            notes=[
                "Triplets lie at equal gaps (site, site + gap, site + 2 gaps) or at random.",
                f"Intervals: {INTERVAL_TRIPLETS:,} of the triplets, drawn at random.",
            ],
        )

    def _replicates(self, comparison: Comparison, kind: Triplets) -> dict[str, Found]:
        """Return the measures in each replicate, for artificial and train."""
        rng = comparison.rng("interval", self.id, kind.name)
        chosen = kind.sites[some(len(kind.sites), INTERVAL_TRIPLETS, rng)]
        c = {n: _replicate(p, chosen) for n, p in resampled(comparison, self.id).items()}
        return {name: _values(c[name], c["holdout"]) for name in ("artificial", "train")}


def _replicate(panel: Resampled, triplets: Indices) -> Float64s:
    """Return three-point correlations in each replicate, shape ``(replicates, n)``."""
    a, b, c = triplets.T
    pairs = [panel.counts(x, y) for x, y in ((a, b), (a, c), (b, c))]
    singles = [panel.counts(x) for x in (a, b, c)]
    return from_counts(panel.counts(a, b, c), pairs, singles, panel.n)


def _values(c: Float64s, real: Float64s) -> Found:
    m = moments(c, real)
    return {"pearson": pearson(m), "mae": mean_error(m)}


def _measures(found: Kinds, spread: list[dict[str, Found]]) -> list[Measure]:
    names = ("artificial", "train")
    near, far = (
        {
            name: {
                key: Sample(value, spread[kind][name][key])
                for key, value in _values(found[name][kind], found["holdout"][kind]).items()
            }
            for name in names
        }
        for kind in (0, 1)
    )
    measures = [
        measure(
            measure_id,
            title,
            *(kind[name]["pearson"] for name in names),
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            key=measure_id == "three_point.pearson",
        )
        for measure_id, title, kind in (
            ("three_point.pearson", "Correlation over triplets at gaps 1, 4, 16, 64", near),
            ("three_point.pearson_far", "Correlation over far and random triplets", far),
        )
    ]
    errors = (near[name]["mae"] for name in names)
    name = "Mean absolute error over triplets at gaps 1, 4, 16, 64"
    return [*measures, measure("three_point.mae", name, *errors, best=0.0)]


def _table(found: Kinds, near: Triplets, far: Triplets) -> Table:
    rows: list[list[Cell]] = []
    for kind, triplets in enumerate((near, far)):
        for gap in dict.fromkeys(triplets.gap.tolist()):
            chosen = triplets.gap == gap
            real = found["holdout"][kind][chosen]
            sums = [moments(found[n][kind][chosen], real) for n in ("artificial", "train")]
            cells = [short(f(m)) for f in (pearson, mean_error) for m in sums]
            rows.append([gap or "random", int(chosen.sum()), *cells])
    return Table(
        id="three_point.by_gap",
        title="By gap between the sites",
        columns=["gap", "triplets", "correlation", "(ceiling)", "error", "error (ceiling)"],
        rows=rows,
    )


def _figures(found: Kinds) -> list[Figure]:
    """Return the values of all near triplets against the holdout, as a binned scatter."""
    real = found["holdout"][0]
    if len(real) == 0:
        return []
    extent = max(float(np.quantile(np.abs(real), 0.999)), 1e-6)
    edges = np.linspace(-extent, extent, CELLS + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    series = []
    for name in ("artificial", "train"):
        y, x = (np.clip(c, -extent, extent) for c in (found[name][0], real))
        cells, _, _ = np.histogram2d(y, x, bins=(edges, edges))
        series.append(heatmap(name, name, middle, middle, np.log10(1 + cells)))
    return [
        Figure(
            id="three_point.against",
            title="Three-point correlations against the holdout",
            reading="Triplets along the diagonal: three sites vary together as in real people. "
            "Colour is log10(1 + number of triplets).",
            kind="heatmaps",
            x_label="holdout",
            y_label="panel",
            series=series,
            diagonal=True,
        )
    ]


ITEM = ThreePoint
