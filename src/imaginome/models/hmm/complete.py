"""Completion of partly observed haplotypes by the cluster chain: expected alleles and draws.

It is exact for chains without tags. With tags, what is observed there counts; a tag that is hidden
counts as none, before and after it.

A row whose class is not known is completed under each class that explains it well enough, and
the answers are weighted by P(class | observed). Work is cut into pieces of whole rows. Forward
variables are kept at the borders of blocks of sites only, then blocks are taken from the last to
the first, so that memory grows with sites by a border a block.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices, Int64s, UInt8s
from imaginome.kernels.compile import fast, one_blas_thread
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.hmm.draw import pick, uniform
from imaginome.models.hmm.parameters import (
    Columns,
    Full,
    FullBlock,
    Kept,
    MemorylessBlock,
    Parameters,
)
from imaginome.models.hmm.passes import (
    Pairs,
    backward,
    class_posterior,
    forward,
    uniform_start,
)
from imaginome.models.hmm.tags import contexts
from imaginome.models.shared.completion import Completion
from imaginome.randomness import child_sequence

# -- Paths and alleles drawn backward through filtered states --------------------------------------
# In these draws (Carter & Kohn 1994) `kept[s]` holds the forward variables before site ``s`` of a
# block, each row summing to 1.


Array = Any


class Paths(NamedTuple):
    """Which haplotype each path follows, the stream of its numbers, and the cluster it is in."""

    chosen: Array
    keys: Array
    state: Array


@fast
def begin(alpha: Array, chosen: Array, keys: Array, counter: int, state: Array) -> None:
    """Draw the cluster of the last site of row ``i`` from the filtered ``alpha[chosen[i]]``."""
    for i in range(len(chosen)):
        state[i] = pick(alpha[chosen[i]], uniform(keys[i], counter))


@fast
def trace_full(
    classes: Array,
    contexts: Array,
    chain: FullBlock,
    kept: Array,
    paths: Paths,
    first: int,
    drawn: Array,
) -> None:
    """Draw alleles of a block, ``drawn[site, i]``, and clusters backward from ``state``.

    Row ``i`` uses the filtered states of haplotype ``chosen[i]`` of `kept` and numbers from
    ``2 * first`` on of the stream ``keys[i]``; `state` moves to the site before the block.
    """
    emission, transition, _, inverse = chain
    chosen, keys, state = paths
    n_sites, n = drawn.shape
    n_clusters = emission.shape[2]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            chance = emission[site, contexts[site, h], k]
            drawn[site, i] = uniform(keys[i], counter + 1) < chance
            for j in range(n_clusters):
                weights[j] = (
                    kept[site, h, j] * inverse[site, classes[h], j] * transition[site, j, k]
                )
            state[i] = pick(weights, uniform(keys[i], counter))


@fast
def trace_memoryless(
    classes: Array,
    contexts: Array,
    chain: MemorylessBlock,
    kept: Array,
    paths: Paths,
    first: int,
    drawn: Array,
) -> None:
    """Do what `trace_full` does, for memoryless transitions."""
    emission, switch, jump = chain
    chosen, keys, state = paths
    n_sites, n = drawn.shape
    n_clusters = emission.shape[2]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            chance = emission[site, contexts[site, h], k]
            drawn[site, i] = uniform(keys[i], counter + 1) < chance
            landed = switch[site] * jump[site, classes[h], k]
            for j in range(n_clusters):
                weights[j] = kept[site, h, j] * landed
            weights[k] += kept[site, h, k] * (np.float32(1.0) - switch[site])
            state[i] = pick(weights, uniform(keys[i], counter))


# -- Completion of rows, piece by piece ------------------------------------------------------------


BLOCK = 64


def complete(
    parameters: Parameters,
    alleles: UInt8s,
    shares: Float64s,
    draws: int,
    seed: int,
    threads: int,
) -> Completion:
    """Complete rows.

    Parameters
    ----------
    parameters
        The chain.
    alleles
        0, 1, or 2 where nothing is observed, shape ``(n, n_sites)``.
    shares
        P(class) of each row, ``float64``, shape ``(n, n_classes)``; 0 for what it is not.
    draws
        How often to draw each row.
    seed, threads
        Of the draws; threads do not change the result.
    """
    n, n_sites = alleles.shape
    dosages = np.zeros((n, n_sites), dtype=np.float32)
    drawn = np.empty((draws, n, n_sites), dtype=np.uint8)
    stream = child_sequence(seed, "hmm", "complete")
    keys: Any = stream.generate_state(draws * n, np.uint64).reshape(draws, n)

    def work(part: slice) -> None:
        own = pairs.take(part)
        rows = slice(int(own.row[0]), int(own.row[-1]) + 1)
        _Piece(parameters, alleles, own, keys[:, rows]).fill(dosages[rows], drawn[:, rows])

    with one_blas_thread():
        pairs = Pairs.of(class_posterior(parameters, alleles, shares, threads))
        map_pieces(work, pairs.pieces(), threads)
    return Completion(dosages, drawn)


class _Piece:
    """Some rows on one thread."""

    def __init__(
        self,
        parameters: Parameters,
        alleles: UInt8s,
        pairs: Pairs,
        keys: Any,
    ) -> None:
        self.parameters, self.pairs, self.keys = parameters, pairs, keys
        self.columns = np.ascontiguousarray(alleles[pairs.row].T)
        self.contexts = contexts(self.columns, parameters.tags)
        self.row = pairs.row - pairs.row[0]
        self.blocks = pieces(len(self.columns), BLOCK)

    def fill(self, dosages: Float32s, drawn: UInt8s) -> None:
        """Set expected alleles, ``(n_rows, n_sites)``, and draws, ``(draws, n_rows, n_sites)``."""
        borders = self._borders()
        chosen, states = self._ends(borders[-1])
        beta = np.ones_like(borders[-1])
        for index in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[index]
            prior, kept = self._kept(block, borders[index])
            for d in range(len(drawn)):
                part = np.empty((block.stop - block.start, drawn.shape[1]), dtype=np.uint8)
                self._trace(block, kept, chosen[d], self.keys[d], states[d], part)
                drawn[d][:, block] = part.T
            self._expect(block, beta, prior, kept, dosages)

    def _borders(self) -> list[Float32s]:
        """Return the forward variables before each block and after the last."""
        alpha = uniform_start(self.parameters, len(self.row))
        scratch = np.empty((1, *alpha.shape), dtype=np.float32)
        borders = [alpha.copy()]
        for block in self.blocks:
            self._forward(block, alpha, scratch, scratch, False)
            borders.append(alpha.copy())
        return borders

    def _kept(self, block: slice, before: Float32s) -> tuple[Float32s, Float32s]:
        """Return what `passes` calls `prior` and, before the backward pass, `gamma`."""
        size = block.stop - block.start
        prior = np.empty((size, *before.shape), dtype=np.float32)
        kept = np.empty((size + 1, *before.shape), dtype=np.float32)
        kept[0] = before
        self._forward(block, before.copy(), prior, kept, True)
        return prior, kept

    def _forward(
        self, block: slice, alpha: Float32s, prior: Float32s, kept: Float32s, keep: bool
    ) -> None:
        unused = np.zeros(len(self.row), dtype=np.float64)
        data = Columns(self.columns[block], self.contexts[block], self.pairs.cls)
        forward(self.parameters, block, data, alpha, prior, kept, keep, unused)

    def _ends(self, alpha: Float32s) -> tuple[Indices, Int64s]:
        """Draw the pair of each row and the cluster of its last site, ``(draws, n_rows)``."""
        chosen = np.empty(self.keys.shape, dtype=np.intp)
        states = np.empty(self.keys.shape, dtype=np.int64)
        # The numbers behind those of the sites.
        counter = 2 * len(self.columns)
        for d, keys in enumerate(self.keys):
            for i, key in enumerate(keys):
                mine = np.flatnonzero(self.row == i)
                u = uniform(key, counter + 1)
                place = int((np.cumsum(self.pairs.weight[mine]) <= u).sum())
                chosen[d, i] = mine[min(place, len(mine) - 1)]
            begin(alpha, chosen[d], keys, counter, states[d])
        return chosen, states

    def _expect(
        self, block: slice, beta: Float32s, prior: Float32s, kept: Float32s, dosages: Float32s
    ) -> None:
        """Add the expected alleles of a block; `kept` becomes the posteriors of clusters."""
        p, message = self.parameters, np.empty_like(prior)
        seen = self.contexts[block]
        data = Columns(self.columns[block], seen, self.pairs.cls)
        backward(p, block, data, beta, Kept(prior, kept, message))
        chance = p.emission[block][np.arange(len(seen))[:, None], seen]
        expected = np.einsum("shk,shk->sh", kept[1:], chance)
        weighted = expected * self.pairs.weight.astype(np.float32)
        np.add.at(dosages[:, block], self.row, weighted.T)

    def _trace(
        self, block: slice, kept: Float32s, chosen: Indices, keys: Any, state: Any, part: UInt8s
    ) -> None:
        p = self.parameters
        seen, paths = self.contexts[block], Paths(chosen, keys, state)
        if isinstance(p, Full):
            trace_full(self.pairs.cls, seen, p.block(block), kept, paths, block.start, part)
        else:
            trace_memoryless(self.pairs.cls, seen, p.block(block), kept, paths, block.start, part)
