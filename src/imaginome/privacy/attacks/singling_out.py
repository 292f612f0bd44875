"""Singling out: stretches of artificial records that exactly one train member has (METRICS 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from imaginome.arrays import Bools, Float64s, Int32s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.kernels.compile import compiled
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.units import units
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.parts import paired_parts, people_seen
from imaginome.privacy.scores.residual import (
    WP29_NOTE,
    Rate,
    halves,
    rate_by_influence,
    rates_table,
    residual,
    residual_finding,
    whom,
)
from imaginome.results import AttackResult, Estimate

# -- Predicates made of artificial records alone ---------------------------------------------------


MOST_PREDICATES = 4000
LONGER = 1.5
"""Length of a predicate, in multiples of the shortest stretch that one record alone carries."""
PREDICATES_A_PIECE = 100
NOBODY = -1


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of artificial haplotypes; build with `of`.

    Attributes
    ----------
    rows
        Distinct artificial haplotypes: ``uint8``, shape ``(n_rows, n_sites)``.
    row, start, stop
        ``int64``, shape ``(n_predicates,)``: haplotype, first site, and first site behind.
    """

    rows: Haplotypes
    row: Int64s
    start: Int64s
    stop: Int64s

    @classmethod
    def of(cls, comparison: Comparison) -> Stretches:
        """Draw places at random; each stretch ends where no other record goes along any more.

        Those that do not become unique before their contig ends are left out.
        """
        rows = np.unique(comparison.artificial.haplotypes, axis=0)
        rng = comparison.rng("singling-out", "places")
        row = rng.integers(0, len(rows), MOST_PREDICATES)
        start = rng.integers(0, rows.shape[1], MOST_PREDICATES)
        ends = comparison.artificial.sites.contig_borders()[1]
        stop = np.zeros(MOST_PREDICATES, dtype=np.int64)

        def grow(part: slice) -> None:
            _grow_kernel(rows, row[part], start[part], ends, stop[part])

        map_pieces(grow, pieces(MOST_PREDICATES, PREDICATES_A_PIECE), comparison.threads)
        return cls(rows, row, start, stop).only(stop <= ends[start])

    def only(self, chosen: Bools) -> Stretches:
        """Return some of the predicates."""
        return Stretches(self.rows, self.row[chosen], self.start[chosen], self.stop[chosen])

    def longer(self, times: float, ends: Int64s) -> Stretches:
        """Return stretches some times as long; those that would cross a contig's end are cut."""
        length = np.ceil((self.stop - self.start) * times).astype(np.int64)
        stop = np.minimum(self.start + length, ends[self.start])
        return Stretches(self.rows, self.row, self.start, stop)

    def __len__(self) -> int:
        """Return the number of predicates."""
        return len(self.row)

    def guess(self, frequency: Float64s, n_individuals: int) -> float:
        """Return how often stretches single somebody out if sites were independent.

        Parameters
        ----------
        frequency
            ALT frequency of each site among the artificial.
        n_individuals
            People among whom exactly one is sought.

        Returns
        -------
        float
            NaN where there are no stretches.
        """
        if len(self) == 0:
            return float("nan")
        some = np.clip(frequency, 1e-9, 1.0 - 1e-9)
        logs = np.log(np.stack([1.0 - some, some]))
        total = np.empty(len(self))
        for p, (row, start, stop) in enumerate(zip(self.row, self.start, self.stop, strict=True)):
            total[p] = logs[self.rows[row, start:stop], np.arange(start, stop)].sum()
        person = 1.0 - (1.0 - np.exp(total)) ** 2
        return float(np.mean(n_individuals * person * (1.0 - person) ** (n_individuals - 1)))


@dataclass(frozen=True, eq=False)
class Carriers:
    """Who carries each stretch on either haplotype.

    Attributes
    ----------
    count
        ``int32``, shape ``(n_predicates,)``: individuals that carry it.
    first, second
        ``int32``: the first two of them; -1 where there is none.
    """

    count: Int32s
    first: Int32s
    second: Int32s

    @classmethod
    def of(cls, stretches: Stretches, people: Panel, threads: int) -> Carriers:
        """Compare every individual with every stretch."""
        found = np.full((3, len(stretches)), NOBODY, dtype=np.int32)
        work = partial(_count_piece, stretches, people.haplotypes, found)
        map_pieces(work, pieces(len(stretches), PREDICATES_A_PIECE), threads)
        return cls(*found)

    def singled(self) -> float:
        """Return the share of stretches that exactly one individual carries."""
        return float(np.mean(self.count == 1)) if len(self.count) else float("nan")

    def influence(self, n_individuals: int) -> Float64s:
        """Return how far the share falls when an individual is left out: ``(n_individuals,)``.

        Stretches that only this one carries are lost, and those that one other carries too are
        won.
        """
        lost = np.bincount(self.first[self.count == 1], minlength=n_individuals)
        pairs = np.concatenate([self.first[self.count == 2], self.second[self.count == 2]])
        won = np.bincount(pairs, minlength=n_individuals)
        return np.asarray((lost - won) / max(len(self.count), 1), dtype=np.float64)


def _count_piece(stretches: Stretches, people: Haplotypes, found: Int32s, part: slice) -> None:
    borders = stretches.row[part], stretches.start[part], stretches.stop[part]
    _count_kernel(stretches.rows, *borders, people, found[:, part])


@compiled
def _grow_kernel(rows: Haplotypes, row: Int64s, start: Int64s, ends: Int64s, stop: Int64s) -> None:
    """End each stretch one site behind the longest run that it shares with another row."""
    for p in range(row.shape[0]):
        longest, end = start[p], ends[start[p]]
        for other in range(rows.shape[0]):
            if other == row[p]:
                continue
            k = start[p]
            while k < end and rows[other, k] == rows[row[p], k]:
                k += 1
            longest = max(longest, k)
        stop[p] = longest + 1


@compiled
def _carries(person: Haplotypes, row: UInt8s, start: int, stop: int) -> bool:
    k = start
    while k < stop and person[0, k] == row[k]:
        k += 1
    if k == stop:
        return True
    k = start
    while k < stop and person[1, k] == row[k]:
        k += 1
    return bool(k == stop)


@compiled
def _count_kernel(
    rows: Haplotypes,
    row: Int64s,
    start: Int64s,
    stop: Int64s,
    people: Haplotypes,
    found: Int32s,
) -> None:
    for p in range(row.shape[0]):
        count = 0
        for i in range(people.shape[0] // 2):
            if _carries(people[2 * i : 2 * i + 2], rows[row[p]], start[p], stop[p]):
                if count < 2:
                    found[1 + count, p] = i
                count += 1
        found[0, p] = count


# -- Singling out ----------------------------------------------------------------------------------


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
    citations = cite(
        giomi2023="predicates from the released records, control and residual risk",
        wilson1927="the least margin where hardly anybody is hit",
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
    return rate_by_influence(carriers.singled(), influence, units(people.samples), rng)


def _control(comparison: Comparison, stretches: Stretches) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    people = comparison.holdout
    first = halves(units(people.samples), comparison.rng("singling-out", "halves"))
    sides = [people.take_individuals(np.flatnonzero(side)) for side in (first, ~first)]
    names = ("first half", "second half")
    return residual(
        *(_rate(comparison, side, stretches, name) for side, name in zip(sides, names, strict=True))
    )


def _guess(comparison: Comparison, stretches: Stretches) -> float:
    frequency = comparison.artificial.frequencies()
    return stretches.guess(frequency, comparison.train.n_individuals)


ITEM = SinglingOut
