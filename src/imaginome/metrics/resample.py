"""Bootstrap of counts: a replicate weighs individuals, and every count is a matrix product."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.kernels.intervals import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel

PANELS = ("artificial", "train", "holdout")
_PIECE = 2_000


class Resampled:
    """One panel resampled by individuals, as weights.

    Parameters
    ----------
    panel
        The panel whose individuals are drawn with replacement.
    weights
        ``float32``, shape ``(replicates, n_individuals)``, from `individual_weights`.
    """

    def __init__(self, panel: Panel, weights: Float32s) -> None:
        # Site by site, so that picking sites reads memory in order.
        self._sites = np.ascontiguousarray(panel.haplotypes.T)
        self.n = panel.n_haplotypes
        self._weights = weights

    def counts(self, *columns: Indices) -> Float64s:
        """Return how many haplotypes carry ALT at all given sites, in each replicate.

        Parameters
        ----------
        columns
            Index arrays of equal length; one gives allele counts, two give joint carriers of
            pairs, three those of triplets.

        Returns
        -------
        numpy.ndarray
            ``float64`` whole numbers, shape ``(replicates, len(columns[0]))``. Sums stay below
            2^24, where single precision is exact: threads change nothing.
        """
        result = np.empty((len(self._weights), len(columns[0])))
        for start in range(0, len(columns[0]), _PIECE):
            piece = slice(start, start + _PIECE)
            carried = self._sites[columns[0][piece]]
            for column in columns[1:]:
                carried &= self._sites[column[piece]]
            people = (carried[:, 0::2] + carried[:, 1::2]).astype(np.float32)
            result[:, piece] = self._weights @ people.T
        return result


def resampled(comparison: Comparison, metric: str, at_most: int = 10_000) -> dict[str, Resampled]:
    """Return the three panels of a comparison, each resampled on its own."""
    replicates = min(comparison.replicates, at_most)
    panels = {}
    for name in PANELS:
        panel: Panel = getattr(comparison, name)
        rng = comparison.rng("bootstrap", metric, name)
        panels[name] = Resampled(panel, individual_weights(panel.n_individuals, replicates, rng))
    return panels


def some(n: int, most: int, rng: np.random.Generator) -> Indices:
    """Return at most `most` of ``range(n)`` in order: what an interval is computed from."""
    if n <= most:
        return np.arange(n)
    return np.sort(rng.choice(n, most, replace=False))
