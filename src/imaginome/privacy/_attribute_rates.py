"""How often hidden blocks and hidden uncommon alleles of people are read off the nearest record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Bools, Float64s, Int64s, UInt8s
from imaginome.metrics._bits import Bits
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._hidden_blocks import Blocks, nearest_around
from imaginome.privacy._wp29 import drawn

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
        found = dict(zip(WAYS, (alleles, blocks, overall), strict=True))
        by_allele = self._guess(coded, mask)
        return Attempts(
            {way: pair[0] for way, pair in found.items()},
            {way: pair[1] for way, pair in found.items()},
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
