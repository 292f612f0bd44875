"""Tree of pairs of sites: each allele given one other allele near it, by population."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.dp.accounting import Budget
from imaginome.dp.fit import Levels, private_covariances, private_spins, reach_within
from imaginome.dp.moments import People, Products, Question, Spins, sums
from imaginome.kernels.compile import fast
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.base import Capability, Generator
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import class_shares, haplotype_classes, mixed
from imaginome.randomness import child_sequence
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

# -- Tables of pairs of sites ----------------------------------------------------------------------


Array = Any
MIXED = 1e-3


class Parents(NamedTuple):
    """A forest over sites: one tree a contig.

    `order` lists sites so that each comes after its parent; `parent` holds the parent of each
    site, -1 for a root. Both are ``int64`` of shape ``(n_sites,)``.
    """

    order: Int64s
    parent: Int64s


def neighbours(starts: Bools, reach: int) -> Int64s:
    """Return the pairs of sites at most `reach` apart on one contig, ``int64`` ``(n, 2)``."""
    contig = np.cumsum(starts)
    n = len(starts)
    pairs = [
        np.column_stack([np.arange(n - step), np.arange(step, n)])
        for step in range(1, min(reach, n - 1) + 1)
    ]
    links = np.vstack([np.zeros((0, 2), dtype=np.int64), *pairs])
    inside = contig[links[:, 0]] == contig[links[:, 1]]
    return np.asarray(links[inside], dtype=np.int64)


def tables(spins: Float64s, covariances: Float64s, links: Int64s) -> Float64s:
    """Return P(first allele, second allele) of each link, ``(n_classes, n_links, 2, 2)``.

    Covariances beyond what the spins of their sites allow are brought back to the next that are
    possible, so that every table agrees with its sites and no chance is below 0. A little of
    independence is mixed in, so that none is 0.
    """
    first, second = spins[:, links[:, 0]], spins[:, links[:, 1]]
    low, high = np.abs(first + second) - 1, 1 - np.abs(first - second)
    product = np.clip(first * second + covariances, low, high)
    cells = np.empty((*product.shape, 2, 2))
    for a, one in enumerate((-1, 1)):
        for b, other in enumerate((-1, 1)):
            cells[..., a, b] = (1 + one * first + other * second + one * other * product) / 4
    apart = cells.sum(axis=-1, keepdims=True) * cells.sum(axis=-2, keepdims=True)
    return np.asarray((1 - MIXED) * cells + MIXED * apart)


def information(cells: Float64s, shares: Float64s) -> Float64s:
    """Return the mutual information of each link in nats, weighted over classes, ``(n_links,)``."""
    apart = cells.sum(axis=-1, keepdims=True) * cells.sum(axis=-2, keepdims=True)
    return np.asarray(shares @ (cells * np.log(cells / apart)).sum(axis=(-2, -1)))


def best_tree(links: Int64s, weight: Float64s, n_sites: int) -> Parents:
    """Return the forest of largest total weight (Chow and Liu 1968), rooted at first sites."""
    # The sparse solver takes 0 for no edge, and looks for the least.
    cost = csr_array((weight.max(initial=0) + 1 - weight, links.T), shape=(n_sites, n_sites))
    forest = minimum_spanning_tree(cost)
    parent = np.full(n_sites, -1, dtype=np.int64)
    order: list[int] = []
    seen = np.zeros(n_sites, dtype=bool)
    for root in range(n_sites):
        if not seen[root]:
            visited, above = breadth_first_order(forest, root, directed=False)
            parent[visited[1:]] = above[visited[1:]]
            seen[visited] = True
            order.extend(visited.tolist())
    return Parents(np.array(order, dtype=np.int64), parent)


def chances(spins: Float64s, cells: Float64s, links: Int64s, parent: Int64s) -> Float32s:
    """Return P(ALT | allele of the parent), ``float32`` of shape ``(n_classes, n_sites, 2)``.

    A root has the same chance twice: its frequency.
    """
    ends = {(int(a), int(b)): i for i, (a, b) in enumerate(links)}
    probabilities = np.repeat((1 + spins[..., None]) / 2, 2, axis=-1)
    for site, above in enumerate(parent.tolist()):
        if above < 0:
            continue
        forward = (above, site) in ends
        table = cells[:, ends[above, site] if forward else ends[site, above]]
        table = table if forward else table.swapaxes(-1, -2)
        probabilities[:, site] = table[..., 1] / table.sum(axis=-1)
    return probabilities.astype(np.float32)


@fast
def descend(
    uniform: Array, order: Array, parent: Array, chance: Array, rows: Array, drawn: Array
) -> None:
    """Draw the rows of `drawn` from the tree with uniform numbers of the same shape.

    `rows` holds the class of each.
    """
    for i in range(len(drawn)):
        for site in order:
            above = parent[site]
            told = 0 if above < 0 else drawn[i, above]
            drawn[i, site] = 1 if uniform[i, site] < chance[rows[i], site, told] else 0


def log_rows(alleles: UInt8s, parent: Int64s, chance: Float32s) -> Float64s:
    """Return ln P(row | class), ``float64`` of shape ``(n_classes, n_rows)``."""
    logs = np.log(np.stack([1 - chance, chance], axis=-1).astype(np.float64))
    above = np.where(parent < 0, 0, alleles[:, np.maximum(parent, 0)])
    total = np.zeros((len(chance), len(alleles)))
    for before in (0, 1):
        for now in (0, 1):
            here = ((above == before) & (alleles == now)).astype(np.float64)
            total += logs[:, :, before, now] @ here.T
    return total


# -- The model -------------------------------------------------------------------------------------


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
    citations = cite(
        chow1968="of all trees, the one of the most informative pairs is the likeliest",
        bun2016="adds up what a private fit spends",
        canonne2020="gives the noise of a private fit",
        henderson1975="brings noisy populations nearer to each other in a private fit",
        kiefer1956="takes noise out of frequencies after a private fit",
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
