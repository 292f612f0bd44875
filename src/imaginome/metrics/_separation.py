"""How well scores separate two panels: area under the curve, with replicates, and the curve."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._statistics import ratio


def area(
    first: Float64s, second: Float64s, first_weights: Float64s, second_weights: Float64s
) -> Float64s:
    """Return the chance that one of `first` scores above one of `second`; ties count half.

    Parameters
    ----------
    first, second
        Scores, shapes ``(n,)`` and ``(k,)``.
    first_weights, second_weights
        How often each counts, shapes ``(replicates, n)`` and ``(replicates, k)``.

    Returns
    -------
    numpy.ndarray
        Shape ``(replicates,)``; NaN where nobody counts on one side.
    """
    order = np.argsort(second, kind="stable")
    below = np.cumsum(second_weights[:, order], axis=1)
    below = np.concatenate([np.zeros((len(below), 1)), below], axis=1)
    ranked = second[order]
    lower = below[:, np.searchsorted(ranked, first, side="left")]
    upper = below[:, np.searchsorted(ranked, first, side="right")]
    wins = (first_weights * (lower + upper)).sum(axis=1) / 2
    return ratio(wins, first_weights.sum(axis=1) * second_weights.sum(axis=1))


def mean_known(values: Float64s) -> Float64s:
    """Return the mean over the first axis of what is not NaN; NaN where nothing is."""
    return ratio(np.nan_to_num(values).sum(axis=0), np.isfinite(values).sum(axis=0))


def true_rates(first: Float64s, second: Float64s, false_rates: Float64s) -> Float64s:
    """Return the share of `first` called at given shares of `second` called by mistake."""
    thresholds = np.unique(np.concatenate([first, second]))[::-1]
    calls = [
        np.concatenate([[0.0], (len(x) - np.searchsorted(np.sort(x), thresholds)) / len(x)])
        for x in (second, first)
    ]
    return np.asarray(np.interp(false_rates, calls[0], calls[1]))
