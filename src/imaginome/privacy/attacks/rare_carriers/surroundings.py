"""Runs around rare alleles: artificial carriers against the real carriers of train and holdout."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float64s, Indices, Int64s
from imaginome.kernels.compile import compiled
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes
from imaginome.panel.units import haplotype_units

MOST_CARRIERS = 5
"""Alleles with more carriers than this in train or in the holdout are not called rare here."""
MOST_COPIES = 10 * MOST_CARRIERS
"""Sites with more copies of the minor allele are not looked at: its carriers are too many."""


@dataclass(frozen=True, eq=False)
class Duels:
    """Artificial carriers of rare alleles, and their runs with train and holdout carriers.

    The last axis of all arrays is the duel: one artificial haplotype at one site.

    Attributes
    ----------
    carriers
        ``int64``, shape ``(2, n_duels)``: how many carry the allele in train and in the holdout;
        a family is one carrier.
    site
        ``int64``: index of the site.
    person
        ``int64``: artificial individual.
    runs
        ``int64``, shape ``(2, n_duels)``: consecutive identical sites around the allele, the
        site itself included, shared with the best carrier of train and of the holdout.
    units
        ``int64``, same shape: those carriers, as numbers of families or individuals.
    """

    carriers: Int64s
    site: Int64s
    person: Int64s
    runs: Int64s
    units: Int64s

    def __len__(self) -> int:
        """Return the number of duels."""
        return len(self.site)

    def take(self, index: Indices | Bools) -> Duels:
        """Return some duels."""
        return Duels(
            self.carriers[:, index],
            self.site[index],
            self.person[index],
            self.runs[:, index],
            self.units[:, index],
        )

    def won(self) -> Float64s:
        """Return 1 where the run with train is longer, one half for a tie, else 0."""
        train, holdout = self.runs
        return np.asarray((train > holdout) + 0.5 * (train == holdout), dtype=np.float64)

    def winner(self) -> Int64s:
        """Return the unit with the longer run; of equals that of train."""
        return np.asarray(np.where(self.runs[1] > self.runs[0], self.units[1], self.units[0]))


@dataclass(frozen=True, eq=False)
class _Site:
    """Rows that carry the minor allele of one site."""

    index: int
    train: Int64s
    holdout: Int64s
    artificial: Int64s


@dataclass(frozen=True, eq=False)
class RareAlleles:
    """Carriers of rare alleles in the three panels; build it with `of`."""

    rows: tuple[Haplotypes, Haplotypes, Haplotypes]
    units: tuple[Int64s, Int64s]
    borders: Int64s
    sites: list[_Site]

    @classmethod
    def of(cls, comparison: Comparison) -> RareAlleles:
        """Find sites whose minor allele (REF or ALT) few real haplotypes carry."""
        train, holdout, made = comparison.train, comparison.holdout, comparison.artificial
        units = haplotype_units(train.samples, holdout.samples)
        rows = (train.haplotypes, holdout.haplotypes, made.haplotypes)
        copies = sum(panel.sum(axis=0, dtype=np.int64) for panel in rows[:2])
        rare = np.minimum(copies, len(units) - copies) <= MOST_COPIES
        index = np.flatnonzero(rare & (copies > 0) & (copies < len(units)))
        allele = copies[index] <= len(units) - copies[index]
        columns = [np.ascontiguousarray(panel[:, index].T) for panel in rows]
        sites = [
            _Site(int(site), *(np.flatnonzero(c[i] == a) for c in columns))
            for i, (site, a) in enumerate(zip(index, allele, strict=True))
        ]
        n = train.n_haplotypes
        return cls(rows, (units[:n], units[n:]), train.sites.contig_borders(), sites)

    def fair(self, rng: np.random.Generator) -> Duels:
        """Return the duels at sites with carriers on both sides, equally many contestants each.

        Where one side has more carriers, as many as the other has are drawn at random. Sites at
        which somebody's family is on both sides are left out.
        """
        found = [duel for site in self.sites if (duel := self._duel(site, rng)) is not None]
        if not found:
            empty, pair = np.empty(0, dtype=np.int64), np.empty((2, 0), dtype=np.int64)
            return Duels(pair, empty, empty, pair, pair)
        columns = [[getattr(duel, name) for duel in found] for name in Duels.__annotations__]
        return Duels(*(np.concatenate(column, axis=-1) for column in columns))

    def private(self) -> tuple[Int64s, Int64s]:
        """Return runs around alleles of one train carrier and nobody in the holdout.

        Returns
        -------
        tuple
            Lengths of the runs with that carrier, and the carriers.
        """
        runs, units = [], []
        for site in self.sites:
            carriers = np.unique(self.units[0][site.train])
            if len(carriers) == 1 and len(site.holdout) == 0 and len(site.artificial):
                length, unit = self._best(site, 0, carriers)
                runs.append(length)
                units.append(unit)
        none = [np.empty(0, dtype=np.int64)]
        return np.concatenate(runs or none), np.concatenate(units or none)

    def _duel(self, site: _Site, rng: np.random.Generator) -> Duels | None:
        carriers = np.unique(self.units[0][site.train]), np.unique(self.units[1][site.holdout])
        sizes, made = [len(side) for side in carriers], len(site.artificial)
        if min(sizes) == 0 or max(sizes) > MOST_CARRIERS or made == 0:
            return None
        if len(np.intersect1d(*carriers)):
            return None
        contestants = [rng.permutation(side)[: min(sizes)] for side in carriers]
        best = [self._best(site, side, contestants[side]) for side in (0, 1)]
        return Duels(
            np.tile(np.array(sizes)[:, None], made),
            np.full(made, site.index),
            site.artificial // 2,
            np.stack([length for length, _ in best]),
            np.stack([unit for _, unit in best]),
        )

    def _best(self, site: _Site, side: int, contestants: Int64s) -> tuple[Int64s, Int64s]:
        """Return the longest run of each artificial carrier with contestants, and with whom."""
        carriers = site.train if side == 0 else site.holdout
        donors = carriers[np.isin(self.units[side][carriers], contestants)]
        runs = np.empty((len(site.artificial), len(donors)), dtype=np.int64)
        first, stop = self.borders[:, site.index]
        _runs_kernel(
            self.rows[2], self.rows[side], site.artificial, donors, site.index, first, stop, runs
        )
        which = runs.argmax(axis=1)
        return runs.max(axis=1), self.units[side][donors[which]]


@compiled
def _runs_kernel(
    made: Haplotypes,
    real: Haplotypes,
    made_rows: Int64s,
    real_rows: Int64s,
    site: int,
    first: int,
    stop: int,
    runs: Int64s,
) -> None:
    """Count consecutive identical sites around `site` for all pairs of rows."""
    for i in range(made_rows.shape[0]):
        a = made[made_rows[i]]
        for j in range(real_rows.shape[0]):
            b = real[real_rows[j]]
            left = site
            while left > first and a[left - 1] == b[left - 1]:
                left -= 1
            right = site + 1
            while right < stop and a[right] == b[right]:
                right += 1
            runs[i, j] = right - left
