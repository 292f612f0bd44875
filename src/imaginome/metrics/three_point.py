"""Three-point correlations: structure that pairs of sites do not show."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.citations import YELMEN_2021, Citation
from imaginome.metrics._citations import EFRON_1979
from imaginome.metrics._pairs import PackedSites
from imaginome.metrics._resample import PANELS, Resampled, resampled, some
from imaginome.metrics._results import Sample, heatmap, measure, short
from imaginome.metrics._statistics import mean_error, moments, pearson
from imaginome.metrics._triplets import (
    Triplets,
    cumulants,
    draw_triplets,
    from_counts,
    packed_cumulants,
)
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.results import Cell, Figure, Measure, MetricResult, Table

__all__ = ["ITEM", "ThreePoint", "cumulants"]

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
    citations: ClassVar[tuple[Citation, ...]] = (
        YELMEN_2021.because("three-point correlations over triplets at chosen gaps"),
        EFRON_1979,
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
