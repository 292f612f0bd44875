"""Figures and tables of ancestry proportions."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.metrics._results import axis, shorts
from imaginome.results import Cell, Figure, Series, Table

BINS = 20
FEWEST = 5
"""Bins with fewer people are left empty."""
ORDER = ("holdout", "train", "artificial")

Shares = dict[str, Float64s]


def figures(shares: Shares, ancestries: list[str]) -> list[Figure]:
    """Return mean proportions as bars and the distribution of proportions as heat maps."""
    return [_mean(shares, ancestries), _distribution(shares, ancestries)]


def _mean(shares: Shares, ancestries: list[str]) -> Figure:
    names: list[float | str] = list(ancestries)
    return Figure(
        id="ancestry.mean",
        title="Mean ancestry proportions",
        reading="Bars of equal height: the panel as a whole descends from the populations that "
        "real people descend from, in the same shares.",
        kind="bars",
        x_label="ancestry",
        y_label="mean proportion",
        series=[
            Series(name=name, role=name, x=names, y=list(shorts(shares[name].mean(axis=0))))
            for name in ORDER
        ],
    )


def _distribution(shares: Shares, ancestries: list[str]) -> Figure:
    edges = np.linspace(0.0, 1.0, BINS + 1)
    middle = axis((edges[1:] + edges[:-1]) / 2)
    series = []
    for name in ORDER:
        # Rounding may leave a proportion just above one.
        rows = [np.histogram(np.minimum(column, 1.0), edges)[0] for column in shares[name].T]
        cells = np.array(rows, dtype=np.float64)
        cells[cells < FEWEST] = 0
        z = [shorts(row) for row in np.log10(1 + cells)]
        series.append(Series(name=name, role=name, x=middle, y=list(ancestries), z=z))
    return Figure(
        id="ancestry.distribution",
        title="Distribution of ancestry proportions",
        reading="The same maps: as many people of one ancestry (at the ends) and of mixed "
        "ancestry (in between) as among real people. Colour is log10(1 + people); bins of fewer "
        f"than {FEWEST} are empty.",
        kind="heatmaps",
        x_label="share of ancestry",
        y_label="ancestry",
        series=series,
    )


def tables(
    shares: Shares,
    ancestries: list[str],
    rows: dict[str, list[Indices]],
    populations: list[str],
    column: str,
) -> list[Table]:
    """Return mean proportions by population, where all panels have populations."""
    if not populations:
        return []
    order = ("holdout", "artificial", "train")
    cells: list[list[Cell]] = []
    for p, population in enumerate(populations):
        means = [shorts(shares[name][rows[name][p]].mean(axis=0)) for name in order]
        cells += [
            [population, ancestry, *(mean[k] for mean in means)]
            for k, ancestry in enumerate(ancestries)
        ]
    return [
        Table(
            id="ancestry.by_population",
            title=f"Mean ancestry proportions by {column}",
            columns=[column, "ancestry", *order],
            rows=cells,
        )
    ]
