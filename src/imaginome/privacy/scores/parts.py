"""Everyone in train, in parts as large as the holdout: fair duels that leave nobody out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import t as student

from imaginome.metrics.comparison import Comparison
from imaginome.results import Estimate

MOST_WORK = 200_000_000
"""Haplotypes times sites scanned at most; the first part is scanned whatever it costs."""
MOST_PARTS = 16
DEGREES = 19


def paired_parts(comparison: Comparison) -> list[Comparison]:
    """Divide train at random into parts of as many people as the holdout has.

    The last part is filled up with people of others. A holdout that is larger than train is
    reduced instead, and there is one part.

    Returns
    -------
    list
        Paired comparisons: as many as stay within `MOST_WORK` and `MOST_PARTS`.
    """
    n, size = comparison.train.n_individuals, comparison.holdout.n_individuals
    if n <= size:
        return [comparison.paired()]
    order = comparison.rng("parts", "train").permutation(n)
    starts = [min(start, n - size) for start in range(0, n, size)][: _affordable(comparison)]
    return [comparison.take(train=np.sort(order[a : a + size])) for a in starts]


def people_seen(comparison: Comparison) -> int:
    """Return how many train people the parts hold together."""
    n, size = comparison.train.n_individuals, comparison.holdout.n_individuals
    return n if n <= size else min(n, size * _affordable(comparison))


def _affordable(comparison: Comparison) -> int:
    people = 2 * comparison.holdout.n_individuals + comparison.artificial.n_individuals
    return min(MOST_PARTS, max(1, MOST_WORK // (2 * people * comparison.train.n_sites)))


def averaged(estimates: Sequence[Estimate]) -> Estimate:
    """Return the mean over parts with the mean interval.

    Parts share the holdout and the artificial panel; the mean interval is right if their
    errors go together altogether, and too wide otherwise.
    """
    if any(e.value is None or e.low is None or e.high is None for e in estimates):
        return estimates[0]
    columns = np.array([[e.value, e.low, e.high] for e in estimates], dtype=np.float64)
    value, low, high = (float(v) for v in columns.mean(axis=0))
    return Estimate(value=value, low=low, high=high)


def highest(estimates: Sequence[Estimate]) -> Estimate:
    """Return the highest of all parts, its interval widened for having looked at each (Bonferroni).

    Intervals are those of Student's t with 19 degrees of freedom.
    """
    best = max(estimates, key=lambda e: -1.0 if e.value is None else e.value)
    if best.value is None or best.low is None or best.high is None:
        return best
    wide = student.ppf(1 - 0.025 / len(estimates), DEGREES) / student.ppf(0.975, DEGREES)
    return Estimate(
        value=best.value,
        low=max(0.0, best.value - wide * (best.value - best.low)),
        high=min(1.0, best.value + wide * (best.high - best.value)),
    )
