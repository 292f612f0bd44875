"""Linkage disequilibrium: r2 between sites, near and far."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Bools, Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.linkage import (
    PackedSites,
    bin_middles,
    by_distance,
    distant_pairs,
    r2_from_counts,
)
from imaginome.kernels.statistics import mean_difference, mean_error, moments, pearson, ratio
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.labels import shared_groups
from imaginome.metrics.measures import Sample, axis, heatmap, measure, short, shorts
from imaginome.metrics.resample import PANELS, Resampled, resampled
from imaginome.results import Cell, Figure, Measure, MetricResult, Series, Table

# -- Figures and tables of linkage disequilibrium --------------------------------------------------


DECAY_PAIRS = 120_000
DECAY_BINS = 20
FEWEST_PAIRS = 20
MOST_CURVES = 5
"""Populations in one figure: three lines each."""
REGION_SITES = 400
REGION_BINS = 80

Packed = dict[str, PackedSites]


def figures(comparison: Comparison, packed: Packed) -> list[Figure]:
    """Return the decay with distance, overall and by population, and a region's r2."""
    found = [_region(packed)]
    decay = _Decay(comparison)
    if decay.possible:
        found.insert(0, decay.overall(packed))
        populations = decay.by_population(comparison)
        if populations.series:
            found.insert(1, populations)
    return found


class _Decay:
    """Mean r2 against distance, over one set of pairs."""

    def __init__(self, comparison: Comparison) -> None:
        rng = comparison.rng("decay", "linkage")
        sites = comparison.holdout.sites
        self.first, self.second, self.distance, self.unit = distant_pairs(sites, DECAY_PAIRS, rng)
        self.possible = bool((self.distance > 0).any())
        self._average = by_distance(self.distance, DECAY_BINS)
        self._middles = bin_middles(self.distance, DECAY_BINS)

    def curves(self, packed: Packed) -> dict[str, Float64s]:
        """Return a curve a panel, over pairs that are polymorphic in all of them."""
        r2 = {name: panel.r2(self.first, self.second) for name, panel in packed.items()}
        known = np.all([np.isfinite(values) for values in r2.values()], axis=0)
        found = {}
        for name, values in r2.items():
            mean, number = self._average(np.where(known, values, np.nan))
            found[name] = np.where(number >= FEWEST_PAIRS, mean, np.nan)
        return found

    def series(self, packed: Packed, suffix: str = "") -> list[Series]:
        """Return curves as series; bins without pairs are left out."""
        kept = np.isfinite(self._middles) & (self._middles > 0)
        return [
            Series(
                name=f"{name}{suffix}",
                role=name,
                x=axis(self._middles[kept]),
                y=list(shorts(curve[kept])),
            )
            for name, curve in self.curves(packed).items()
        ]

    def overall(self, packed: Packed) -> Figure:
        """Return the decay in the whole panels."""
        order = {name: packed[name] for name in ("holdout", "train", "artificial")}
        return self._figure("linkage.decay", "Decay of linkage with distance", self.series(order))

    def by_population(self, comparison: Comparison) -> Figure:
        """Return the decay within the largest populations that all panels have."""
        series = []
        shared = shared_groups(comparison, ("holdout", "train", "artificial"), most=MOST_CURVES)
        for label, rows in shared.items():
            groups = {
                name: PackedSites(getattr(comparison, name).haplotypes[index])
                for name, index in rows.items()
            }
            series.extend(self.series(groups, f" {label}"))
        title = "Decay of linkage with distance, by population"
        return self._figure("linkage.decay_by_population", title, series)

    def _figure(self, figure_id: str, title: str, series: list[Series]) -> Figure:
        return Figure(
            id=figure_id,
            title=title,
            reading="Lines on top of each other: correlation between sites fades with distance "
            "as in real people. Below the real line, haplotypes are too short.",
            kind="lines",
            x_label=f"distance ({self.unit})",
            y_label="mean r2",
            series=series,
            x_log=True,
        )


