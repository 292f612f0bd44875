"""Linkability: two parts of one genome that lead to the same artificial record (METRICS 17)."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._citations import WILSON_1927
from imaginome.privacy._links import (
    NEIGHBOURS,
    WINDOW,
    Cut,
    Records,
    targets,
    whole_cut,
    window_cuts,
)
from imaginome.privacy._residual import Rate, between_halves, families, rate_of, residual_finding
from imaginome.privacy._wp29 import GIOMI_2023, WP29_NOTE, rates_table, whom
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Estimate

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
    citations = (
        GIOMI_2023.because("links through common nearest records, control and residual risk"),
        WILSON_1927.because("the least margin where hardly anybody is hit"),
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
            families(people.samples),
            comparison.rng("linkability", *way, who),
        )
        for people, found, who in zip(panels, linked, ("train", "holdout"), strict=True)
    ]
    return rates[0], rates[1]


def _control(comparison: Comparison, people: Panel, links: Float64s, n_cuts: int) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    tries = np.full(people.n_individuals, 2.0 * n_cuts)
    rng = comparison.rng("linkability", "halves")
    return between_halves(links, tries, families(people.samples), rng)


ITEM = Linkability
