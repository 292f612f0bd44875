"""Probabilities far out in a tail, and which of many may be called discoveries."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import Citation

PICKANDS_1975 = Citation(
    "pickands1975",
    "Pickands, James",
    "Statistical inference using extreme order statistics",
    "Annals of Statistics",
    1975,
    "10.1214/aos/1176343003",
)
KNIJNENBURG_2009 = Citation(
    "knijnenburg2009",
    "Knijnenburg, Theo A. and Wessels, Lodewyk F. A. and Reinders, Marcel J. T. and "
    "Shmulevich, Ilya",
    "Fewer permutations, more accurate P-values",
    "Bioinformatics",
    2009,
    "10.1093/bioinformatics/btp211",
)
HOSKING_1987 = Citation(
    "hosking1987",
    "Hosking, Jonathan R. M. and Wallis, James R.",
    "Parameter and quantile estimation for the generalized Pareto distribution",
    "Technometrics",
    1987,
    "10.1080/00401706.1987.10488243",
)
BENJAMINI_1995 = Citation(
    "benjamini1995",
    "Benjamini, Yoav and Hochberg, Yosef",
    "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
    "Journal of the Royal Statistical Society, Series B",
    1995,
    "10.1111/j.2517-6161.1995.tb02031.x",
)

TAIL_SHARE = 0.05
MOST_IN_TAIL = 250
FEWEST_IN_TAIL = 20


def tail_probabilities(scores: Float64s, null: Float64s) -> Float64s:
    """Return P(null >= score) for each score, beyond the largest null value too.

    Inside the null values it is the share that reach the score, one more in both counts. In
    their highest twentieth a generalised Pareto tail (Pickands 1975) carries on, fitted by
    probability-weighted moments (Hosking and Wallis 1987) as Knijnenburg et al. 2009 do for
    permutations. Its shape is never taken to be negative, so that no score is called impossible
    because the largest of the null happened to lie below it. The larger of the two
    probabilities counts wherever there is a null value above.

    Parameters
    ----------
    scores
        ``float64``, any shape.
    null
        ``float64``, one-dimensional. With fewer than 400 values there is no tail, and one over
        their number is the least probability.
    """
    ordered = np.sort(null)
    n = len(ordered)
    above = n - np.searchsorted(ordered, scores, side="left")
    counted = (above + 1.0) / (n + 1.0)
    in_tail = min(int(TAIL_SHARE * n), MOST_IN_TAIL)
    if in_tail < FEWEST_IN_TAIL:
        return np.asarray(counted)
    threshold = 0.5 * (ordered[n - in_tail] + ordered[n - in_tail - 1])
    excess = ordered[n - in_tail :] - threshold
    if excess.mean() <= 0.0:
        return np.asarray(counted)
    beyond = in_tail / n * _pareto(excess, scores - threshold)
    beyond = np.where(above > 0, np.maximum(counted, beyond), beyond)
    return np.where(scores <= threshold, counted, beyond)


def _pareto(excess: Float64s, scores: Float64s) -> Float64s:
    """Return the survival function of a generalised Pareto distribution fitted to `excess`."""
    n = len(excess)
    ordered = np.sort(excess)
    mean = float(ordered.mean())
    weighted = float(np.mean(ordered * (n - 0.65 - np.arange(n)) / n))
    shape = max(0.0, 2.0 - mean / max(mean - 2.0 * weighted, 1e-12))
    scale = mean * (1.0 - shape)
    x = np.maximum(scores, 0.0) / scale
    if shape < 1e-6:
        return np.asarray(np.exp(-x))
    return np.asarray((1.0 + shape * x) ** (-1.0 / shape))


def discovery_rates(p: Float64s) -> Float64s:
    """Return the false-discovery rate at which each would be named (Benjamini-Hochberg).

    Returns
    -------
    numpy.ndarray
        ``float64``, same shape: the least rate over all lists that hold it.
    """
    n = len(p)
    order = np.argsort(p, kind="stable")
    rates = p[order] * n / np.arange(1, n + 1)
    found = np.empty(n)
    found[order] = np.minimum(1.0, np.minimum.accumulate(rates[::-1])[::-1])
    return found
