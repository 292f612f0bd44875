"""Attribute inference: hidden alleles of people, read off artificial records (METRICS 17)."""

from __future__ import annotations

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._attribute_rates import REACH, WAYS, Attacker, Attempts, targets
from imaginome.privacy._citations import WILSON_1927
from imaginome.privacy._residual import (
    Rate,
    between_halves,
    families,
    rate_of,
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
        panels = targets(comparison)
        found = [attacker.attack(people, comparison.threads) for people in panels]
        rates = {way: _rates(comparison, panels, found, way) for way in WAYS}
        findings = [
            _finding(
                way, rates[way], found[0], _control(comparison, found[1], panels[1], way), policy
            )
            for way in WAYS
        ]
        return self.result(
            findings=findings,
            tables=[
                rates_table(
                    self.id, [(NAMES[way], *rates[way], found[0].guess[way]) for way in WAYS]
                )
            ],
            notes=[
                whom(comparison, panels[0].n_individuals, panels[1].n_individuals),
                f"{len(attacker.hidden)} blocks of at most {_width(attacker)} sites are hidden, "
                f"one at a time; near are {REACH} blocks on either side. An allele counts as "
                "uncommon by its frequency among the artificial; a success is one that the "
                "person carries and the record says, of those that either has. Guessing is by "
                "allele frequencies alone. Whole blocks count where the person carries a minor "
                "allele: saying the commoner allele everywhere is then always wrong.",
                WP29_NOTE,
            ],
        )


def _rates(
    comparison: Comparison, panels: tuple[Panel, Panel], found: list[Attempts], way: str
) -> tuple[Rate, Rate]:
    """Return success on train and on the holdout."""
    rates = [
        rate_of(
            one.hits[way],
            one.tries[way],
            families(people.samples),
            comparison.rng("attributes", way, who),
        )
        for who, people, one in zip(("train", "holdout"), panels, found, strict=True)
    ]
    return rates[0], rates[1]


def _control(comparison: Comparison, found: Attempts, people: Panel, way: str) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    rng = comparison.rng("attributes", way, "halves")
    return between_halves(found.hits[way], found.tries[way], families(people.samples), rng)


def _finding(
    way: str, rates: tuple[Rate, Rate], found: Attempts, control: Estimate, policy: Policy
) -> Finding:
    what = f"attributes.{way}", f"Attribute inference: {NAMES[way]}"
    return residual_finding(what, rates, found.guess[way], control, policy, key=way == "blocks")


def _width(attacker: Attacker) -> int:
    return int((attacker.blocks.stop - attacker.blocks.start).max())


ITEM = Attributes
