"""Complete partly observed haplotypes by the cluster chain: expected alleles and draws.

A row whose class is not known is completed under each class that explains it well enough, and
the answers are weighted by P(class | observed). Work is cut into pieces of whole rows. Forward
variables are kept at the borders of blocks of sites only, then blocks are taken from the last to
the first, so that memory grows with sites by a border a block.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.models._compile import one_blas_thread
from imaginome.models._completion import Completion
from imaginome.models._hmm_gaps import (
    begin,
    expect_full,
    expect_memoryless,
    trace_full,
    trace_memoryless,
)
from imaginome.models._hmm_parameters import Float, Full, Parameters
from imaginome.models._hmm_posterior import (
    Alleles,
    Index,
    Pairs,
    class_posterior,
    filter_block,
    uniform_start,
)
from imaginome.models._hmm_random import uniform
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_sequence

BLOCK = 64


def complete(
    parameters: Parameters,
    alleles: Alleles,
    shares: npt.NDArray[np.float64],
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
        alleles: Alleles,
        pairs: Pairs,
        keys: Any,
    ) -> None:
        self.parameters, self.pairs, self.keys = parameters, pairs, keys
        self.columns = np.ascontiguousarray(alleles[pairs.row].T)
        self.row = pairs.row - pairs.row[0]
        self.blocks = pieces(len(self.columns), BLOCK)

    def fill(self, dosages: Float, drawn: npt.NDArray[np.uint8]) -> None:
        """Set expected alleles, ``(n_rows, n_sites)``, and draws, ``(draws, n_rows, n_sites)``."""
        borders = self._borders()
        chosen, states = self._ends(borders[-1])
        beta = np.ones_like(borders[-1])
        for index in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[index]
            kept = self._kept(block, borders[index])
            self._expect(block, beta, kept, dosages)
            for d in range(len(drawn)):
                path = np.empty((block.stop - block.start, drawn.shape[1]), dtype=np.uint8)
                self._trace(block, kept, chosen[d], self.keys[d], states[d], path)
                drawn[d][:, block] = path.T

    def _borders(self) -> list[Float]:
        """Return the forward variables before each block and after the last."""
        alpha = uniform_start(self.parameters, len(self.row))
        unused = np.zeros(len(self.row), dtype=np.float64)
        borders = [alpha.copy()]
        for block in self.blocks:
            columns = self.columns[block]
            filter_block(self.parameters, block, columns, self.pairs.cls, alpha, None, unused)
            borders.append(alpha.copy())
        return borders

    def _kept(self, block: slice, before: Float) -> Float:
        """Return the forward variables before each site of a block and after the last."""
        alpha = before.copy()
        unused = np.zeros(len(self.row), dtype=np.float64)
        kept = np.empty((block.stop - block.start + 1, *alpha.shape), dtype=np.float32)
        columns = self.columns[block]
        filter_block(self.parameters, block, columns, self.pairs.cls, alpha, kept, unused)
        return kept

    def _ends(self, alpha: Float) -> tuple[Index, npt.NDArray[np.int64]]:
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

    def _expect(self, block: slice, beta: Float, kept: Float, dosages: Float) -> None:
        p = self.parameters
        found = np.empty((block.stop - block.start, len(self.row)), dtype=np.float32)
        data = (self.columns[block], self.pairs.cls, p.emission[block])
        if isinstance(p, Full):
            rest = (p.transition[block], p.tilt[block], p.inverse[block])
            expect_full(*data, *rest, beta, kept, found)
        else:
            expect_memoryless(*data, p.switch[block], p.jump[block], beta, kept, found)
        weighted = found * self.pairs.weight.astype(np.float32)
        np.add.at(dosages[:, block], self.row, weighted.T)

    def _trace(
        self, block: slice, kept: Float, chosen: Index, keys: Any, state: Any, path: Alleles
    ) -> None:
        p = self.parameters
        rest: tuple[Any, ...] = (kept, chosen, keys, block.start, state, path)
        if isinstance(p, Full):
            data = (p.emission[block], p.transition[block], p.inverse[block])
            trace_full(self.pairs.cls, *data, *rest)
        else:
            trace_memoryless(
                self.pairs.cls, p.emission[block], p.switch[block], p.jump[block], *rest
            )
