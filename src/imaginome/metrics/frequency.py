"""Allele frequencies: alleles as common as among real people, rare ones kept."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s
from imaginome.citations import YELMEN_2021, Citation
from imaginome.metrics._citations import EFRON_1979, LIN_1991
from imaginome.metrics._frequency_figures import figures, tables
from imaginome.metrics._labels import shared_groups
from imaginome.metrics._resample import PANELS, resampled, some
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._spectrum import folded_spectrum, jensen_shannon
from imaginome.metrics._statistics import mean_error, moments, pearson, ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.results import Measure, MetricResult

INTERVAL_SITES = 20_000
"""Intervals of larger panels are computed from this many sites, drawn at random."""


def mean_absolute_error(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """Return the mean of ``|a - b|`` over allele frequencies (or anything else)."""
    return float(np.abs(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)).mean())


def lost_share(counts: Float64s, real_counts: Float64s, n: int, n_real: int) -> Float64s:
    """Return the share of sites polymorphic in the real panel that are fixed in the other.

    Parameters
    ----------
    counts, real_counts
        ALT allele counts, sites along the last axis.
    n, n_real
        Number of haplotypes of either panel.

    Returns
    -------
    numpy.ndarray
        Shape of the leading axes; NaN where the real panel has no polymorphic site.
    """
    polymorphic = (real_counts > 0) & (real_counts < n_real)
    fixed = (counts <= 0) | (counts >= n)
    return ratio((polymorphic & fixed).sum(axis=-1), polymorphic.sum(axis=-1))


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
    citations: ClassVar[tuple[Citation, ...]] = (
        YELMEN_2021.because("allele frequencies, real against artificial"),
        LIN_1991,
        EFRON_1979,
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
