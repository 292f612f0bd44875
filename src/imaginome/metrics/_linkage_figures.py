"""Figures and tables of linkage disequilibrium."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._labels import shared_groups
from imaginome.metrics._pairs import PackedSites, bin_middles, by_distance, distant_pairs
from imaginome.metrics._results import axis, heatmap, short, shorts
from imaginome.metrics._statistics import mean_difference, mean_error, pearson, ratio
from imaginome.metrics.comparison import Comparison
from imaginome.results import Cell, Figure, Series, Table

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
