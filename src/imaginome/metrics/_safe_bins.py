"""Histograms whose bins and ends say nothing about one person."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._labels import FEWEST
from imaginome.metrics._results import axis, shorts
from imaginome.results import Series

LEAST = 2 * FEWEST
"""Fewest haplotypes in a bin: they are of `FEWEST` people at least."""
TAIL = 0.005
"""Share of values beyond either end of an axis."""
PER_BIN = 20
"""Haplotypes of the smallest panel to a bin, on average: small panels have fewer bins."""
ORDER = ("holdout", "train", "artificial")


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
    for name in ORDER:
        inside = np.clip(columns[name], edges[0], edges[-1])
        counts = np.histogram(inside, edges)[0]
        shares = np.where(counts >= LEAST, counts / len(inside), np.nan)
        series.append(Series(name=name, role=name, x=middles, y=list(shorts(shares))))
    return series
