"""Figures and tables about haplotypes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._haplotype_statistics import Found
from imaginome.metrics._results import axis, short, shorts
from imaginome.metrics._shared_runs import Runs
from imaginome.metrics._statistics import ratio
from imaginome.panel import Sites
from imaginome.results import Figure, Series, Table

POINTS = 150
FEWEST_RUNS = 5
ALONG = 32
"""The entropy along the genome is drawn for windows of this many sites."""
ORDER = ("holdout", "train", "artificial")


def entropy_figure(found: Mapping[int, Found], sites: Sites) -> list[Figure]:
    """Return the entropy along the genome, averaged in at most `POINTS` bins of windows."""
    windows = found[ALONG]
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
                for name in ORDER
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
    for name in ORDER:
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


def table(found: Mapping[int, Found]) -> Table:
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
        rows=[[k, len(windows.middle), *_row(windows)] for k, windows in found.items()],
    )


def _row(windows: Found) -> list[float | None]:
    entropies = [windows.entropies[name] for name in ORDER]
    return [
        short(windows.correlation["artificial"]),
        short(windows.correlation["train"]),
        *(short(windows.distinct[name][0]) for name in ORDER),
        *(short(values.mean()) if len(values) else None for values in entropies),
    ]
