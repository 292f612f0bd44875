"""Tables of pairs of sites, the tree that keeps most of them, and chances along it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.models._compile import compiled

Array = Any
MIXED = 1e-3


class Tree(NamedTuple):
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


def best_tree(links: Int64s, weight: Float64s, n_sites: int) -> Tree:
    """Return the forest of largest total weight (Chow and Liu 1968), rooted at first sites."""
    # The sparse solver takes 0 for no edge, and looks for the least.
    cost = csr_array((weight.max(initial=0) + 1 - weight, links.T), shape=(n_sites, n_sites))
    forest = minimum_spanning_tree(cost)
    parent = np.full(n_sites, -1, dtype=np.int64)
    order: list[int] = []
    seen = np.zeros(n_sites, dtype=bool)
    for root in range(n_sites):
        if not seen[root]:
            found, above = breadth_first_order(forest, root, directed=False)
            parent[found[1:]] = above[found[1:]]
            seen[found] = True
            order.extend(found.tolist())
    return Tree(np.array(order, dtype=np.int64), parent)


def chances(spins: Float64s, cells: Float64s, links: Int64s, parent: Int64s) -> Float32s:
    """Return P(ALT | allele of the parent), ``float32`` of shape ``(n_classes, n_sites, 2)``.

    A root has the same chance twice: its frequency.
    """
    ends = {(int(a), int(b)): i for i, (a, b) in enumerate(links)}
    found = np.repeat((1 + spins[..., None]) / 2, 2, axis=-1)
    for site, above in enumerate(parent.tolist()):
        if above < 0:
            continue
        forward = (above, site) in ends
        table = cells[:, ends[above, site] if forward else ends[site, above]]
        table = table if forward else table.swapaxes(-1, -2)
        found[:, site] = table[..., 1] / table.sum(axis=-1)
    return found.astype(np.float32)


@compiled
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
