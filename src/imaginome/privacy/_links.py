"""Pairs of genome parts, and how often both lead to the same artificial record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices, Int64s, UInt8s
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, Sites
from imaginome.privacy._wp29 import drawn
from imaginome.privacy.neighbours import nearest_between

Cut = tuple[Indices, Indices]

NEIGHBOURS = (1, 5)
MOST_WINDOWS = 12
WINDOW = 1024
"""Sites of both parts of a window together; fewer where no contig has as many."""
MOST_WORK = 12_000_000_000
"""Pairs of haplotypes times machine words compared at most."""


@dataclass(frozen=True, eq=False)
class Records:
    """Artificial haplotypes in random order, forward for one part and backward for the other.

    Of equally near records the search keeps the first; opposite orders make the choices for the
    two parts independent of each other, so that ties link nobody by themselves.
    """

    forward: Panel
    backward: Panel

    @classmethod
    def of(cls, comparison: Comparison) -> Records:
        """Shuffle the haplotypes of everyone artificial."""
        panel = comparison.artificial
        rows = panel.haplotypes[
            comparison.rng("linkability", "order").permutation(panel.n_haplotypes)
        ]
        return cls(_nameless(rows, panel.sites), _nameless(rows[::-1], panel.sites))

    def linked(self, people: Panel, cut: Cut, threads: int) -> dict[int, Float64s]:
        """Return for each k and person how many of the two haplotypes are linked.

        Returns
        -------
        dict
            k to ``float64`` of shape ``(n_individuals,)``: a haplotype is linked when one record
            is among the k nearest of both its parts.
        """
        n = self.forward.n_haplotypes
        found = [
            nearest_between(
                people.take_sites(part), side.take_sites(part), k=max(NEIGHBOURS), threads=threads
            ).index.astype(np.int64)
            for part, side in zip(cut, (self.forward, self.backward), strict=True)
        ]
        first, second = found[0], n - 1 - found[1]
        return {k: _shared(first[:, :k], second[:, :k]) for k in NEIGHBOURS}

    def guess(self, k: int) -> float:
        """Return how often k random records for each part have one in common."""
        n = self.forward.n_haplotypes
        k = min(k, n)
        return float(1.0 - np.prod([(n - k - i) / (n - i) for i in range(k)]))


def whole_cut(sites: Sites) -> Cut:
    """Cut all sites into a left and a right half; with several contigs, every other contig."""
    spans = sites.contig_spans()
    if len(spans) == 1:
        middle = len(sites) // 2
        return np.arange(middle), np.arange(middle, len(sites))
    number = np.repeat(np.arange(len(spans)), [stop - start for start, stop in spans])
    return np.flatnonzero(number % 2 == 0), np.flatnonzero(number % 2 == 1)


def window_cuts(sites: Sites) -> list[Cut]:
    """Return the two halves of windows spread evenly over the genome, none across contigs."""
    width = min(WINDOW, max(stop - first for first, stop in sites.contig_spans()))
    if width < 2:
        return []
    starts = [
        start
        for first, stop in sites.contig_spans()
        for start in range(first, stop - width + 1, width)
    ]
    chosen = np.linspace(0, len(starts) - 1, min(MOST_WINDOWS, len(starts))).round().astype(int)
    half = width // 2
    return [
        (np.arange(starts[i], starts[i] + half), np.arange(starts[i] + half, starts[i] + width))
        for i in chosen
    ]


def targets(comparison: Comparison) -> tuple[Panel, Panel]:
    """Return the train and holdout people whom the attack can afford, drawn at random."""
    sites, n = comparison.train.sites, comparison.artificial.n_individuals
    words = (len(sites) + WINDOW * len(window_cuts(sites))) / 64
    most = max(1, int(MOST_WORK / (2 * 4 * n * words)))
    return drawn(comparison, "linkability", most)


def _nameless(rows: UInt8s, sites: Sites) -> Panel:
    ids = np.array([str(i) for i in range(len(rows) // 2)], dtype=object)
    return Panel(np.ascontiguousarray(rows), sites, Samples(ids))


def _shared(first: Int64s, second: Int64s) -> Float64s:
    """Count the haplotypes of each person whose two lists have a record in common."""
    common = (first[:, :, None] == second[:, None, :]).any(axis=(1, 2))
    return np.asarray(common.reshape(-1, 2).sum(axis=1), dtype=np.float64)
