"""Haplotypes: the right combinations of alleles, as many and as long as among real people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.shared_runs import (
    Runs,
    binned_distance,
    length_bins,
    plain_distance,
    shared_runs,
)
from imaginome.kernels.statistics import ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import COMPARED, SHOWN, Comparison
from imaginome.metrics.items.haplotypes.statistics import Weights, WindowStatistics, compare_windows
from imaginome.metrics.measures import Sample, axis, measure, short, shorts
from imaginome.metrics.resample import PANELS
from imaginome.panel import Sites
from imaginome.panel.groups_of_ten import MEMBERS, groups_of_ten
from imaginome.results import Figure, Measure, MetricResult, Role, Series, Table

# -- Figures and tables about haplotypes -----------------------------------------------------------


POINTS = 150
FEWEST_RUNS = 5
ALONG = 32
"""The entropy along the genome is drawn for windows of this many sites."""


def entropy_figure(by_size: Mapping[int, WindowStatistics], sites: Sites) -> list[Figure]:
    """Return the entropy along the genome, averaged in at most `POINTS` bins of windows."""
    windows = by_size[ALONG]
    number = min(len(windows.middle), POINTS)
    if number == 0:
        return []
    one = len(set(sites.contig)) == 1
    where = sites.position[windows.middle] / 1e6 if one else windows.middle.astype(np.float64)
    x = axis(_averaged(where, number))
    return [
        Figure(
            id="haplotypes.entropy",
            title=f"Entropy of haplotypes of {ALONG} sites along the genome",
            reading="Lines on top of each other: haplotypes are as varied as real ones all along. "
            "An artificial line below has lost haplotypes, one above has invented some.",
            kind="lines",
            x_label="position (Mb)" if one else "site",
            y_label="entropy (bits)",
            series=[
                Series(
                    name=name,
                    role=name,
                    x=x,
                    y=list(shorts(_averaged(windows.entropies[name], number))),
                )
                for name in SHOWN
            ],
        )
    ]


def _averaged(values: Float64s, number: int) -> list[float]:
    return [float(part.mean()) for part in np.array_split(values, number)]


def runs_figure(runs: Mapping[str, Runs]) -> list[Figure]:
    """Return which share of identical sites lies in runs of some length or longer."""
    m = len(runs["holdout"].sites) - 1
    lengths = np.unique(np.geomspace(1, max(m, 1), 61).round().astype(int))
    series = []
    for name in SHOWN:
        sites = runs[name].sites
        longer = np.cumsum(sites[::-1])[::-1]
        y = shorts(ratio(longer[lengths], sites.sum()))
        # The longest runs belong to single pairs of people: a point stands for five at least.
        runs_of_length = sites / np.maximum(np.arange(m + 1), 1)
        at_least = np.cumsum(runs_of_length[::-1])[::-1][lengths]
        y = [value if n >= FEWEST_RUNS else None for value, n in zip(y, at_least, strict=True)]
        series.append(Series(name=name, role=name, x=axis(lengths), y=list(y)))
    return [
        Figure(
            id="haplotypes.runs",
            title="Identical-by-state runs between random pairs of haplotypes",
            reading="Lines on top of each other: two artificial haplotypes share runs as long as "
            "two real ones do. A line above at the right is copying, one below broken linkage.",
            kind="lines",
            x_label="length of the run (sites)",
            y_label="share of identical sites in runs at least as long",
            series=series,
            x_log=True,
        )
    ]


def table(by_size: Mapping[int, WindowStatistics]) -> Table:
    """Return one row a window size."""
    return Table(
        id="haplotypes.windows",
        title="Haplotypes by window size",
        columns=[
            "sites",
            "windows",
            "frequency r, artificial",
            "frequency r, ceiling",
            "distinct, holdout",
            "distinct, train",
            "distinct, artificial",
            "entropy, holdout",
            "entropy, train",
            "entropy, artificial",
        ],
        rows=[[k, len(windows.middle), *_row(windows)] for k, windows in by_size.items()],
    )


def _row(windows: WindowStatistics) -> list[float | None]:
    entropies = [windows.entropies[name] for name in SHOWN]
    return [
        short(windows.correlation["artificial"]),
        short(windows.correlation["train"]),
        *(short(windows.distinct[name][0]) for name in SHOWN),
        *(short(values.mean()) if len(values) else None for values in entropies),
    ]


# -- Haplotypes as coloured rows -------------------------------------------------------------------


ROWS = 32
"""Rows of each picture."""
SITES = 384
"""Neighbouring sites that are shown, from the middle of the panel."""
SHADES = 4
ROW_NAMES: dict[str, Role] = {
    f"holdout, groups of {MEMBERS}": "holdout",
    f"artificial, groups of {MEMBERS}": "artificial",
    "artificial, single haplotypes": "artificial",
}


def rows_figure(comparison: Comparison) -> list[Figure]:
    """Return rows sorted so that like stands near like; nothing where people are too few.

    No single real person is drawn: each real row is the mean of similar haplotypes of ten
    people, to the nearest quarter. Artificial ones are drawn in the same way, and single.
    """
    sites = comparison.holdout.sites
    first = max(0, (len(sites) - SITES) // 2)
    part = slice(first, min(len(sites), first + SITES))
    pictures = _pictures(comparison, part)
    if not all(len(rows) for rows in pictures):
        return []
    x = axis(np.arange(part.start, part.stop) + 1)
    return [
        Figure(
            id="haplotypes.rows",
            title="Haplotypes as rows",
            reading="Stripes are stretches that haplotypes share: as wide and as many among "
            "artificial people as among real ones. Each row of a group is the mean of similar "
            f"haplotypes of {MEMBERS} people, to the nearest quarter; no single real person is "
            f"drawn. Like stands near like. Draw a box to look closer. {_place(sites, part)}",
            kind="rows",
            x_label="site, in panel order",
            y_label="",
            series=[
                _series(name, role, x, rows)
                for (name, role), rows in zip(ROW_NAMES.items(), pictures, strict=True)
            ],
        )
    ]


def _pictures(comparison: Comparison, part: slice) -> list[Float64s]:
    real, made = (
        groups_of_ten(
            panel.haplotypes[:, part], comparison.rng("rows", name), most=ROWS, shades=SHADES
        )
        / SHADES
        for name, panel in (("holdout", comparison.holdout), ("artificial", comparison.artificial))
    )
    n = comparison.artificial.n_haplotypes
    drawn = comparison.rng("rows", "single").permutation(n)[:ROWS]
    single = comparison.artificial.haplotypes[np.sort(drawn), part].astype(np.float64)
    return _sorted([real, made, single])


def _sorted(pictures: list[Float64s]) -> list[Float64s]:
    """Sort all rows by one tree, so that like stands at the height of like."""
    together = np.vstack(pictures)
    if len(together) < 3 or not together.shape[1]:
        return pictures
    order = leaves_list(linkage(together, method="average", optimal_ordering=True))
    owner = np.repeat(np.arange(len(pictures)), [len(rows) for rows in pictures])
    return [together[order[owner[order] == i]] for i in range(len(pictures))]


def _series(name: str, role: Role, x: list[float | str], rows: Float64s) -> Series:
    y = axis(np.arange(len(rows)) + 1)
    return Series(name=name, role=role, x=x, y=list(y), z=[shorts(row) for row in rows])


def _place(sites: Sites, part: slice) -> str:
    ends = [f"{sites.contig[i]}:{sites.position[i]:,}" for i in (part.start, part.stop - 1)]
    return f"{part.stop - part.start:,} of {len(sites):,} sites, {ends[0]} to {ends[1]}."


# -- Haplotypes ------------------------------------------------------------------------------------


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
    citations = cite(
        shannon1948="the entropy of haplotypes in a window",
        harris2013="lengths of identical-by-state runs as a summary of a population",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare haplotypes; see `Metric.compute`."""
        sites = comparison.holdout.sites
        contig = (np.cumsum(sites.contig_starts()) - 1).astype(np.intp)
        drawn = _drawn(comparison)
        threads = comparison.threads
        by_size = {k: compare_windows(comparison, contig, k, drawn, threads) for k in SIZES}
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
            measures=[*(m for k in SIZES for m in _window_measures(k, by_size[k])), _runs(runs)],
            figures=[
                *rows_figure(comparison),
                *entropy_figure(by_size, sites),
                *runs_figure(runs),
            ],
            tables=[table(by_size)],
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
    counts = {}
    for name in PANELS:
        n = getattr(comparison, name).n_individuals
        rng = comparison.rng("bootstrap", "haplotypes", name)
        weights = individual_weights(n, comparison.replicates, rng)
        both = np.concatenate([np.ones((1, n)), weights])
        counts[name] = np.ascontiguousarray(both.T, dtype=np.int32)
    return counts


def _window_measures(k: int, windows: WindowStatistics) -> list[Measure]:
    variation, apart = (
        [Sample(values[name][0], values[name][1:]) for name in COMPARED]
        for values in (windows.variation, windows.apart)
    )
    share = {name: ratio(windows.distinct[name], windows.distinct["holdout"]) for name in COMPARED}
    distinct = [Sample(share[name][0], share[name][1:]) for name in COMPARED]
    note = "" if len(windows.middle) else f"No contig has a window of {k} sites."
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
            for name in COMPARED
        ),
        unit="Wasserstein-1, in units of the mean length within the holdout",
        best=0.0,
        key=True,
        note="Pairs of haplotypes are drawn at random within each panel.",
    )


ITEM = HaplotypeWindows
