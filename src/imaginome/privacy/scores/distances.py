"""Nearest-neighbour lists of one comparison; attacks share them, see `Comparison.shared`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from imaginome.arrays import Bools
from imaginome.kernels.neighbours import Nearest, nearest_between, nearest_within
from imaginome.kernels.statistics import share_greater
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel

Name = Literal["train", "holdout", "artificial"]

NEIGHBOURS_KEPT = 32


@dataclass(eq=False)
class Distances:
    """Nearest-neighbour lists between panels of equal size; build them with `of`.

    Attributes
    ----------
    panels
        Train, holdout and artificial panel, all with the same number of individuals.
    threads
        Number of threads to use.
    """

    panels: dict[Name, Panel]
    threads: int
    _lists: dict[tuple[Name, Name], Nearest] = field(default_factory=dict)

    @classmethod
    def of(cls, comparison: Comparison) -> Distances:
        """Return the lists between the panels of a comparison, reduced to equal size."""
        balanced = comparison.balanced()
        panels: dict[Name, Panel] = {
            "train": balanced.train,
            "holdout": balanced.holdout,
            "artificial": balanced.artificial,
        }
        return cls(panels, comparison.threads)

    def nearest(self, queries: Name, targets: Name) -> Nearest:
        """Return the lists from one panel to another, or within one (kin left out)."""
        key = (queries, targets)
        if key not in self._lists:
            if queries == targets:
                nearest = nearest_within(self.panels[queries], NEIGHBOURS_KEPT, self.threads)
            else:
                nearest = nearest_between(
                    self.panels[queries], self.panels[targets], NEIGHBOURS_KEPT, self.threads
                )
            self._lists[key] = nearest
        return self._lists[key]

    def accuracy(
        self, queries: Name, others: Name, alive: dict[Name, Bools] | None = None
    ) -> float:
        """Return ``mean 1[d(query, others) > d(query, own panel)]``, ties counted one half.

        Parameters
        ----------
        queries, others
            ``("train", "artificial")`` gives AA_truth, ``("artificial", "train")`` AA_syn.
        alive
            For each panel which haplotypes take part; all when None.

        Returns
        -------
        float
            NaN when nobody has a neighbour who is not kin.
        """
        outside, inside = self.nearest(queries, others), self.nearest(queries, queries)
        if alive is None:
            far, near = outside.first(), inside.first()
        else:
            mask = alive[queries]
            far = outside.first_among(alive[others])[mask]
            near = inside.first_among(alive[queries])[mask]
        return share_greater(far, near)


def half_samples(comparison: Comparison, distances: Distances) -> list[dict[Name, Bools]]:
    """Draw half of the individuals of each panel without replacement, many times.

    The spread of a statistic over half samples estimates its sampling error (the delete-d
    jackknife of Shao and Wu 1989 with d = n/2, whose scale factor is one). Unlike drawing with
    replacement it never makes somebody their own nearest neighbour, and neighbours are searched
    anew among those drawn, so the finite size of every panel enters the interval.

    Returns
    -------
    list
        One dictionary a replicate: panel name to a mask of haplotypes; empty when a panel has
        fewer than four individuals.
    """
    sizes = {name: panel.n_individuals for name, panel in distances.panels.items()}
    if min(sizes.values()) < 4:
        return []
    streams = {name: comparison.rng("half-samples", name) for name in sizes}
    return [
        {name: _half(n, streams[name]) for name, n in sizes.items()}
        for _ in range(comparison.replicates)
    ]


def _half(n_individuals: int, rng: np.random.Generator) -> Bools:
    drawn = np.zeros(n_individuals, dtype=bool)
    drawn[rng.permutation(n_individuals)[: n_individuals // 2]] = True
    return np.repeat(drawn, 2)
