"""Figures about scans for selection: averages over many sites of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._results import axis, shorts
from imaginome.metrics._statistics import ratio
from imaginome.panel import Sites
from imaginome.results import Figure, Series

POINTS = 120
RANKS = 25
ORDER = ("holdout", "train", "artificial")


def along(
    scan_id: str, title: str, unit: str, sites: Sites, at: Float64s, scans: Mapping[str, Float64s]
) -> Figure:
    """Return a scan along the genome, averaged in at most `POINTS` bins of sites.

    Parameters
    ----------
    sites
        The panel's sites.
    at
        The site, or the mean of sites, behind each value, ``(n,)``.
    scans
        By panel: shape ``(n,)``, NaN where undefined.
    """
    one = len(set(sites.contig)) == 1
    where = sites.position[at.astype(np.intp)] / 1e6 if one else at
    number = min(len(at), POINTS)
    return Figure(
        id=f"selection.{scan_id}",
        title=f"{title} along the genome",
        reading="Peaks at the same places and as high: who looks for selection among artificial "
        "people finds the same regions. Train shows how far other real people agree.",
        kind="lines",
        x_label="position (Mb)" if one else "site",
        y_label=unit,
        series=[
            _line(name, axis(_means(where, number)), _means(scans[name], number)) for name in ORDER
        ],
    )


def _line(name: str, x: list[float | str], y: list[float]) -> Series:
    role: Any = name
    return Series(name=name, role=role, x=x, y=list(shorts(y)))


def _means(values: Float64s, number: int) -> list[float]:
    """Return means over equal parts, of what is defined."""
    parts = np.array_split(values, number)
    known = [part[np.isfinite(part)] for part in parts]
    return [float(part.mean()) if len(part) else float("nan") for part in known]


def by_rank(scan_id: str, title: str, scans: Mapping[str, Float64s]) -> Figure:
    """Return the mean score of artificial and train by that of the holdout, in equal bins."""
    real = scans["holdout"]
    kept = np.flatnonzero(np.isfinite(real))
    number = min(RANKS, len(kept))
    bins = np.array_split(kept[np.argsort(real[kept], kind="stable")], number)
    x = axis([real[part].mean() for part in bins])
    series = []
    for name in ("artificial", "train"):
        scores = np.nan_to_num(scans[name])
        series.append(_line(name, x, [float(ratio(scores[b].sum(), len(b))) for b in bins]))
    return Figure(
        id=f"selection.{scan_id}_agreement",
        title=f"{title}: the same sites in another panel",
        reading="Artificial on train: sites that stand out among real people stand out as much "
        "among artificial ones. A flatter line has lost the signal.",
        kind="lines",
        x_label="mean score among people of the holdout",
        y_label="mean score of the same sites",
        series=series,
        diagonal=True,
    )
