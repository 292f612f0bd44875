"""Tree of pairs of sites: each allele given one other allele near it, by population."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from imaginome.arrays import Float32s, Float64s, Int64s
from imaginome.citations import Citation
from imaginome.models._classes import class_shares, haplotype_classes, mixed
from imaginome.models._private_fit import Levels, private_covariances, private_spins, reach_within
from imaginome.models._private_groups import HENDERSON_1975
from imaginome.models._private_moments import People, Products, Question, Spins, sums
from imaginome.models._private_polish import KIEFER_1956
from imaginome.models._tree_tables import (
    best_tree,
    chances,
    descend,
    information,
    log_rows,
    neighbours,
    tables,
)
from imaginome.models.base import Capability, Generator, Tensors
from imaginome.panel import Haplotypes, Panel
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_sequence
from imaginome.settings import Settings
from imaginome.training.accounting import BUN_STEINKE_2016, Budget
from imaginome.training.control import FitControl
from imaginome.training.noise import CANONNE_2020

CHOW_LIU_1968 = Citation(
    "chow1968",
    "Chow, C. K. and Liu, C. N.",
    "Approximating discrete probability distributions with dependence trees",
    "IEEE Transactions on Information Theory",
    1968,
    "10.1109/TIT.1968.1054142",
    "of all trees, the one of the most informative pairs is the likeliest",
)
ROWS = 256
SITES = 0.5
"""Share of a private fit for sites; the rest is for pairs."""


class TreeSettings(Settings):
    """Settings of `tree`."""

    reach: int = Field(
        8,
        ge=1,
        le=64,
        description="sites before and after one among which those tied to it are chosen (sites); "
        "under a guarantee 1 where the noise of more would hide them",
    )
    pooling: float = Field(
        10.0,
        ge=0,
        description="pseudo-haplotypes of everyone added to each population; under a guarantee "
        "the noise decides instead (haplotypes)",
    )


class Tree(Generator[TreeSettings]):
    """A Chow-Liu tree over sites near each other, the same for all, with tables by population."""

    id = "tree"
    description = "each allele given one other near it, by population: a tree of pairs of sites"
    assumptions = (
        "Given the population, an allele depends on one other allele within `reach` sites, and "
        "all populations share the tree."
    )
    limitations = (
        "Linkage beyond pairs is a product of steps: it fades faster than in real haplotypes, and "
        "no long haplotypes are kept."
    )
    citations = (
        CHOW_LIU_1968,
        BUN_STEINKE_2016.because("adds up what a private fit spends"),
        CANONNE_2020.because("gives the noise of a private fit"),
        HENDERSON_1975.because("brings noisy populations nearer to each other in a private fit"),
        KIEFER_1956.because("takes noise out of frequencies after a private fit"),
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {"log_likelihood", "population", "phenotype", "private"}
    )
    Settings = TreeSettings

    _order: Int64s
    _parent: Int64s
    _chance: Float32s

    def _fit(self, train: Panel, validation: Panel, control: FitControl) -> None:
        """Count pairs; there is nothing to stop, so validation people are counted as well."""
        if control.budget is not None:
            self._fit_within(train, control.budget)
            return
        links = neighbours(self.sites.contig_starts(), self.settings.reach)
        alleles = np.concatenate([train.haplotypes, validation.haplotypes])
        codes = [haplotype_classes(part, self.frame)[::2] for part in (train, validation)]
        shares = class_shares(self.frame)
        people = People(alleles, np.concatenate(codes), len(shares))
        zero = np.zeros((len(shares), train.n_sites), dtype=np.int64)
        spins = self._pooled(people, Spins(zero, train.n_sites))
        products = self._pooled(people, Products(zero, 4 * len(links), links, 1))
        unlinked = spins[:, links[:, 0]] * spins[:, links[:, 1]]
        self._grow(spins, products - unlinked, links, len(alleles))

    def _pooled(self, people: People, question: Question) -> Float64s:
        """Return mean answers of each class, leaning to those of everyone."""
        n = people.n_classes
        total = sums(people, question, np.arange(n)) / question.scale
        size = np.bincount(people.classes, minlength=n).astype(np.float64)[:, None]
        pooling = self.settings.pooling / 2 if n > 1 else 0.0
        everyone = total.sum(axis=0) / size.sum()
        return np.asarray((total + pooling * everyone) / np.maximum(size + pooling, 1e-9))

    def _fit_within(self, train: Panel, budget: Budget) -> None:
        """Learn tables from noisy sums; what comes after looks at nobody."""
        levels = Levels.of(self.frame, budget.people)
        starts = self.sites.contig_starts()
        people = People.of(train, self.frame)
        spins = private_spins(people, levels, budget, SITES)
        reach = reach_within(self.settings.reach, len(starts), levels, budget)
        links = neighbours(starts, reach)
        covariances = private_covariances(people, spins, links, levels, budget)
        self._grow(spins, covariances, links, 2 * budget.people)

    def _grow(
        self, spins: Float64s, covariances: Float64s, links: Int64s, haplotypes: float
    ) -> None:
        """Make the tree and its chances from moments of `haplotypes` haplotypes."""
        # An allele that nobody was seen with is rare, not impossible.
        edge = 0.5 / max(1.0, haplotypes)
        spins = np.clip(spins, edge - 1, 1 - edge)
        cells = tables(spins, covariances, links)
        weight = information(cells, class_shares(self.frame))
        self._order, self._parent = best_tree(links, weight, spins.shape[1])
        self._chance = chances(spins, cells, links, self._parent)

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        rows = np.zeros(n, dtype=np.int64) if classes is None else classes
        drawn = np.empty((n, len(self._parent)), dtype=np.uint8)

        def work(piece: slice) -> None:
            stream = child_sequence(seed, "tree", "draw", piece.start)
            rng = np.random.Generator(np.random.SFC64(stream))
            uniform = rng.random(drawn[piece].shape, dtype=np.float32)
            descend(uniform, self._order, self._parent, self._chance, rows[piece], drawn[piece])

        map_pieces(work, pieces(n, ROWS), threads)
        return drawn

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return ln P of each row: exact, a mixture over classes in train proportions."""
        return mixed(log_rows(haplotypes, self._parent, self._chance), class_shares(self.frame))

    def _tensors(self) -> Tensors:
        return {"order": self._order, "parent": self._parent, "chance": self._chance}

    def _load_tensors(self, tensors: Tensors) -> None:
        self._order, self._parent = tensors["order"], tensors["parent"]
        self._chance = tensors["chance"]


ITEM = Tree
