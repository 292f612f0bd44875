"""F_ST between populations: Hudson's estimator as a ratio of averages."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.kernels.statistics import ratio
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.labels import members
from imaginome.panel import Panel


def hudson_fst(frequencies: Float64s, sizes: Int64s) -> Float64s:
    """Return F_ST between all pairs of populations (Bhatia et al. 2013, equation 10).

    Parameters
    ----------
    frequencies
        Allele frequencies, shape ``(n_populations, n_sites)``.
    sizes
        Number of haplotypes of each population, at least two.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_populations, n_populations)``; NaN where nothing varies.
    """
    square = (frequencies**2).sum(axis=1)
    total = frequencies.sum(axis=1)
    cross = frequencies @ frequencies.T
    error = (total - square) / (sizes - 1)
    between = square[:, None] + square[None, :] - 2 * cross - error[:, None] - error[None, :]
    return ratio(between, total[:, None] + total[None, :] - 2 * cross)


def shared_populations(comparison: Comparison) -> tuple[str, list[str]]:
    """Return the finest label that all panels have for two or more populations, and these."""
    panels = (comparison.train, comparison.holdout, comparison.artificial)
    for column in ("population", "superpopulation"):
        groups = [set(members(panel, column)) for panel in panels]
        shared = sorted(set.intersection(*groups))
        if len(shared) > 1:
            return column, shared
    return "", []


class PopulationCounts:
    """Allele counts of each individual, by population."""

    def __init__(self, panel: Panel, column: str, populations: list[str]) -> None:
        groups = members(panel, column)
        h = panel.haplotypes
        self._people = [h[2 * groups[p]] + h[2 * groups[p] + 1] for p in populations]
        self._sizes = np.array([2 * len(people) for people in self._people])

    def fst(self) -> Float64s:
        """Return F_ST between the populations."""
        sums = [people.sum(axis=0, dtype=np.float64) for people in self._people]
        return hudson_fst(np.array(sums) / self._sizes[:, None], self._sizes)

    def replicates(self, number: int, rng: np.random.Generator) -> Float64s:
        """Return F_ST with individuals redrawn within populations; replicates come first."""
        sums = []
        for people in self._people:
            size = len(people)
            weights = rng.multinomial(size, np.full(size, 1 / size), size=number)
            sums.append(weights.astype(np.float32) @ people.astype(np.float32))
        counts = np.array(sums, dtype=np.float64)
        return np.array(
            [hudson_fst(counts[:, r] / self._sizes[:, None], self._sizes) for r in range(number)]
        ).reshape(number, len(sums), len(sums))
