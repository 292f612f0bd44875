"""Distances between scores on principal components, with replicates."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample
from imaginome.metrics._transport import (
    DIRECTIONS,
    directions,
    sliced_wasserstein,
    transport_distance,
    wasserstein_1d,
)
from imaginome.metrics.comparison import Comparison
from imaginome.panel import haplotype_rows

NAMES = ("artificial", "train")
TRANSPORT_POINTS = 1_500
SMALL_PEOPLE = 200
SMALL_REPLICATES = 30
INTERVAL_DIRECTIONS = 32
INTERVAL_REPLICATES = 60

Scores = dict[str, Float64s]


class ScoreDistances:
    """How far the scores of artificial and train lie from those of the holdout.

    Parameters
    ----------
    scores
        Standardised scores of the three panels, shape ``(n_haplotypes, k)`` each.
    comparison
        Where randomness and the number of replicates come from.
    """

    def __init__(self, scores: Scores, comparison: Comparison) -> None:
        self._scores = scores
        self._comparison = comparison
        self._along = directions(
            scores["holdout"].shape[1], DIRECTIONS, comparison.rng("structure", "directions")
        )
        number = min(comparison.replicates, INTERVAL_REPLICATES)
        self._drawn = [self._draw(r) for r in range(number)]

    def _draw(self, replicate: int) -> Scores:
        """Return the panels with individuals drawn with replacement."""
        drawn = {}
        for name in PANELS:
            n = len(self._scores[name]) // 2
            rng = self._comparison.rng("bootstrap", "structure", name, replicate)
            drawn[name] = self._scores[name][haplotype_rows(rng.integers(0, n, n))]
        return drawn

    def sliced(self, name: str) -> Sample:
        """Return the sliced Wasserstein distance over all components and haplotypes."""
        few = self._along[:, :INTERVAL_DIRECTIONS]
        value = sliced_wasserstein(self._scores[name], self._scores["holdout"], self._along)
        spread = [sliced_wasserstein(d[name], d["holdout"], few) for d in self._drawn]
        return Sample(value, spread)

    def by_component(self, name: str) -> Float64s:
        """Return the Wasserstein distance of each component."""
        return wasserstein_1d(self._scores[name].T, self._scores["holdout"].T)

    def single(self, name: str) -> Sample:
        """Return the mean over components of their Wasserstein distances."""
        spread = [wasserstein_1d(d[name].T, d["holdout"].T).mean() for d in self._drawn]
        return Sample(self.by_component(name).mean(), spread)

    def transport(self, name: str) -> Sample:
        """Return the optimal transport distance on components 1 and 2.

        At most `TRANSPORT_POINTS` haplotypes of either panel are used, drawn at random.
        Replicates draw individuals with replacement, fewer of them; their spread is scaled by
        the square root of the sizes' ratio.
        """
        size = min(TRANSPORT_POINTS, *(len(scores) for scores in self._scores.values()))
        value = transport_distance(*(self._some(panel, size) for panel in (name, "holdout")))
        people = min(SMALL_PEOPLE, size // 2)
        number = min(SMALL_REPLICATES, self._comparison.replicates)
        small = [
            transport_distance(*(self._people(panel, people, r) for panel in (name, "holdout")))
            for r in range(number)
        ]
        centre = np.mean(small) if small else 0.0
        return Sample(value, value + (np.array(small) - centre) * np.sqrt(2 * people / size))

    def _some(self, panel: str, size: int) -> Float64s:
        """Return components 1 and 2 of `size` haplotypes, each at most once."""
        scores = self._scores[panel][:, :2]
        rng = self._comparison.rng("transport", panel, 0)
        return scores[rng.choice(len(scores), size, replace=False)]

    def _people(self, panel: str, number: int, replicate: int) -> Float64s:
        """Return components 1 and 2 of individuals drawn with replacement, both haplotypes."""
        scores = self._scores[panel][:, :2]
        rng = self._comparison.rng("transport", panel, 1 + replicate)
        return scores[haplotype_rows(rng.integers(0, len(scores) // 2, number))]
