"""The folded site frequency spectrum."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Int64s


def spectrum_edges(n: int) -> Int64s:
    """Return the first minor-allele count of each class: 1, 2, 3, ... then wider and wider.

    Classes grow by at least a fifth, so that counts that hardly any site has are pooled; the
    last edge is ``n // 2 + 1``.
    """
    edges = [1]
    while edges[-1] <= n // 2:
        edges.append(max(edges[-1] + 1, round(edges[-1] * 1.2)))
    edges[-1] = n // 2 + 1
    return np.array(edges, dtype=np.int64)


def folded_spectrum(counts: Float64s, n: int) -> Float64s:
    """Return the share of polymorphic sites in each class of minor-allele counts.

    Parameters
    ----------
    counts
        ALT allele counts, shape ``(..., n_sites)``.
    n
        Number of haplotypes.

    Returns
    -------
    numpy.ndarray
        Shape ``(..., n_classes)``, classes from `spectrum_edges`; sums to 1, or NaN without a
        polymorphic site.
    """
    edges = spectrum_edges(n)
    minor = np.rint(np.minimum(counts, n - counts)).astype(np.int64)
    classes = np.digitize(minor, edges)
    flat = classes.reshape(-1, classes.shape[-1])
    found = np.array(
        [np.bincount(row, minlength=len(edges) + 1)[1 : len(edges)] for row in flat], dtype=float
    ).reshape(*classes.shape[:-1], len(edges) - 1)
    total = found.sum(axis=-1, keepdims=True)
    return np.where(total > 0, found / np.where(total > 0, total, 1.0), np.nan)


def jensen_shannon(p: Float64s, q: Float64s) -> Float64s:
    """Return the Jensen-Shannon divergence in bits (Lin 1991): 0 equal, 1 disjoint.

    Parameters
    ----------
    p, q
        Distributions along the last axis.
    """
    middle = (p + q) / 2
    return (_relative_entropy(p, middle) + _relative_entropy(q, middle)) / 2


def _relative_entropy(p: Float64s, q: Float64s) -> Float64s:
    inside = np.where(p > 0, p / np.where(p > 0, q, 1.0), 1.0)
    terms = np.where(np.isnan(p) | np.isnan(q), np.nan, p * np.log2(inside))
    return np.asarray(terms.sum(axis=-1))
