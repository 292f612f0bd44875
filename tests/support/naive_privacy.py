"""Slow and plain: what the fast routines must agree with."""

import numpy as np


def distances(first, second):
    return (first[:, None] != second[None]).sum(axis=2)


def nearest_within(haplotypes, groups):
    apart = distances(haplotypes, haplotypes).astype(float)
    apart[groups[:, None] == groups[None]] = np.nan
    return np.nanmin(apart, axis=1)


def accuracy(queries, others, groups):
    """AA by two loops, ties one half."""
    inside = nearest_within(queries, groups)
    total = 0.0
    for row, own in zip(queries, inside, strict=True):
        far = min(int((row != other).sum()) for other in others)
        total += 1.0 if far > own else 0.5 if far == own else 0.0
    return total / len(queries)


def run_starts(row, donors):
    """Where the longest run of `row` with any donor begins that ends at each site."""
    starts = np.arange(1, len(row) + 1)
    for donor in donors:
        start = 0
        for k in range(len(row)):
            if donor[k] != row[k]:
                start = k + 1
            starts[k] = min(starts[k], start)
    return starts


def longest_run(row, donors, weights):
    best = 0.0
    for k, start in enumerate(run_starts(row, donors)):
        best = max(best, float(weights[start : k + 1].sum()))
    return best


def auc(members, others):
    points = [(a > b) + 0.5 * (a == b) for a in members for b in others]
    return sum(points) / len(points)


def true_rate(members, others, false_rate):
    """Accuse from the highest score on; of equal scores a random part, up to the rate."""
    true = false = 0.0
    for score in sorted({*members, *others}, reverse=True):
        more_true = float(np.mean(np.array(members) == score))
        more_false = float(np.mean(np.array(others) == score))
        if false + more_false > false_rate:
            return true + more_true * (false_rate - false) / more_false
        true, false = true + more_true, false + more_false
    return true
