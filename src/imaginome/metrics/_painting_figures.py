"""Figures and tables about painted haplotypes, as aggregates only."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._labels import FEWEST
from imaginome.metrics._painted import Painted, Painting, target_groups
from imaginome.metrics._results import axis, short, shorts
from imaginome.metrics._safe_bins import LEAST, ORDER, histograms
from imaginome.metrics._statistics import ratio
from imaginome.results import Cell, Figure, Series, Table

BINS = 24
POINTS = 60


def figures(found: Painting) -> list[Figure]:
    """Return distributions of switches and tracts, and who copies from whom."""
    return [_switches(found), _tracts(found), *([_donors(found)] if found.labels else [])]


def _switches(found: Painting) -> Figure:
    return Figure(
        id="painting.switches",
        title="Changes of donor along a haplotype",
        reading="The same curves: artificial haplotypes are as fine a mosaic of real ones as real "
        f"people are of each other. Bins of fewer than {LEAST} haplotypes are left out; the "
        "outermost also hold what lies beyond.",
        kind="lines",
        x_label="changes of donor",
        y_label="share of haplotypes",
        series=histograms({name: found.panels[name].switches for name in ORDER}, BINS),
    )


def _tracts(found: Painting) -> Figure:
    m = len(found.panels["holdout"].tracts) - 1
    lengths = np.unique(np.geomspace(1, max(m, 1), POINTS + 1).round().astype(int))
    return Figure(
        id="painting.tracts",
        title="Tracts copied from one real donor",
        reading="The same curves: pieces shared with real donors are as long as between real "
        "people. A line above at the right is a model that copies long pieces of people whom "
        f"these donors resemble. Points of tracts of fewer than {FEWEST} people are left out.",
        kind="lines",
        x_label="length of the tract (sites)",
        y_label="share of sites in tracts at least as long",
        series=[_longer(name, found.panels[name], lengths) for name in ORDER],
        x_log=True,
    )


def _longer(name: str, painted: Painted, lengths: np.ndarray) -> Series:
    sites = painted.tracts
    at_least = np.cumsum(sites[::-1])[::-1][lengths]
    people = (painted.longest[:, None] >= lengths).sum(axis=0)
    y = np.where(people >= FEWEST, ratio(at_least, sites.sum()), np.nan)
    return Series.model_validate({"name": name, "role": name, "x": axis(lengths), "y": shorts(y)})


def _donors(found: Painting) -> Figure:
    groups = target_groups(found)
    series = []
    for name in ORDER:
        z = [shorts(_mean(found.panels[name], rows[name])) for rows in groups.values()]
        series.append(Series(name=name, role=name, x=list(found.labels), y=list(groups), z=z))
    return Figure(
        id="painting.donors",
        title="Who copies from whom",
        reading="The same maps: people of each group (rows) copy as much from donors of each "
        f"{found.column} (columns) as real ones do. Groups have {FEWEST} people or more.",
        kind="heatmaps",
        x_label="donors",
        y_label="targets",
        series=series,
    )


def _mean(painted: Painted, people: np.ndarray) -> Float64s:
    shares = (painted.shares[0::2] + painted.shares[1::2]) / 2
    return np.asarray(shares[people].mean(axis=0))


def tables(found: Painting) -> list[Table]:
    """Return one row a panel."""
    columns = [
        "panel",
        "people",
        "changes of donor per haplotype",
        f"changes of donor per {found.unit}",
        f"mean tract, {found.unit}",
        "mean tract, sites",
        "wrongly copied alleles per 1,000 sites",
    ]
    rows = [_row(found, name) for name in ORDER]
    title = "Painted haplotypes"
    fit = Table(
        id="painting.fit",
        title="Fitted among the donors",
        columns=["donor haplotypes", f"jumps per {found.unit}", "chance of a wrong copy"],
        rows=[[found.donors, short(found.rate), short(found.error)]],
    )
    return [Table(id="painting.panels", title=title, columns=columns, rows=rows), fit]


def _row(found: Painting, name: str) -> list[Cell]:
    painted = found.panels[name]
    m = len(painted.tracts) - 1
    switches = painted.switches.mean()
    # As many pieces as contigs' beginnings and changes of donor.
    tracts = (painted.tracts / np.maximum(np.arange(m + 1), 1)).sum() / len(painted.switches)
    return [
        name,
        painted.people.n_individuals,
        short(switches),
        short(ratio(switches, found.length)),
        short(found.length / tracts),
        short(m / tracts),
        short(1000 * painted.errors.mean() / m),
    ]
