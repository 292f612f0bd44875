"""Small statistics; what is NaN, or paired with it, is left out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s


def moments(a: Float64s, b: Float64s) -> Float64s:
    """Return what `pearson`, `mean_error` and `mean_difference` need, over the last axis.

    Pieces of the data may be taken one at a time and their moments added.

    Parameters
    ----------
    a, b
        ``float64``, equal shape; NaN marks what is undefined.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., 7)``: count and the sums of a, b, aa, bb, ab, ``|a - b|``.
    """
    both = np.isfinite(a) & np.isfinite(b)
    a = np.where(both, a, 0.0)
    b = np.where(both, b, 0.0)
    sums = (both, a, b, a * a, b * b, a * b, np.abs(a - b))
    return np.stack([s.sum(axis=-1, dtype=np.float64) for s in sums], axis=-1)


def pearson(m: Float64s) -> Float64s:
    """Return the correlation coefficient from `moments`; NaN without two differing values."""
    n, a, b, aa, bb, ab = (m[..., k] for k in range(6))
    spread_a, spread_b = n * aa - a * a, n * bb - b * b
    # What rounding leaves of a constant's variance is no variance.
    varies = (spread_a > 1e-12 * n * aa) & (spread_b > 1e-12 * n * bb)
    scale = np.sqrt(np.where(varies, spread_a * spread_b, 1.0))
    return np.where(varies, np.clip((n * ab - a * b) / scale, -1.0, 1.0), np.nan)


def mean_error(m: Float64s) -> Float64s:
    """Return the mean absolute difference from `moments`."""
    return ratio(m[..., 6], m[..., 0])


def mean_difference(m: Float64s) -> Float64s:
    """Return the mean of ``a - b`` from `moments`."""
    return ratio(m[..., 1] - m[..., 2], m[..., 0])


def ratio(above: npt.ArrayLike, below: npt.ArrayLike) -> Float64s:
    """Divide; NaN where there is nothing below."""
    top, bottom = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), np.nan)


def mean_known(values: Float64s) -> Float64s:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is."""
    return ratio(np.nan_to_num(values).sum(axis=0), np.isfinite(values).sum(axis=0))


def share_greater(first: Float64s, second: Float64s) -> float:
    """Return ``mean 1[first > second]``, ties one half, where both are known; NaN if nowhere."""
    known = np.isfinite(first) & np.isfinite(second)
    if not known.any():
        return float("nan")
    first, second = first[known], second[known]
    return float(np.mean(first > second) + 0.5 * np.mean(first == second))


def lost_share(counts: Float64s, real_counts: Float64s, n: int, n_real: int) -> Float64s:
    """Return the share of sites polymorphic in the real panel that are fixed in the other.

    Parameters
    ----------
    counts, real_counts
        ALT allele counts, sites along the last axis.
    n, n_real
        Number of haplotypes of either panel.

    Returns
    -------
    numpy.ndarray
        Shape of the leading axes; NaN where the real panel has no polymorphic site.
    """
    polymorphic = (real_counts > 0) & (real_counts < n_real)
    fixed = (counts <= 0) | (counts >= n)
    return ratio((polymorphic & fixed).sum(axis=-1), polymorphic.sum(axis=-1))
