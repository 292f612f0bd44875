"""Attribute inference: hidden alleles of people, read off artificial records (METRICS 17)."""

from __future__ import annotations

import numpy as np

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._attribute_rates import REACH, WAYS, Attacker, Attempts, targets
from imaginome.privacy._citations import WILSON_1927
from imaginome.privacy._residual import (
    Rate,
    families,
    halves,
    rate_of,
    residual,
    residual_finding,
)
from imaginome.privacy._wp29 import GIOMI_2023, WP29_NOTE, rates_table, whom
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Estimate, Finding

NAMES = {
    "alleles": "hidden uncommon alleles, from the nearest record around them",
    "blocks": "whole hidden blocks, from the nearest record around them",
    "whole": "hidden uncommon alleles, from the nearest record over all known sites",
}


class Attributes(Attack):
    """Guess alleles that the attacker does not know of a person from the nearest record."""

    id = "attributes"
    name = "Attribute inference"
    description = (
        "Knows all but one block of a person's haplotypes and says that the hidden alleles are "
        "those of the nearest artificial haplotype, for train and for holdout people."
    )
    blind_spot = (
        "A few copies among many records, pieces shorter than a hidden block with its "
        "surroundings, and what several records together would tell."
    )
    citations = (
        GIOMI_2023.because("attribute inference with a control and its residual risk"),
        WILSON_1927.because("the least margin where hardly anybody is hit"),
    )
    area = "attribute inference"
    sees = "everyone"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack people of train, people of the holdout, and one half of those as control."""
        attacker = Attacker.of(comparison.artificial)
        train, holdout = targets(comparison)
        found = [attacker.attack(people, comparison.threads) for people in (train, holdout)]
        rates = {
            way: (
                _rate(comparison, found[0], train, way),
                _rate(comparison, found[1], holdout, way),
            )
            for way in WAYS
        }
        findings = [
            _finding(
                way, rates[way], found[0], _control(comparison, found[1], holdout, way), policy
            )
            for way in WAYS
        ]
        return AttackResult(
            attack=self.id,
            name=self.name,
            description=self.description,
            area=self.area,
            findings=findings,
            tables=[
                rates_table(
                    self.id, [(NAMES[way], *rates[way], found[0].guess[way]) for way in WAYS]
                )
            ],
            citations=[citation.text() for citation in self.citations],
            notes=[
                self.blind_spot,
                whom(comparison, train.n_individuals, holdout.n_individuals),
                f"{len(attacker.hidden)} blocks of at most {_width(attacker)} sites are hidden, "
                f"one at a time; near are {REACH} blocks on either side. An allele counts as "
                "uncommon by its frequency among the artificial; a success is one that the "
                "person carries and the record says, of those that either has. Guessing is by "
                "allele frequencies alone; for blocks, the commoner allele everywhere.",
                WP29_NOTE,
            ],
        )


def _rate(comparison: Comparison, found: Attempts, people: Panel, way: str) -> Rate:
    rng = comparison.rng("attributes", way, "train" if people is comparison.train else "others")
    return rate_of(found.hits[way], found.tries[way], families(people.samples), rng)


def _control(comparison: Comparison, found: Attempts, people: Panel, way: str) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    groups = families(people.samples)
    first = halves(groups, comparison.rng("attributes", "halves"))
    rng = comparison.rng("attributes", "control", way)
    sides = []
    for side in (first, ~first):
        among = np.unique(groups[side], return_inverse=True)[1]
        sides.append(rate_of(found.hits[way][side], found.tries[way][side], among, rng))
    return residual(*sides)


def _finding(
    way: str, rates: tuple[Rate, Rate], found: Attempts, control: Estimate, policy: Policy
) -> Finding:
    what = f"attributes.{way}", f"Attribute inference: {NAMES[way]}"
    return residual_finding(what, rates, found.guess[way], control, policy, key=way == "alleles")


def _width(attacker: Attacker) -> int:
    return int((attacker.blocks.stop - attacker.blocks.start).max())


ITEM = Attributes
