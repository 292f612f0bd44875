"""Haplotypes: the right combinations of alleles, as many and as long as among real people."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from imaginome.citations import Citation
from imaginome.metrics._citations import EFRON_1979, HARRIS_NIELSEN_2013, SHANNON_1948
from imaginome.metrics._haplotype_figures import entropy_figure, runs_figure, table
from imaginome.metrics._haplotype_rows import rows_figure
from imaginome.metrics._haplotype_statistics import NAMES, Found, Weights, compare_windows
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._shared_runs import (
    Runs,
    binned_distance,
    length_bins,
    plain_distance,
    shared_runs,
)
from imaginome.metrics._statistics import ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.results import Measure, MetricResult

SIZES = (8, 32, 128)
"""Sites of a window."""


class HaplotypeWindows(Metric):
    """Metric 6: haplotypes of 8, 32 and 128 sites, and runs of identical sites."""

    id = "haplotypes"
    topic = "haplotypes"
    name = "Haplotypes"
    description = (
        "Whether combinations of neighbouring alleles are as common, as many and as long as "
        "among real people."
    )
    citations: ClassVar[tuple[Citation, ...]] = (SHANNON_1948, HARRIS_NIELSEN_2013, EFRON_1979)

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare haplotypes; see `Metric.compute`."""
        sites = comparison.holdout.sites
        contig = (np.cumsum(sites.contig_starts()) - 1).astype(np.intp)
        drawn = _drawn(comparison)
        threads = comparison.threads
        found = {k: compare_windows(comparison, contig, k, drawn, threads) for k in SIZES}
        ends = np.append(np.flatnonzero(np.diff(contig)) + 1, len(contig)).astype(np.intp)
        runs = {
            name: shared_runs(
                getattr(comparison, name).haplotypes,
                ends,
                drawn[name].T[1:].astype(np.float32),
                comparison.rng("haplotypes", "pairs", name),
                comparison.threads,
            )
            for name in PANELS
        }
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[*(m for k in SIZES for m in _window_measures(k, found[k])), _runs(runs)],
            figures=[
                *rows_figure(comparison),
                *entropy_figure(found, sites),
                *runs_figure(runs),
            ],
            tables=[table(found)],
            citations=[citation.text() for citation in self.citations],
            notes=[
                "Windows do not overlap and end with their contig; contigs of fewer than half "
                "a window's sites have none. Small samples of many haplotypes never agree fully: "
                "read everything beside its ceiling.",
                "Runs: lengths, in sites, of the runs in which a random identical site of two "
                "random haplotypes of different people lies.",
            ],
        )


def _drawn(comparison: Comparison) -> Weights:
    """Return how often each individual counts: once, then as drawn in each replicate."""
    found = {}
    for name in PANELS:
        n = getattr(comparison, name).n_individuals
        rng = comparison.rng("bootstrap", "haplotypes", name)
        weights = individual_weights(n, comparison.replicates, rng)
        both = np.concatenate([np.ones((1, n)), weights])
        found[name] = np.ascontiguousarray(both.T, dtype=np.int32)
    return found


def _window_measures(k: int, found: Found) -> list[Measure]:
    variation, apart = (
        [Sample(values[name][0], values[name][1:]) for name in NAMES]
        for values in (found.variation, found.apart)
    )
    share = {name: ratio(found.distinct[name], found.distinct["holdout"]) for name in NAMES}
    distinct = [Sample(share[name][0], share[name][1:]) for name in NAMES]
    note = "" if len(found.middle) else f"No contig has a window of {k} sites."
    return [
        measure(
            f"haplotypes.tv_{k}",
            f"Haplotypes of {k} sites: total variation of frequencies",
            *variation,
            unit="mean over windows; 0 the same, 1 none in common",
            best=0.0,
            bounds=(0.0, 1.0),
            key=k == 8,
            note=note,
        ),
        measure(
            f"haplotypes.distinct_{k}",
            f"Haplotypes of {k} sites: how many different ones",
            *distinct,
            unit="relative to the holdout",
            best=1.0,
            toward="best",
            note=note,
        ),
        measure(
            f"haplotypes.entropy_mae_{k}",
            f"Haplotypes of {k} sites: mean absolute error of the entropy",
            *apart,
            unit="bits",
            best=0.0,
            note=note,
        ),
    ]


def _runs(runs: dict[str, Runs]) -> Measure:
    _, middles = length_bins(len(runs["holdout"].sites) - 1)
    real = runs["holdout"]
    return measure(
        "haplotypes.ibs",
        "Lengths of identical-by-state runs",
        *(
            Sample(
                plain_distance(runs[name].sites, real.sites),
                binned_distance(runs[name].weighted, real.weighted, middles),
            )
            for name in NAMES
        ),
        unit="Wasserstein-1, in units of the mean length within the holdout",
        best=0.0,
        key=True,
        note="Pairs of haplotypes are drawn at random within each panel.",
    )


ITEM = HaplotypeWindows