def _region(packed: Packed) -> Figure:
    """Return r2 in the middle of the panel: real above the diagonal, the other panel below."""
    m = len(packed["holdout"].counts)
    start = max(0, (m - REGION_SITES) // 2)
    stop = min(m, start + REGION_SITES)
    binned = {name: _binned_square(panel, start, stop) for name, panel in packed.items()}
    ticks = np.linspace(start, stop, len(binned["holdout"]) + 1)[:-1]
    series = []
    for name, role in (("artificial", "artificial"), ("train", "train")):
        # The axis of rows runs upwards: what lies below the diagonal of the matrix is drawn above.
        z = np.tril(binned["holdout"]) + np.triu(binned[name], 1)
        series.append(heatmap(f"holdout above, {name} below", role, ticks, ticks, z))
    return Figure(
        id="linkage.region",
        title="Linkage in the middle of the panel",
        reading="The two triangles mirror each other when blocks of linkage are those of real "
        "people. Colour is mean r2.",
        kind="heatmaps",
        x_label="site",
        y_label="site",
        series=series,
    )


def _binned_square(panel: PackedSites, start: int, stop: int) -> Float64s:
    """Return mean r2 between bins of sites; pairs with a fixed site are left out."""
    index = np.arange(start, stop)
    first, second = (grid.ravel() for grid in np.meshgrid(index, index, indexing="ij"))
    r2 = panel.r2(first, second)
    bins = min(REGION_BINS, stop - start)
    where = (index - start) * bins // (stop - start)
    cell = (where[:, None] * bins + where[None, :]).ravel()
    # A site's r2 with itself says nothing about linkage.
    known = np.isfinite(r2) & ((first != second) | (bins == stop - start))
    total = np.bincount(cell[known], weights=r2[known], minlength=bins * bins)
    number = np.bincount(cell[known], minlength=bins * bins)
    return np.nan_to_num(ratio(total, number)).reshape(bins, bins)


def tables(sums: dict[str, Float64s]) -> list[Table]:
    """Return the measures by kind of pair; see `pair_moments`."""
    rows = []
    kinds = ("same contig", "different contigs", "polymorphic in both panels")
    for row, kind in enumerate(kinds):
        cells: list[Cell] = [kind]
        for name in ("artificial", "train"):
            m = sums[name][row]
            lost = ratio(m[7], m[8])
            cells.append(int(m[0]))
            cells += [short(x) for x in (pearson(m), mean_error(m), mean_difference(m), lost)]
        rows.append(cells)
    columns = ["pairs", "correlation", "error", "bias", "lost"]
    return [
        Table(
            id="linkage.by_contig",
            title="By kind of pair",
            columns=["pairs of sites", *columns, *(f"{c} (ceiling)" for c in columns)],
            rows=rows,
        )
    ]


# -- Linkage disequilibrium ------------------------------------------------------------------------


WIDTH = 200
"""Pairs up to this many sites apart are compared."""
PIECE = 512
INTERVAL_PAIRS = 10_000
"""Intervals come from this many of the pairs, drawn at random; values from all."""


def pair_moments(packed: Packed, contig: Indices, threads: int) -> dict[str, Float64s]:
    """Add up what the measures need over all pairs within `WIDTH` sites.

    Parameters
    ----------
    packed
        ``artificial``, ``train`` and ``holdout``.
    contig
        Number of the contig of each site.

    Returns
    -------
    dict
        For artificial and train: shape ``(3, 9)``, rows pairs within a contig, pairs across
        contigs, and those of both whose sites are polymorphic in both panels; columns as
        `moments`, then the pairs lost and the pairs polymorphic in the holdout.
    """

    def one(piece: slice) -> Float64s:
        j = np.arange(piece.start, piece.stop)[:, None]
        partner = j + 1 + np.arange(WIDTH)
        there = partner < len(contig)
        same = contig[j] == contig[np.minimum(partner, len(contig) - 1)]
        r2 = {name: packed[name].band(piece.start, piece.stop, WIDTH) for name in PANELS}
        kinds = (there & same, there & ~same, there)
        return np.array(
            [
                [_sums(r2[name], r2["holdout"], kind, row < 2) for row, kind in enumerate(kinds)]
                for name in ("artificial", "train")
            ]
        )

    total = np.sum(map_pieces(one, pieces(len(contig), PIECE), threads), axis=0)
    return {"artificial": total[0], "train": total[1]}


def _sums(r2: Float64s, real: Float64s, kind: Bools, zeros: bool) -> Float64s:
    """Return moments, pairs lost and pairs polymorphic in the holdout; see `pair_moments`."""
    known = kind & np.isfinite(real)
    lost = known & np.isnan(r2)
    a, b = (np.nan_to_num(r2), np.nan_to_num(real)) if zeros else (r2, real)
    return np.append(moments(a[kind], b[kind]), [lost.sum(), known.sum()])


def _interval_pairs(n_sites: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Draw pairs up to `WIDTH` sites apart."""
    width = max(1, min(WIDTH, n_sites - 1))
    first = rng.integers(0, n_sites, INTERVAL_PAIRS)
    second = first + rng.integers(1, width + 1, INTERVAL_PAIRS)
    kept = second < n_sites
    return first[kept], second[kept]


def _replicate_r2(panel: Resampled, first: Indices, second: Indices) -> Float64s:
    """Return r2 of pairs in each replicate, shape ``(replicates, n_pairs)``."""
    sites, where = np.unique(np.concatenate([first, second]), return_inverse=True)
    alleles = panel.counts(sites)
    a, b = where[: len(first)], where[len(first) :]
    return r2_from_counts(panel.counts(first, second), alleles[:, a], alleles[:, b], panel.n)


def _replicates(comparison: Comparison) -> dict[str, dict[str, Float64s]]:
    """Return the measures of artificial and train in each replicate."""
    first, second = _interval_pairs(comparison.holdout.n_sites, comparison.rng("pairs", "linkage"))
    panels = resampled(comparison, "linkage")
    r2 = {name: _replicate_r2(panel, first, second) for name, panel in panels.items()}
    known = np.isfinite(r2["holdout"])
    found = {}
    for name in ("artificial", "train"):
        lost = (known & np.isnan(r2[name])).sum(axis=-1)
        sums = moments(np.nan_to_num(r2[name]), np.nan_to_num(r2["holdout"]))
        found[name] = _values(sums, ratio(lost, known.sum(axis=-1)))
    return found


def _values(sums: Float64s, lost: Float64s) -> dict[str, Float64s]:
    return {
        "pearson": pearson(sums),
        "mae": mean_error(sums),
        "bias": mean_difference(sums),
        "lost_pairs": lost,
    }


class Linkage(Metric):
    """Metric 2: r2 over pairs of sites, its decay with distance, pairs lost."""

    id = "linkage"
    topic = "linkage"
    name = "Linkage disequilibrium"
    description = f"Whether pairs of sites up to {WIDTH} apart are as correlated as in real people."
    citations = cite(
        hill1968="r2 as the measure of linkage disequilibrium",
        yelmen2021="correlation of linkage disequilibrium, real against artificial",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare r2; see `Metric.compute`."""
        packed = {name: PackedSites(getattr(comparison, name).haplotypes) for name in PANELS}
        _, contig = np.unique(comparison.holdout.sites.contig.astype(str), return_inverse=True)
        sums = pair_moments(packed, contig, comparison.threads)
        spread = _replicates(comparison)
        samples = {}
        for name in ("artificial", "train"):
            total = sums[name][:2].sum(axis=0)
            values = _values(total[:7], ratio(total[7], total[8]))
            samples[name] = {key: Sample(values[key], spread[name][key]) for key in values}
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(samples["artificial"], samples["train"]),
            figures=figures(comparison, packed),
            tables=tables(sums),
            citations=[citation.text() for citation in self.citations],
            notes=[
                "All pairs up to 200 sites apart count; r2 is 0 where a site is fixed. In sparse "
                "panels neighbouring sites may lie on different contigs: such pairs count too, "
                "because population structure correlates them (the table tells them apart).",
                f"Intervals: r2 of {INTERVAL_PAIRS:,} of the pairs, drawn at random.",
            ],
        )


def _measures(artificial: dict[str, Sample], ceiling: dict[str, Sample]) -> list[Measure]:
    a, c = artificial, ceiling
    return [
        measure(
            "linkage.pearson",
            "Correlation of r2",
            a["pearson"],
            c["pearson"],
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
        ),
        measure(
            "linkage.mae",
            "Mean absolute error of r2",
            a["mae"],
            c["mae"],
            best=0.0,
            bounds=(0.0, 1.0),
            key=True,
        ),
        measure(
            "linkage.bias",
            "Mean signed error of r2",
            a["bias"],
            c["bias"],
            best=0.0,
            toward="best",
            bounds=(-1.0, 1.0),
            note="Negative: linkage is too weak; positive: too strong.",
        ),
        measure(
            "linkage.lost_pairs",
            "Pairs lost",
            a["lost_pairs"],
            c["lost_pairs"],
            unit="share of the pairs polymorphic in the holdout",
            best=0.0,
            bounds=(0.0, 1.0),
            note="A pair is lost when one of its sites is fixed in the panel.",
        ),
    ]


ITEM = Linkage
