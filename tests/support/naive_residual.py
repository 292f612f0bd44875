"""Slow and plain: what the three tests of residual risk must agree with."""

import numpy as np


def nearest_record(person, rows, hidden, reach):
    """Row with the fewest differences within reach (or anywhere) but in the hidden sites."""
    known = np.ones(len(person), dtype=bool)
    known[hidden] = False
    everywhere = ((rows != person) & known).sum(axis=1)
    if reach is None:
        return int(np.argmin(everywhere))
    near = known & (np.arange(len(person)) >= reach[0]) & (np.arange(len(person)) < reach[1])
    around = ((rows != person) & near).sum(axis=1)
    return min(range(len(rows)), key=lambda j: (around[j], everywhere[j], j))


def carriers(people, stretch, start):
    """Individuals who carry a stretch on either haplotype."""
    stop = start + len(stretch)
    return sorted(
        {i // 2 for i, row in enumerate(people) if np.array_equal(row[start:stop], stretch)}
    )


def nearest_few(person, rows, k):
    """The k nearest rows, of equals the first."""
    apart = (rows != person).sum(axis=1)
    return sorted(range(len(rows)), key=lambda j: (apart[j], j))[:k]
