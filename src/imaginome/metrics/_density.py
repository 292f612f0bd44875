"""Density maps of haplotypes on two principal components, as aggregates only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import heatmap
from imaginome.metrics._safe_bins import LEAST, inner_ends
from imaginome.metrics._scores import Scores
from imaginome.results import Figure, Series

CELLS = 32
"""Most cells along an axis; small panels have fewer, always an even number."""
FEWEST = 5
"""Cells of the density maps with fewer haplotypes are left empty."""
ORDER = ("holdout", "train", "artificial")
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
    series = [_map(name, scores[name], edges, FEWEST, everyone) for name in ORDER]
    coarse = [edge[::2] for edge in edges]
    for label, rows in groups.items():
        for name in ORDER:
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
    ends = [inner_ends(column, FEWEST) for column in columns]
    low = np.round(min(end[0] for end in ends) / STEP) * STEP
    high = np.round(max(end[1] for end in ends) / STEP) * STEP
    cells = 2 * int(np.clip(np.sqrt(min(len(column) for column in columns)) / 3, 4, CELLS / 2))
    return np.linspace(low, max(high, low + STEP), cells + 1)
