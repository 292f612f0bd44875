"""Pairwise Hamming distances: as much variety within and between panels as in real people."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.distances import Histograms, distance_histograms, wasserstein
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.statistics import ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.measures import Sample, axis, measure, shorts
from imaginome.results import Figure, MetricResult, Series

PAIRS = (
    ("holdout", "holdout"),
    ("train", "train"),
    ("artificial", "artificial"),
    ("artificial", "holdout"),
    ("train", "holdout"),
)
POINTS = 100
FEWEST = 5
"""Bins of the figure with fewer pairs are left empty."""

Pairs = dict[tuple[str, str], Histograms]


class Distances(Metric):
    """Metric 5: distributions of pairwise Hamming distances."""

    id = "distances"
    topic = "haplotypes"
    name = "Pairwise distances"
    description = "Whether haplotypes differ from each other as much as those of real people do."
    citations = cite(
        nei1979="differences between pairs of haplotypes",
        yelmen2021="distances between real and artificial haplotypes",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare distances; see `Metric.compute`."""
        weights = {
            name: individual_weights(
                getattr(comparison, name).n_individuals,
                comparison.replicates,
                comparison.rng("bootstrap", self.id, name),
            )
            for name in ("artificial", "train", "holdout")
        }
        histograms = {
            pair: distance_histograms(
                *(getattr(comparison, name).haplotypes for name in pair),
                *(weights[name] for name in pair),
                within=pair[0] == pair[1],
                threads=comparison.threads,
            )
            for pair in PAIRS
        }
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[
                measure(
                    f"distances.{kind}",
                    title,
                    _against_holdout(histograms, pair("artificial")),
                    _against_holdout(histograms, pair("train")),
                    unit="Wasserstein-1, in units of the mean distance within the holdout",
                    best=0.0,
                    key=kind == "within",
                )
                for kind, title, pair in (
                    ("within", "Distances within the panel", lambda name: (name, name)),
                    ("between", "Distances to real people", lambda name: (name, "holdout")),
                )
            ],
            figures=[_figure(histograms, comparison.holdout.n_sites)],
            citations=[citation.text() for citation in self.citations],
            notes=[
                "Distributions are compared with that of distances within the holdout; the two "
                "haplotypes of one person are not compared with each other."
            ],
        )


def _against_holdout(histograms: Pairs, pair: tuple[str, str]) -> Sample:
    """Return the Wasserstein distance of two distributions of distances, in units of the mean."""
    real = histograms["holdout", "holdout"]
    other = histograms[pair]
    value = _in_units(other.counts, real.counts, 1.0)
    return Sample(value, _in_units(other.weighted, real.weighted, real.step))


def _in_units(counts: Float64s, real: Float64s, step: float) -> Float64s:
    distances = np.arange(real.shape[-1]) * step
    mean = ratio((real * distances).sum(axis=-1), real.sum(axis=-1))
    return ratio(wasserstein(counts, real, step), mean)


def _figure(histograms: Pairs, n_sites: int) -> Figure:
    top = max(_reach(h.counts) for h in histograms.values())
    width = max(1, -(-(top + 1) // POINTS))
    names = {
        ("holdout", "holdout"): "within holdout",
        ("train", "train"): "within train",
        ("artificial", "artificial"): "within artificial",
        ("artificial", "holdout"): "artificial to holdout",
        ("train", "holdout"): "train to holdout",
    }
    series = []
    for pair, name in names.items():
        share = _pooled(histograms[pair].counts[: top + 1], width)
        x = (np.arange(len(share)) + 0.5) * width / n_sites
        series.append(
            Series(
                name=name,
                role=pair[0] if pair[0] == pair[1] else "neutral",
                x=axis(x),
                y=list(shorts(share)),
            )
        )
    return Figure(
        id="distances.distribution",
        title="Distances between haplotypes",
        reading="Lines on top of each other: artificial haplotypes differ from each other, and "
        "from real ones, as much as real ones do. A peak at the left would be copies. "
        f"Bins of fewer than {FEWEST} pairs are empty.",
        kind="lines",
        x_label="share of sites that differ",
        y_label="share of pairs",
        series=series,
    )


def _reach(counts: Float64s) -> int:
    """Return the largest distance that `FEWEST` pairs reach: no single pair ends the axis."""
    return int(np.flatnonzero(counts[::-1].cumsum()[::-1] >= FEWEST).max(initial=0))


def _pooled(counts: Float64s, width: int) -> Float64s:
    """Return shares of pairs in bins of `width` distances; none in bins of few pairs."""
    padded = np.pad(counts, (0, -len(counts) % width)).reshape(-1, width).sum(axis=1)
    return ratio(np.where(padded < FEWEST, 0.0, padded), padded.sum())


ITEM = Distances
