"""Figures and the table about association."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.metrics._results import axis, short, shorts
from imaginome.metrics._statistics import ratio
from imaginome.panel import Sites
from imaginome.results import Figure, Series, Table

EDGES_KB = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
BINS = np.arange(-8.5, 9.0, 1.0)
FEWEST = 20
"""Fewest pairs of site and trait behind a point."""
ORDER = ("holdout", "train", "artificial")


def around(sites: Sites, tested: Indices, causal: Indices, z: Mapping[str, Float64s]) -> Figure:
    """Return the mean squared z-score by distance from causal sites.

    Parameters
    ----------
    tested
        Which sites were tested.
    causal
        Causal sites of each trait, ``(n_traits, k)``.
    z
        By panel: shape ``(len(tested), n_traits)``.
    """
    bins = _distance_bins(sites, tested, causal)
    counts = _totals(bins, np.ones(bins.shape))
    seen = np.flatnonzero(counts >= FEWEST)
    middle = [(EDGES_KB[b] + EDGES_KB[b + 1]) / 2 for b in seen]
    series = []
    for name in ORDER:
        mean = ratio(_totals(bins, z[name] ** 2), counts)[seen]
        role: Any = name
        series.append(Series(name=name, role=role, x=axis(middle), y=list(shorts(mean))))
    return Figure(
        id="association.around",
        title="Association around causal sites",
        reading="Lines on top of each other: neighbours of a causal site tell of it as far as "
        "among real people. A lower line has lost linkage or causal alleles.",
        kind="lines",
        x_label="distance from the nearest causal site (kb)",
        y_label="mean squared z-score",
        series=series,
        x_log=True,
    )


def _distance_bins(sites: Sites, tested: Indices, causal: Indices) -> Indices:
    """Return the bin of distance to the nearest causal site of the same contig, or -1."""
    contig = np.cumsum(sites.contig_starts())
    edges = 1e3 * np.array(EDGES_KB)
    found = np.empty((len(tested), len(causal)), dtype=np.intp)
    for t, chosen in enumerate(causal):
        far = np.abs(sites.position[tested][:, None] - sites.position[chosen][None, :])
        same = contig[tested][:, None] == contig[chosen][None, :]
        nearest = np.where(same, far, edges[-1]).min(axis=1)
        place = np.searchsorted(edges, nearest, side="right") - 1
        found[:, t] = np.where(nearest < edges[-1], place, -1)
    return found


def _totals(bins: Indices, values: Float64s) -> Float64s:
    inside = bins >= 0
    return np.bincount(bins[inside], values[inside], len(EDGES_KB) - 1).astype(np.float64)


def agreement(z: Mapping[str, Float64s]) -> Figure:
    """Return the mean z-score of artificial and train by that of the holdout."""
    real = z["holdout"].ravel()
    place = np.searchsorted(BINS, real) - 1
    inside = (place >= 0) & (place < len(BINS) - 1)
    counts = np.bincount(place[inside], minlength=len(BINS) - 1)
    seen = np.flatnonzero(counts >= FEWEST)
    series = []
    for name in ("artificial", "train"):
        total = np.bincount(place[inside], z[name].ravel()[inside], len(BINS) - 1)
        role: Any = name
        y = shorts(total[seen] / counts[seen])
        series.append(Series(name=name, role=role, x=axis(BINS[seen] + 0.5), y=list(y)))
    return Figure(
        id="association.agreement",
        title="The same scan among other people",
        reading="The slope falls below the diagonal because chance differs, for real people too: "
        "what counts is that artificial lies on train.",
        kind="lines",
        x_label="z-score among people of the holdout",
        y_label="mean z-score of the same sites",
        series=series,
        diagonal=True,
    )


def table(rows: Mapping[str, tuple[float, float, float, float]]) -> Table:
    """Return one row a panel: what its scans find."""
    return Table(
        id="association.panels",
        title="What the scans of each panel find",
        columns=[
            "panel",
            "causal sites significant",
            "tested sites significant",
            "slope of estimated on true effects",
            "inflation without effects",
        ],
        rows=[[name, *(short(value) for value in rows[name])] for name in ORDER],
    )
