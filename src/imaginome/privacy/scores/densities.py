"""Distributions over people in which no bin and no axis tells of a single one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imaginome.arrays import Float64s, Int64s

FEWEST = 5
"""Fewest haplotypes that a bin may hold, unless it holds none."""
TAIL = 0.02


def densities(
    parts: Sequence[Float64s], most_bins: int
) -> tuple[list[float | str], list[list[float | str | None]]]:
    """Return bin centres and the share per unit of each part in common bins from zero on.

    The axis ends at a rounded quantile that at least `FEWEST` values of the pool exceed; those
    beyond it count in the last bin. Bins are merged until each holds nobody, or at least
    `FEWEST`, of every part.

    Parameters
    ----------
    parts
        Non-negative whole numbers, one a haplotype; NaN where unknown.
    most_bins
        Bins before merging.

    Returns
    -------
    tuple
        Centres, and one list of densities for each part.
    """
    known = [part[np.isfinite(part)] for part in parts]
    pool = np.sort(np.concatenate(known))
    if len(pool) == 0:
        return [0.0], [[None] for _ in parts]
    edges = _edges(_top(pool), most_bins)
    counts = np.stack([np.histogram(np.minimum(k, edges[-1]), edges)[0] for k in known])
    edges, counts = _merged(edges, counts)
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shares = counts / totals / np.diff(edges)
    return (
        [round(float(centre), 3) for centre in 0.5 * (edges[1:] + edges[:-1])],
        [[round(float(share), 8) for share in row] for row in shares],
    )


def _top(pool: Float64s) -> float:
    """Return where the axis ends: a high quantile, rounded down to two digits."""
    beyond = max(int(np.ceil(TAIL * len(pool))), FEWEST)
    value = float(pool[max(len(pool) - 1 - beyond, 0)])
    if value < 1.0:
        return 1.0
    unit = 10.0 ** max(int(np.floor(np.log10(value))) - 1, 0)
    return float(np.floor(value / unit) * unit)


def _edges(top: float, most_bins: int) -> Float64s:
    """Return edges half-way between whole numbers, from below zero to `top`."""
    step = max(1, int(np.ceil((top + 1.0) / most_bins)))
    return np.arange(-0.5, top + step, step)


def _merged(edges: Float64s, counts: Int64s) -> tuple[Float64s, Int64s]:
    """Merge bins from the left until each is empty or full enough, for every part."""
    starts, columns, running = [0], [], np.zeros(len(counts), dtype=np.int64)
    for b in range(counts.shape[1]):
        running = running + counts[:, b]
        if _tells_nobody(running):
            columns.append(running)
            starts.append(b + 1)
            running = np.zeros(len(counts), dtype=np.int64)
    while columns and not _tells_nobody(running):
        running = running + columns.pop()
        starts.pop()
    if running.any() or not columns:
        columns.append(running)
        starts.append(counts.shape[1])
    return edges[starts], np.stack(columns, axis=1)


def _tells_nobody(counts: Int64s) -> bool:
    return bool(np.all((counts == 0) | (counts >= FEWEST)))
