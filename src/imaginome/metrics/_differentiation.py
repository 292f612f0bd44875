"""F_ST between labelled populations, real against artificial, as a measure and a table."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._fst import PopulationCounts, shared_populations
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample, measure, short
from imaginome.metrics._statistics import mean_error, moments
from imaginome.metrics.comparison import Comparison
from imaginome.results import Cell, Measure, Table

REPLICATES = 50
MOST_ROWS = 400
NAME = "Mean absolute error of F_ST between populations"


def differentiation(comparison: Comparison) -> tuple[Measure, list[Table]]:
    """Compare F_ST between the populations that all three panels have."""
    column, populations = shared_populations(comparison)
    if not populations:
        none = Sample(float("nan"))
        note = "Not all panels have labels of two or more populations in common."
        return measure("structure.fst_mae", NAME, none, none, best=0.0, note=note), []
    pairs = np.triu_indices(len(populations), 1)
    number = min(comparison.replicates, REPLICATES)
    values: dict[str, Float64s] = {}
    spread: dict[str, Float64s] = {}
    for name in PANELS:
        counts = PopulationCounts(getattr(comparison, name), column, populations)
        rng = comparison.rng("bootstrap", "fst", name)
        values[name] = counts.fst()[pairs]
        spread[name] = counts.replicates(number, rng)[:, pairs[0], pairs[1]]
    samples = [
        Sample(
            mean_error(moments(values[name], values["holdout"])),
            mean_error(moments(spread[name], spread["holdout"])),
        )
        for name in ("artificial", "train")
    ]
    note = f"Hudson's estimator, {len(pairs[0])} pairs of {column}s."
    found = measure("structure.fst_mae", NAME, *samples, best=0.0, note=note)
    return found, [_table(column, populations, values)]


def _table(column: str, populations: list[str], values: dict[str, Float64s]) -> Table:
    """Return F_ST of each pair, those that differ most first."""
    first, second = np.triu_indices(len(populations), 1)
    order = np.argsort(
        -np.abs(np.nan_to_num(values["artificial"] - values["holdout"])), kind="stable"
    )
    rows: list[list[Cell]] = [
        [
            populations[first[k]],
            populations[second[k]],
            *(short(values[name][k]) for name in ("holdout", "artificial", "train")),
        ]
        for k in order[:MOST_ROWS]
    ]
    return Table(
        id="structure.fst",
        title=f"F_ST between {column}s, largest differences first",
        columns=[column, column, "holdout", "artificial", "train"],
        rows=rows,
    )
