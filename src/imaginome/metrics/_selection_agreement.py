"""How well two scans of the same region agree."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from imaginome.arrays import Bools, Float64s, Indices
from imaginome.metrics._results import Sample
from imaginome.metrics._statistics import moments, pearson, ratio

BLOCKS = 25
FEWEST_IN_BLOCK = 2
FEWEST = 20
"""Fewest scores of the holdout that are worth a correlation."""
TOP = 0.01


def agreement(
    scans: Float64s, real: Float64s, replicates: int, rng: np.random.Generator
) -> tuple[Sample, Sample]:
    """Return rank correlation and shared top of scans with the real ones, means over scans.

    Where the real scan has no value, nothing is compared. Where only the other has none, it
    counts as 0: no sign of selection. Replicates draw blocks of consecutive sites with
    replacement, of which the region is cut into at most `BLOCKS`; which sites are the strongest
    is settled before.

    Parameters
    ----------
    scans, real
        Shape ``(n_scans, n_sites)``, NaN where undefined.
    """
    kept = np.flatnonzero(np.isfinite(real).all(axis=0))
    one, two = np.nan_to_num(scans[:, kept]), real[:, kept]
    drawn = [_blocks(len(kept), rng) for _ in range(replicates)]
    tops = strongest(one), strongest(two)
    return (
        Sample(spearman(one, two), [spearman(one[:, d], two[:, d]) for d in drawn]),
        Sample(shared(*tops), [shared(*(top[:, d] for top in tops)) for d in drawn]),
    )


def _blocks(n: int, rng: np.random.Generator) -> Indices:
    number = min(BLOCKS, n // FEWEST_IN_BLOCK)
    parts = np.array_split(np.arange(n), number)
    return np.concatenate([parts[b] for b in rng.integers(0, number, number)])


def spearman(one: Float64s, two: Float64s) -> float:
    """Return the rank correlation over sites, averaged over scans; 0 where nothing varies."""
    ranks = (np.asarray(rankdata(x, axis=-1), dtype=np.float64) for x in (one, two))
    return float(np.nan_to_num(pearson(moments(*ranks))).mean())


def strongest(scans: Float64s) -> Bools:
    """Tell which sites are the `TOP` strongest of each scan, of either sign."""
    number = max(1, round(TOP * scans.shape[1]))
    found = np.zeros(scans.shape, dtype=np.bool_)
    order = np.argsort(-np.abs(scans), axis=1, kind="stable")[:, :number]
    np.put_along_axis(found, order, True, axis=1)
    return found


def shared(one: Bools, two: Bools) -> float:
    """Return which share of the second's sites, over all scans, is among those of the first."""
    return float(ratio((one & two).sum(), two.sum()))
