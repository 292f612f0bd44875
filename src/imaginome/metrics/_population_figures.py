"""Figures and table of errors within populations."""

from __future__ import annotations

import numpy as np

from imaginome.metrics._population_errors import Found
from imaginome.metrics._results import short
from imaginome.metrics.bootstrap import estimate
from imaginome.results import Cell, Estimate, Figure, Series, Table

WHAT = {"frequency": "allele frequencies", "linkage": "linkage between near sites"}
COLUMNS = {
    "frequency": "frequency error",
    "linkage": "r2 error",
    "lost": "sites lost",
    "fst": "F_ST to real",
    "diversity": "diversity",
}


def figures(found: list[Found]) -> list[Figure]:
    """Return the error in units of the ceiling, by population."""
    return [_figure(found, kind) for kind in WHAT]


def _figure(found: list[Found], kind: str) -> Figure:
    artificial = [estimate(float(f.ratio(kind)), f.ratio_spread(kind), lowest=0.0) for f in found]
    chance = [_by_chance(f, kind) for f in found]
    return Figure(
        id=f"populations.{kind}",
        title=f"Error of {WHAT[kind]} by population",
        reading="At 1 people of a population are as close to real ones as other real people "
        "are; above, further off. The smallest populations come first, superpopulations last. "
        "Train shows what another sample of real people would give by chance.",
        kind="points",
        x_label="population",
        y_label="error, in units of the ceiling",
        series=[
            _series("artificial", found, artificial),
            _series("train", found, chance),
        ],
    )


def _by_chance(found: Found, kind: str) -> Estimate:
    values = found.ratio_by_chance(kind)
    return estimate(1.0 if np.isfinite(values).any() else np.nan, values, lowest=0.0)


def _series(name: str, found: list[Found], values: list[Estimate]) -> Series:
    return Series(
        name=name,
        role="artificial" if name == "artificial" else "train",
        x=[f.group.label for f in found],
        y=[None if v.value is None else short(v.value) for v in values],
        low=[None if v.low is None else short(v.low) for v in values],
        high=[None if v.high is None else short(v.high) for v in values],
    )


def table(found: list[Found]) -> Table:
    """Return every error of every group beside its ceiling, smallest populations first."""
    columns = ["group", "kind", "people"]
    for kind, name in COLUMNS.items():
        columns += [name, f"{name}, ceiling"]
        columns += [f"{name}, ratio"] if kind in WHAT else []
    return Table(
        id="populations.table",
        title="Errors within populations",
        columns=columns,
        rows=[_row(f) for f in found],
    )


def _row(found: Found) -> list[Cell]:
    row: list[Cell] = [found.group.label, found.group.column, found.group.people]
    for kind in COLUMNS:
        row += [short(found.values[name][kind]) for name in ("artificial", "train")]
        row += [short(found.ratio(kind))] if kind in WHAT else []
    return row
