"""Attribute inference: hidden alleles of people, read off artificial records (METRICS 17)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Bools, Float64s, Int32s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.kernels.bits import Bits, popcount
from imaginome.kernels.compile import compiled
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel, Sites
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
from imaginome.results import AttackResult, Estimate, Finding

# -- Blocks of sites, and the record nearest around each -------------------------------------------


WORD = 64
NARROWEST = 8
BLOCKS_WISHED = 64
QUERIES_A_PIECE = 64


@dataclass(frozen=True, eq=False)
class Blocks:
    """Neighbouring sites in blocks of at most 64, none across contigs; build with `of`.

    Attributes
    ----------
    start, stop
        ``int64``, shape ``(n_blocks,)``: first site of each block and first site behind it.
    first, last
        ``int64``, shape ``(n_blocks,)``: first block of the same contig and first block behind.
    """

    start: Int64s
    stop: Int64s
    first: Int64s
    last: Int64s

    @classmethod
    def of(cls, sites: Sites) -> Blocks:
        """Cut each contig into blocks of nearly equal size."""
        width = int(np.clip(len(sites) // BLOCKS_WISHED, NARROWEST, WORD))
        edges = [
            np.linspace(a, b, -(-(b - a) // width) + 1).round().astype(np.int64)
            for a, b in sites.contig_spans()
        ]
        numbers = np.array([len(part) - 1 for part in edges])
        behind = np.cumsum(numbers)
        return cls(
            np.concatenate([part[:-1] for part in edges]),
            np.concatenate([part[1:] for part in edges]),
            np.repeat(behind - numbers, numbers),
            np.repeat(behind, numbers),
        )

    def __len__(self) -> int:
        """Return the number of blocks."""
        return len(self.start)

    def pack(self, rows: Haplotypes) -> Bits:
        """Pack each block of 0/1 rows into one word: ``uint64``, shape ``(n, n_blocks)``."""
        packed = np.zeros((len(rows), len(self)), dtype=np.uint64)
        for b, (start, stop) in enumerate(zip(self.start, self.stop, strict=True)):
            octets = np.zeros((len(rows), 8), dtype=np.uint8)
            bits = np.packbits(rows[:, start:stop], axis=1)
            octets[:, : bits.shape[1]] = bits
            packed[:, b] = octets.view(np.uint64)[:, 0]
        return packed


def nearest_around(
    queries: Bits, targets: Bits, hidden: Int64s, window: tuple[Int64s, Int64s], threads: int
) -> tuple[Int32s, Int32s]:
    """Find for each query and hidden block the target nearest on known sites.

    Parameters
    ----------
    queries, targets
        Packed blocks; see `Blocks.pack`.
    hidden
        ``int64``, shape ``(n_hidden,)``: blocks to hide, one at a time.
    window
        First block around each hidden one that counts as near, and first behind.

    Returns
    -------
    tuple
        ``int32``, shape ``(n_queries, n_hidden)`` each: the target with the fewest differences
        in the window around the hidden block (of equals the nearest over all known sites), and
        over all known sites. Of equals the first.
    """
    shape = (len(queries), len(hidden))
    near, whole = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)

    def search(rows: slice) -> None:
        _nearest_kernel(queries[rows], targets, hidden, *window, near[rows], whole[rows])

    map_pieces(search, pieces(len(queries), QUERIES_A_PIECE), threads)
    return near, whole


@compiled
def _nearest_kernel(
    queries: Bits,
    targets: Bits,
    hidden: Int64s,
    left: Int64s,
    right: Int64s,
    near: Int32s,
    whole: Int32s,
) -> None:
    n_blocks, n_hidden = queries.shape[1], hidden.shape[0]
    before = np.zeros(n_blocks + 1, dtype=np.int64)
    best_near = np.empty(n_hidden, dtype=np.int64)
    best_whole = np.empty(n_hidden, dtype=np.int64)
    for i in range(queries.shape[0]):
        best_near[:] = best_whole[:] = np.int64(1) << 62
        for j in range(targets.shape[0]):
            for b in range(n_blocks):
                before[b + 1] = before[b] + np.int64(popcount(queries[i, b] ^ targets[j, b]))
            for h in range(n_hidden):
                b = hidden[h]
                own = before[b + 1] - before[b]
                everywhere = before[n_blocks] - own
                around = before[right[h]] - before[left[h]] - own
                if everywhere < best_whole[h]:
                    best_whole[h], whole[i, h] = everywhere, j
                around = (around << 32) | everywhere
                if around < best_near[h]:
                    best_near[h], near[i, h] = around, j


# -- Guesses at hidden blocks and hidden uncommon alleles ------------------------------------------


MOST_HIDDEN = 48
REACH = 2
"""Blocks on either side of a hidden one that the local attacker looks at."""
UNCOMMON = 0.05
"""Largest minor-allele frequency of an uncommon allele; a quarter of all sites where fewer are."""
MOST_WORK = 4_000_000_000
"""Pairs of haplotypes times blocks compared at most."""
WAYS = ("alleles", "blocks", "whole")


@dataclass(frozen=True, eq=False)
class Attempts:
    """Successes and attempts of each way for each individual.

    Attributes
    ----------
    hits, tries
        By way, ``float64`` of shape ``(n_individuals,)``.
    guess
        Expected successes for each attempt from allele frequencies alone, by way.
    """

    hits: dict[str, Float64s]
    tries: dict[str, Float64s]
    guess: dict[str, float]


@dataclass(frozen=True, eq=False)
class Attacker:
    """What someone with the artificial panel prepares; nothing here comes from real people.

    Attributes
    ----------
    major
        ``uint8``, shape ``(n_sites,)``: the commoner artificial allele.
    minor_frequency
        ``float64``, shape ``(n_sites,)``.
    records
        Packed artificial haplotypes, minor alleles as ones.
    hidden
        Blocks that are hidden, one at a time.
    """

    blocks: Blocks
    major: UInt8s
    minor_frequency: Float64s
    records: Bits
    hidden: Int64s

    @classmethod
    def of(cls, artificial: Panel) -> Attacker:
        """Choose blocks and learn what is uncommon from the artificial panel."""
        frequency = artificial.frequencies()
        major = (frequency > 0.5).astype(np.uint8)
        blocks = Blocks.of(artificial.sites)
        places = np.linspace(0, len(blocks) - 1, min(MOST_HIDDEN, len(blocks)))
        return cls(
            blocks,
            major,
            np.minimum(frequency, 1.0 - frequency),
            blocks.pack(artificial.haplotypes ^ major),
            places.round().astype(np.int64),
        )

    def uncommon(self) -> Bools:
        """Return the sites whose minor allele is uncommon, but there, among the records."""
        present = self.minor_frequency[self.minor_frequency > 0]
        most = max(UNCOMMON, float(np.quantile(present, 0.25))) if len(present) else UNCOMMON
        return np.asarray((self.minor_frequency > 0) & (self.minor_frequency <= most))

    def window(self) -> tuple[Int64s, Int64s]:
        """Return the blocks around each hidden one that count as near, within its contig."""
        first, last = self.blocks.first[self.hidden], self.blocks.last[self.hidden]
        left, right = self.hidden - REACH, self.hidden + REACH + 1
        return np.maximum(first, left), np.minimum(last, right)

    def attack(self, people: Panel, threads: int) -> Attempts:
        """Hide blocks of people and read them off the nearest records."""
        coded = people.haplotypes ^ self.major
        known = self.blocks.pack(coded)
        near, whole = nearest_around(known, self.records, self.hidden, self.window(), threads)
        truth, mask = known[:, self.hidden], self.uncommon()
        counted = self.blocks.pack(mask[None].astype(np.uint8))[0, self.hidden]
        said = {"near": self.records[near, self.hidden], "whole": self.records[whole, self.hidden]}
        alleles, overall = (_alleles(truth, said[how], counted) for how in ("near", "whole"))
        blocks = _people((truth == said["near"]) & (truth != 0)), _people(truth != 0)
        counts = dict(zip(WAYS, (alleles, blocks, overall), strict=True))
        by_allele = self._guess(coded, mask)
        return Attempts(
            {way: pair[0] for way, pair in counts.items()},
            {way: pair[1] for way, pair in counts.items()},
            {"alleles": by_allele, "blocks": 0.0, "whole": by_allele},
        )

    def _guess(self, coded: UInt8s, mask: Bools) -> float:
        """Return what saying "minor" as often as the records carry it would give."""
        mask = mask & np.isin(self._block_of_site(), self.hidden)
        carried, said = coded[:, mask].mean(axis=0), self.minor_frequency[mask]
        both = carried * said
        either = carried + said - both
        return float(both.sum() / either.sum()) if either.sum() > 0 else 0.0

    def _block_of_site(self) -> Int64s:
        return np.repeat(np.arange(len(self.blocks)), self.blocks.stop - self.blocks.start)


def targets(comparison: Comparison) -> tuple[Panel, Panel]:
    """Return the train and holdout people whom the attack can afford, drawn at random."""
    work = 4 * comparison.artificial.n_individuals * len(Blocks.of(comparison.train.sites))
    most = max(1, MOST_WORK // (2 * work))
    return drawn(comparison, "attributes", most)


def _alleles(truth: Bits, said: Bits, counted: Bits) -> tuple[Float64s, Float64s]:
    """Count alleles that are there and said to be, of those there or said to be."""
    return (
        _people(np.bitwise_count(truth & said & counted)),
        _people(np.bitwise_count((truth | said) & counted)),
    )


def _people(counts: npt.NDArray[np.generic]) -> Float64s:
    """Sum counts of both haplotypes over hidden blocks: ``(n_individuals,)``."""
    return np.asarray(counts.sum(axis=1, dtype=np.float64).reshape(-1, 2).sum(axis=1))


# -- Attribute inference ---------------------------------------------------------------------------


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
    citations = cite(
        giomi2023="attribute inference with a control and its residual risk",
        wilson1927="the least margin where hardly anybody is hit",
    )
    area = "attribute inference"
    sees = "everyone"

    def run(self, comparison: Comparison, policy: Policy) -> AttackResult:
        """Attack people of train, people of the holdout, and one half of those as control."""
        attacker = Attacker.of(comparison.artificial)
        panels = targets(comparison)
        attempts = [attacker.attack(people, comparison.threads) for people in panels]
        rates = {way: _rates(comparison, panels, attempts, way) for way in WAYS}
        findings = [
            _finding(
                way,
                rates[way],
                attempts[0],
                _control(comparison, attempts[1], panels[1], way),
                policy,
            )
            for way in WAYS
        ]
        return self.result(
            findings=findings,
            tables=[
                rates_table(
                    self.id, [(NAMES[way], *rates[way], attempts[0].guess[way]) for way in WAYS]
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
    comparison: Comparison, panels: tuple[Panel, Panel], attempts: list[Attempts], way: str
) -> tuple[Rate, Rate]:
    """Return success on train and on the holdout."""
    rates = [
        rate_of(
            one.hits[way],
            one.tries[way],
            units(people.samples),
            comparison.rng("attributes", way, who),
        )
        for who, people, one in zip(("train", "holdout"), panels, attempts, strict=True)
    ]
    return rates[0], rates[1]


def _control(comparison: Comparison, attempts: Attempts, people: Panel, way: str) -> Estimate:
    """Return the residual risk of one half of the holdout against the other."""
    rng = comparison.rng("attributes", way, "halves")
    return between_halves(attempts.hits[way], attempts.tries[way], units(people.samples), rng)


def _finding(
    way: str, rates: tuple[Rate, Rate], attempts: Attempts, control: Estimate, policy: Policy
) -> Finding:
    what = f"attributes.{way}", f"Attribute inference: {NAMES[way]}"
    return residual_finding(what, rates, attempts.guess[way], control, policy, key=way == "blocks")


def _width(attacker: Attacker) -> int:
    return int((attacker.blocks.stop - attacker.blocks.start).max())


ITEM = Attributes
