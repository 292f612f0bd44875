"""Which artificial haplotypes and people equal real ones, and how often strangers do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Int64s, UInt8s
from imaginome.metrics._bits import pack
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel
from imaginome.privacy.neighbours import kin_groups, nearest_strangers

DIGEST_BYTES = 16
FAR = 10


@dataclass(frozen=True)
class Matches:
    """Artificial units (haplotypes or people) equal to a real one that only one family carries.

    Attributes
    ----------
    n_train, n_holdout, n_artificial
        Units compared: everyone.
    people_known
        Individuals by whom chance is known: the holdout, or train where there is none.
    private
        Units of train that nobody else carries: only their copies can be told from chance.
    copied, copied_holdout
        Distinct private units of train and of the holdout that the artificial panel holds.
    copies, copies_holdout
        Artificial units that equal one of those.
    shared_among_strangers
        Share of real units that equal exactly one stranger's: what chance gives a person whom
        no model saw.
    """

    n_train: int
    n_holdout: int
    n_artificial: int
    people_known: int
    private: int
    copied: int
    copied_holdout: int
    copies: int
    copies_holdout: int
    shared_among_strangers: float
    isolated: int = 0
    isolated_holdout: int = 0

    def by_chance(self) -> float:
        """Return how many private units of train chance would copy.

        The larger of two: what as many strangers share with train, and what the artificial
        panel shares with the holdout, brought to the size of train.
        """
        return max(self._of_strangers(self.n_train), self._as_train(self.copied_holdout))

    def holdout_by_chance(self) -> float:
        """Return how many private units of the holdout as many strangers would copy."""
        return self._of_strangers(self.n_holdout)

    def isolated_by_chance(self) -> float:
        """Return how many isolated units of train chance would copy, as the holdout shows it."""
        if self.shared_among_strangers > 0:
            return self.by_chance()
        return self._as_train(self.isolated_holdout)

    def _of_strangers(self, units: int) -> float:
        """Return how many of some real units as many strangers as are artificial would share."""
        part = units / (self.n_train + self.n_holdout)
        return self.n_artificial * self.shared_among_strangers * part

    def _as_train(self, of_holdout: int) -> float:
        """Bring a count of the holdout to the size of train; nothing without a holdout."""
        return of_holdout * self.n_train / max(1, self.n_holdout)


def matched_haplotypes(comparison: Comparison) -> Matches:
    """Match haplotypes that are equal at every site."""
    panels = (comparison.train, comparison.holdout, comparison.artificial)
    return _match(comparison, [panel.haplotypes for panel in panels])


def matched_people(comparison: Comparison) -> Matches:
    """Match people whose genotypes are equal at every site, however they are phased.

    Two haplotypes that strangers carry meet in one person by chance, far as that person may be
    from everybody else: one of an isolated person's haplotypes is isolated, too.
    """
    panels = (comparison.train, comparison.holdout, comparison.artificial)
    both = np.concatenate([panel.haplotypes for panel in panels[:2]])
    return _match(comparison, [_genotypes(panel) for panel in panels], both)


def _genotypes(panel: Panel) -> Haplotypes:
    """Return for each person where both and where any haplotype carries ALT, side by side."""
    first, second = panel.haplotypes[0::2], panel.haplotypes[1::2]
    return np.concatenate([first & second, first | second], axis=1)


def _classes(parts: list[Haplotypes]) -> list[Int64s]:
    """Number the rows of all parts: equal rows, equal numbers."""
    numbers: dict[bytes, int] = {}

    def number(row: UInt8s) -> int:
        digest = hashlib.blake2b(row.tobytes(), digest_size=DIGEST_BYTES).digest()
        return numbers.setdefault(digest, len(numbers))

    return [
        np.fromiter((number(row) for row in np.packbits(part, axis=1)), np.int64, len(part))
        for part in parts
    ]


def _match(
    comparison: Comparison, rows: list[Haplotypes], haplotypes: Haplotypes | None = None
) -> Matches:
    """Match units; `haplotypes`, two a unit, where units are people."""
    train, holdout, artificial = classes = _classes(rows)
    n_classes = 1 + max(int(part.max(initial=-1)) for part in classes)
    kin = kin_groups(comparison.train.samples, comparison.holdout.samples)
    groups = kin if haplotypes is None else kin[::2]
    carriers = _families(np.concatenate([train, holdout]), groups, n_classes)
    in_train, in_holdout = (np.bincount(part, minlength=n_classes) > 0 for part in (train, holdout))
    made = np.bincount(artificial, minlength=n_classes)
    of_train = (carriers == 1) & in_train & ~in_holdout
    of_holdout = (carriers == 1) & in_holdout & ~in_train
    real = np.concatenate([train, holdout])

    def isolated(copied: Bools) -> int:
        units = _firsts(real, copied)
        alone = _far(np.concatenate(rows[:2]), groups, units)
        if haplotypes is not None:
            alone &= _far(haplotypes, kin, 2 * units) | _far(haplotypes, kin, 2 * units + 1)
        return int(alone.sum())

    return Matches(
        n_train=len(train),
        n_holdout=len(holdout),
        n_artificial=len(artificial),
        people_known=comparison.holdout.n_individuals or comparison.train.n_individuals,
        private=int(of_train.sum()),
        copied=int((of_train & (made > 0)).sum()),
        copied_holdout=int((of_holdout & (made > 0)).sum()),
        copies=int(made[of_train].sum()),
        copies_holdout=int(made[of_holdout].sum()),
        shared_among_strangers=float(np.mean(carriers[real] == 2)),
        isolated=isolated(of_train & (made > 0)),
        isolated_holdout=isolated(of_holdout & (made > 0)),
    )


def _firsts(real: Int64s, copied: Bools) -> Int64s:
    """Return the first unit of each class that was copied."""
    _, firsts = np.unique(real, return_index=True)
    return np.asarray(firsts[copied[real[firsts]]], dtype=np.int64)


def _far(rows: Haplotypes, groups: Int64s, units: Int64s) -> Bools:
    """Return which units differ from those of every other family at `FAR` sites."""
    if len(units) == 0:
        return np.zeros(0, dtype=np.bool_)
    everyone = pack(rows)
    found = nearest_strangers(everyone[units], groups[units], everyone, groups)
    return np.asarray(found >= FAR)


def _families(classes: Int64s, groups: Int64s, n_classes: int) -> Int64s:
    """Return how many families carry each class."""
    pairs = np.unique(np.stack([classes, groups], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=n_classes)
