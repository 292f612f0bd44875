"""Linkability: two parts of one genome that lead to the same artificial record (METRICS 17)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.kernels.neighbours import nearest_between
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, Sites
from imaginome.panel.units import units
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.residual import (
    WP29_NOTE,
    Rate,
    between_halves,
    drawn,
    rate_of,
    rates_table,
    residual_finding,
    whom,
)
from imaginome.results import AttackResult, Estimate

# -- Pairs of genome parts -------------------------------------------------------------------------


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


# -- Linkability -----------------------------------------------------------------------------------


Way = tuple[str, int]

NAMES = {
    "halves": "two halves of the genome",
    "windows": "two halves of a window",
}
JUDGED = {("halves", 1): "halves", ("windows", 5): "windows"}
KEY: Way = ("halves", 1)


class Linkability(Attack):
    """Join two data sets that hold different parts of the same genomes through the records."""

    id = "linkability"
    name = "Linkability"
    description = (
        "Holds two parts of people's haplotypes, and links them when the artificial haplotype "
        "nearest to both is the same, for train and for holdout people."
    )
    blind_spot = (
        "A few copies among many records, pieces shorter than a window, and links that need "
        "several records together."
    )
    citations = cite(
        giomi2023="links through common nearest records, control and residual risk",
        wilson1927="the least margin where hardly anybody is hit",
    )
    area = "linkability"
    sees = "everyone"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Link parts of train people, of holdout people, and of the halves of those."""
        records, panels = Records.of(comparison), targets(comparison)
        cuts = _cuts(comparison)
        linked = [_linked(records, people, cuts, comparison.threads) for people in panels]
        rates = {way: _rates(comparison, panels, linked, way, cuts) for way in linked[0]}
        findings = [
            residual_finding(
                (f"{self.id}.{what}", f"Linkability: {_named(way)}"),
                rates[way],
                records.guess(way[1]),
                _control(comparison, panels[1], linked[1][way], len(cuts[way[0]])),
                policy,
                key=way == KEY,
            )
            for way, what in JUDGED.items()
            if way in rates
        ]
        rows = [(_named(way), *rates[way], records.guess(way[1])) for way in rates]
        return self.result(
            findings=findings,
            tables=[rates_table(self.id, rows)],
            notes=[
                whom(comparison, panels[0].n_individuals, panels[1].n_individuals),
                "Halves are left and right of the middle site, or every other contig where there "
                f"are several; windows are at most {WINDOW} sites long and spread over the "
                f"genome ({len(cuts.get('windows', []))} of them). Of records equally near, one "
                "at random counts. Guessing draws records at random.",
                WP29_NOTE,
            ],
        )


def _named(way: Way) -> str:
    name, k = way
    common = "the nearest record in common" if k == 1 else f"one of the {k} nearest in common"
    return f"{NAMES[name]}, {common}"


def _cuts(comparison: Comparison) -> dict[str, list[Cut]]:
    """Return the ways to cut a genome in two, by name."""
    sites = comparison.train.sites
    found = {"halves": [whole_cut(sites)], "windows": window_cuts(sites)}
    return {name: cuts for name, cuts in found.items() if cuts}


def _linked(
    records: Records, people: Panel, cuts: dict[str, list[Cut]], threads: int
) -> dict[Way, Float64s]:
    """Return how many links were made for each individual, by cut and number of neighbours."""
    total: dict[Way, Float64s] = {}
    for name, several in cuts.items():
        found = [records.linked(people, cut, threads) for cut in several]
        for k in NEIGHBOURS:
            total[name, k] = np.sum([one[k] for one in found], axis=0)
    return total


def _rates(
    comparison: Comparison,
    panels: tuple[Panel, Panel],
    linked: list[dict[Way, Float64s]],
    way: Way,
    cuts: dict[str, list[Cut]],
) -> tuple[Rate, Rate]:
    rates = [
        rate_of(
            found[way],
            np.full(people.n_individuals, 2.0 * len(cuts[way[0]])),
            units(people.samples),
            comparison.rng("linkability", *way, who),
        )
        for people, found, who in zip(panels, linked, ("train", "holdout"), strict=True)
    ]
    return rates[0], rates[1]


def _control(comparison: Comparison, people: Panel, links: Float64s, n_cuts: int) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    tries = np.full(people.n_individuals, 2.0 * n_cuts)
    rng = comparison.rng("linkability", "halves")
    return between_halves(links, tries, units(people.samples), rng)


ITEM = Linkability
