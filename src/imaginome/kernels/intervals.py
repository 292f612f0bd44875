"""Intervals: bootstrap over individuals, whose haplotypes are drawn together, and Wilson's.

`scipy.stats.binomtest` has Wilson's interval too, for whole counts only; carriers who take part
in several comparisons count as a fraction of a draw.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from imaginome.arrays import Float32s, Float64s
from imaginome.results import Estimate


def individual_weights(n_individuals: int, replicates: int, rng: np.random.Generator) -> Float32s:
    """Return how often each individual is drawn in each replicate.

    Returns
    -------
    numpy.ndarray
        ``float32``, shape ``(replicates, n_individuals)``; rows sum to `n_individuals`.
    """
    share = np.full(n_individuals, 1.0 / n_individuals)
    return rng.multinomial(n_individuals, share, size=replicates).astype(np.float32)


def haplotype_weights(weights: Float32s) -> Float32s:
    """Return the weight of each haplotype: that of its individual."""
    return np.repeat(weights, 2, axis=-1)


def estimate(
    value: float,
    replicates: Sequence[float] | npt.NDArray[np.floating],
    *,
    lowest: float = -math.inf,
    highest: float = math.inf,
) -> Estimate:
    """Return `value` with the 95% interval of its centred bootstrap replicates.

    Drawing individuals with replacement adds noise to both panels, which shifts distances and
    errors upwards. The replicates give the spread; they are centred on the value, so that the
    shift does not enter the interval.

    Parameters
    ----------
    value
        The measure on the panels themselves.
    replicates
        The measure on resampled panels.
    lowest, highest
        Range of the measure, to which the interval is clipped.
    """
    if not math.isfinite(value):
        return Estimate(value=None)
    finite = np.asarray(replicates, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if len(finite) < 2:
        return Estimate(value=value)
    centre = float(finite.mean())
    low, high = np.quantile(finite, [0.025, 0.975]) - centre + value
    return Estimate(
        value=value,
        low=min(value, max(lowest, float(low))),
        high=max(value, min(highest, float(high))),
    )


def column_interval(replicates: Float64s) -> tuple[Float64s, Float64s]:
    """Return the ends of the 95% interval of each column of replicates, ``(n, n_columns)``.

    What is not finite is left out; NaN where fewer than two are left.
    """
    columns = [column[np.isfinite(column)] for column in replicates.T]
    ends = [
        np.quantile(column, [0.025, 0.975]) if len(column) > 1 else np.full(2, np.nan)
        for column in columns
    ]
    low, high = np.reshape(ends, (len(columns), 2)).T
    return low, high


def wilson(share: float, n: float, comparisons: int = 1) -> Estimate:
    """Return a share with the 95% interval of Wilson (1927), which holds for 0 and 1 too.

    Parameters
    ----------
    share
        Share of successes.
    n
        Number of draws, or the effective number where draws are not independent.
    comparisons
        How many shares are compared to pick one: the interval is that of all (Bonferroni).
    """
    z = float(norm.isf(0.025 / comparisons))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    margin = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(
        value=share,
        low=min(share, max(0.0, centre - margin)),
        high=max(share, min(1.0, centre + margin)),
    )
