"""Scores on principal components: histograms, density maps, and distances with replicates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.kernels.transport import (
    DIRECTIONS,
    directions,
    sliced_wasserstein,
    transport_distance,
    wasserstein_1d,
)
from imaginome.metrics.comparison import SHOWN, Comparison
from imaginome.metrics.labels import FEWEST
from imaginome.metrics.measures import Sample, axis, heatmap, shorts
from imaginome.metrics.resample import PANELS
from imaginome.panel import haplotype_rows
from imaginome.results import Figure, Series

# -- Histograms whose bins and ends say nothing about one person -----------------------------------


LEAST = 2 * FEWEST
"""Fewest haplotypes in a bin: they are of `FEWEST` people at least."""
TAIL = 0.005
"""Share of values beyond either end of an axis."""
PER_BIN = 20
"""Haplotypes of the smallest panel to a bin, on average: small panels have fewer bins."""


def safe_edges(columns: Mapping[str, Float64s], bins: int) -> Float64s:
    """Return edges of at most `bins` bins, with `LEAST` values of each column beyond both ends.

    The ends are rounded outwards to about two digits of the range: they are no one's value.
    """
    ends = [inner_ends(column, LEAST) for column in columns.values()]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    step = 10.0 ** np.floor(np.log10(max(high - low, 1e-12)) - 1)
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    number = min(bins, max(4, min(len(column) for column in columns.values()) // PER_BIN))
    return np.linspace(low, max(high, low + step), number + 1)


def inner_ends(values: Float64s, least: int) -> tuple[float, float]:
    """Return the values with `TAIL` of all, and at least `least`, beyond them on either side."""
    ordered, n = np.sort(values), len(values)
    beyond = min(max(least, int(TAIL * n)), (n - 1) // 2)
    return float(ordered[beyond]), float(ordered[n - 1 - beyond])


def histograms(columns: Mapping[str, Float64s], bins: int) -> list[Series]:
    """Return the share of each panel's values in bins; bins of fewer than `LEAST` are empty.

    What lies beyond the ends is counted in the outermost bins.
    """
    edges = safe_edges(columns, bins)
    middles = axis((edges[1:] + edges[:-1]) / 2)
    series = []
    for name in SHOWN:
        inside = np.clip(columns[name], edges[0], edges[-1])
        counts = np.histogram(inside, edges)[0]
        shares = np.where(counts >= LEAST, counts / len(inside), np.nan)
        series.append(Series(name=name, role=name, x=middles, y=list(shorts(shares))))
    return series


# -- Density maps on two principal components ------------------------------------------------------


CELLS = 32
"""Most cells along an axis; small panels have fewer, always an even number."""
FEWEST_HAPLOTYPES = 5
"""Cells of the density maps with fewer haplotypes are left empty."""

EVERYONE = "everyone"
STEP = 0.25
"""Ends of the axes are whole multiples of this many standard deviations."""


def density(scores: Scores, groups: Mapping[str, Mapping[str, Indices]] = {}) -> list[Figure]:
    """Return density maps of components 1 and 2; sparse cells stay empty.

    Parameters
    ----------
    scores
        Standardised scores of the three panels, shape ``(n_haplotypes, k)`` each.
    groups
        Rows of `scores` by population and panel, for maps of single populations.
    """
    if scores["holdout"].shape[1] < 2:
        return []
    edges = [_edges([scores[name][:, k] for name in PANELS]) for k in (0, 1)]
    everyone = EVERYONE if groups else ""
    series = [_map(name, scores[name], edges, FEWEST_HAPLOTYPES, everyone) for name in SHOWN]
    coarse = [edge[::2] for edge in edges]
    for label, rows in groups.items():
        for name in SHOWN:
            series.append(_map(name, scores[name][rows[name]], coarse, LEAST, label))
    few = f", in a single population {LEAST}," if groups else ""
    return [
        Figure(
            id="structure.density",
            title="Haplotypes on principal components 1 and 2",
            reading="The same shapes in all maps: the groups and gradients are those of real "
            "people. Colour is log10(1 + haplotypes); cells of fewer than "
            f"{FEWEST}{few} are empty; the outermost cells also hold what lies beyond.",
            kind="heatmaps",
            x_label="component 1",
            y_label="component 2",
            series=series,
        )
    ]


def _map(name: str, scores: Float64s, edges: list[Float64s], least: int, group: str) -> Series:
    across, along = (np.clip(scores[:, k], edges[k][0], edges[k][-1]) for k in (0, 1))
    cells, _, _ = np.histogram2d(along, across, bins=(edges[1], edges[0]))
    cells[cells < least] = 0
    x, y = ((edge[1:] + edge[:-1]) / 2 for edge in edges)
    drawn = heatmap(name, name, x, y, np.log10(1 + cells))
    return drawn.model_copy(update={"group": group})


def _edges(columns: list[Float64s]) -> Float64s:
    """Return edges of cells that no single haplotype sets.

    The ends are order statistics with at least `FEWEST` haplotypes of the panel beyond them,
    rounded to `STEP`: nobody's score can be read off an axis.
    """
    ends = [inner_ends(column, FEWEST_HAPLOTYPES) for column in columns]
    low = np.round(min(end[0] for end in ends) / STEP) * STEP
    high = np.round(max(end[1] for end in ends) / STEP) * STEP
    cells = 2 * int(np.clip(np.sqrt(min(len(column) for column in columns)) / 3, 4, CELLS / 2))
    return np.linspace(low, max(high, low + STEP), cells + 1)


# -- Distances between scores on principal components ----------------------------------------------


TRANSPORT_POINTS = 1_500
SMALL_PEOPLE = 200
SMALL_REPLICATES = 30
INTERVAL_DIRECTIONS = 32
INTERVAL_REPLICATES = 60

Scores = dict[str, Float64s]


class ScoreDistances:
    """How far the scores of artificial and train lie from those of the holdout.

    Parameters
    ----------
    scores
        Standardised scores of the three panels, shape ``(n_haplotypes, k)`` each.
    comparison
        Where randomness and the number of replicates come from.
    """

    def __init__(self, scores: Scores, comparison: Comparison) -> None:
        self._scores = scores
        self._comparison = comparison
        self._along = directions(
            scores["holdout"].shape[1], DIRECTIONS, comparison.rng("structure", "directions")
        )
        number = min(comparison.replicates, INTERVAL_REPLICATES)
        self._drawn = [self._draw(r) for r in range(number)]

    def _draw(self, replicate: int) -> Scores:
        """Return the panels with individuals drawn with replacement."""
        drawn = {}
        for name in PANELS:
            n = len(self._scores[name]) // 2
            rng = self._comparison.rng("bootstrap", "structure", name, replicate)
            drawn[name] = self._scores[name][haplotype_rows(rng.integers(0, n, n))]
        return drawn

    def sliced(self, name: str) -> Sample:
        """Return the sliced Wasserstein distance over all components and haplotypes."""
        few = self._along[:, :INTERVAL_DIRECTIONS]
        value = sliced_wasserstein(self._scores[name], self._scores["holdout"], self._along)
        spread = [sliced_wasserstein(d[name], d["holdout"], few) for d in self._drawn]
        return Sample(value, spread)

    def by_component(self, name: str) -> Float64s:
        """Return the Wasserstein distance of each component."""
        return wasserstein_1d(self._scores[name].T, self._scores["holdout"].T)

    def single(self, name: str) -> Sample:
        """Return the mean over components of their Wasserstein distances."""
        spread = [wasserstein_1d(d[name].T, d["holdout"].T).mean() for d in self._drawn]
        return Sample(self.by_component(name).mean(), spread)

    def transport(self, name: str) -> Sample:
        """Return the optimal transport distance on components 1 and 2.

        At most `TRANSPORT_POINTS` haplotypes of either panel are used, drawn at random.
        Replicates draw individuals with replacement, fewer of them; their spread is scaled by
        the square root of the sizes' ratio.
        """
        size = min(TRANSPORT_POINTS, *(len(scores) for scores in self._scores.values()))
        value = transport_distance(*(self._some(panel, size) for panel in (name, "holdout")))
        people = min(SMALL_PEOPLE, size // 2)
        number = min(SMALL_REPLICATES, self._comparison.replicates)
        small = [
            transport_distance(*(self._people(panel, people, r) for panel in (name, "holdout")))
            for r in range(number)
        ]
        centre = np.mean(small) if small else 0.0
        return Sample(value, value + (np.array(small) - centre) * np.sqrt(2 * people / size))

    def _some(self, panel: str, size: int) -> Float64s:
        """Return components 1 and 2 of `size` haplotypes, each at most once."""
        scores = self._scores[panel][:, :2]
        rng = self._comparison.rng("transport", panel, 0)
        return scores[rng.choice(len(scores), size, replace=False)]

    def _people(self, panel: str, number: int, replicate: int) -> Float64s:
        """Return components 1 and 2 of individuals drawn with replacement, both haplotypes."""
        scores = self._scores[panel][:, :2]
        rng = self._comparison.rng("transport", panel, 1 + replicate)
        return scores[haplotype_rows(rng.integers(0, len(scores) // 2, number))]
