"""Singling out: stretches of artificial records that exactly one train member has (METRICS 17)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._citations import WILSON_1927
from imaginome.privacy._parts import paired_parts, people_seen
from imaginome.privacy._residual import (
    Rate,
    families,
    halves,
    rate_by_influence,
    residual,
    residual_finding,
)
from imaginome.privacy._stretches import LONGER, Carriers, Stretches
from imaginome.privacy._wp29 import GIOMI_2023, WP29_NOTE, rates_table, whom
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult, Estimate

NAME = "stretches that one artificial record alone carries"


class SinglingOut(Attack):
    """Point at one person with a combination of alleles that one artificial record shows."""

    id = "singling-out"
    name = "Singling out"
    description = (
        "Makes predicates of stretches that one artificial haplotype alone carries, and counts "
        "how many fit exactly one person in train, and exactly one in the holdout."
    )
    blind_spot = (
        "A few copies among many records, copies with many alleles changed, combinations of "
        "distant sites, and weak copying where train is many times as large as the holdout."
    )
    citations = (
        GIOMI_2023.because("predicates from the released records, control and residual risk"),
        WILSON_1927.because("the least margin where hardly anybody is hit"),
    )
    area = "singling out"
    sees = "parts"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Try predicates on parts of train, on the holdout, and on halves of the holdout."""
        shortest = Stretches.of(comparison)
        stretches = shortest.longer(LONGER, comparison.artificial.sites.contig_borders()[1])
        parts = paired_parts(comparison)
        rates, guess = _rates(parts, stretches), _guess(parts[0], stretches)
        finding = residual_finding(
            ("singling-out.residual", f"Singling out: {NAME}"),
            rates,
            guess,
            _control(parts[0], stretches),
            policy,
            key=True,
        )
        return self.result(
            findings=[finding],
            tables=[rates_table(self.id, [(NAME, *rates, guess)])],
            notes=[
                whom(comparison, people_seen(comparison), parts[0].holdout.n_individuals),
                f"{len(shortest)} stretches: each begins at a random place of a random artificial "
                "haplotype and ends where no other distinct one goes along any more, then made "
                f"{LONGER:g} times as long (a contig's end may cut it). Guessing takes sites for "
                "independent.",
                f"Train is compared in parts as large as the holdout, here {len(parts)}; rates are "
                "means over parts, so that a member singled out counts in one part only.",
                WP29_NOTE,
            ],
        )


def _rates(parts: Sequence[Comparison], stretches: Stretches) -> tuple[Rate, Rate]:
    """Return success on train, mean over parts, and on the holdout."""
    on_train = [_rate(part, part.train, stretches, "train") for part in parts]
    on_holdout = _rate(parts[0], parts[0].holdout, stretches, "holdout")
    mean = Rate(
        float(np.mean([rate.value for rate in on_train])),
        np.mean([rate.replicates for rate in on_train], axis=0),
        on_train[0].units,
    )
    return mean, on_holdout


def _rate(comparison: Comparison, people: Panel, stretches: Stretches, purpose: str) -> Rate:
    carriers = Carriers.of(stretches, people, comparison.threads)
    influence = carriers.influence(people.n_individuals)
    rng = comparison.rng("singling-out", purpose)
    return rate_by_influence(carriers.singled(), influence, families(people.samples), rng)


def _control(comparison: Comparison, stretches: Stretches) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    people = comparison.holdout
    first = halves(families(people.samples), comparison.rng("singling-out", "halves"))
    sides = [people.take_individuals(np.flatnonzero(side)) for side in (first, ~first)]
    names = ("first half", "second half")
    return residual(
        *(_rate(comparison, side, stretches, name) for side, name in zip(sides, names, strict=True))
    )


def _guess(comparison: Comparison, stretches: Stretches) -> float:
    frequency = comparison.artificial.frequencies()
    return stretches.guess(frequency, comparison.train.n_individuals)


ITEM = SinglingOut
