"""Density maps of haplotypes on two principal components, as aggregates only."""

from __future__ import annotations

import numpy as np

from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import heatmap
from imaginome.metrics._safe_bins import inner_ends
from imaginome.metrics._scores import Scores
from imaginome.metrics._statistics import Values
from imaginome.results import Figure

CELLS = 32
FEWEST = 5
"""Cells of the density maps with fewer haplotypes are left empty."""
STEP = 0.25
"""Ends of the axes are whole multiples of this many standard deviations."""


def density(scores: Scores) -> list[Figure]:
    """Return density maps of components 1 and 2; sparse cells stay empty.

    Parameters
    ----------
    scores
        Standardised scores of the three panels, shape ``(n_haplotypes, k)`` each.
    """
    if scores["holdout"].shape[1] < 2:
        return []
    edges = [_edges([scores[name][:, k] for name in PANELS]) for k in (0, 1)]
    x, y = ((e[1:] + e[:-1]) / 2 for e in edges)
    series = []
    for name in ("holdout", "train", "artificial"):
        across, along = (np.clip(scores[name][:, k], edges[k][0], edges[k][-1]) for k in (0, 1))
        cells, _, _ = np.histogram2d(along, across, bins=(edges[1], edges[0]))
        cells[cells < FEWEST] = 0
        series.append(heatmap(name, name, x, y, np.log10(1 + cells)))
    return [
        Figure(
            id="structure.density",
            title="Haplotypes on principal components 1 and 2",
            reading="The same shapes in all maps: the groups and gradients are those of real "
            f"people. Colour is log10(1 + haplotypes); cells of fewer than {FEWEST} are empty; "
            "the outermost cells also hold what lies beyond.",
            kind="heatmaps",
            x_label="component 1",
            y_label="component 2",
            series=series,
        )
    ]


def _edges(columns: list[Values]) -> Values:
    """Return edges of cells that no single haplotype sets.

    The ends are order statistics with at least `FEWEST` haplotypes of the panel beyond them,
    rounded to `STEP`: nobody's score can be read off an axis.
    """
    ends = [inner_ends(column, FEWEST) for column in columns]
    low = np.round(min(end[0] for end in ends) / STEP) * STEP
    high = np.round(max(end[1] for end in ends) / STEP) * STEP
    return np.linspace(low, max(high, low + STEP), CELLS + 1)
