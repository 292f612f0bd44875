"""Complete partly observed haplotypes by the cluster chain: expected alleles and draws.

A row whose class is not known is completed under each class that explains it well enough, and
the answers are weighted by P(class | observed). Work is cut into pieces of whole rows. Forward
variables are kept at the borders of blocks of sites only, then blocks are taken from the last to
the first, so that memory grows with sites by a border a block.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.models._compile import one_blas_thread
from imaginome.models._completion import UNKNOWN, Completion, posterior_shares
from imaginome.models._hmm_gaps import (
    begin,
    expect_full,
    expect_memoryless,
    filter_full,
    filter_memoryless,
    trace_full,
    trace_memoryless,
)
from imaginome.models._hmm_parameters import Float, Full, Parameters
from imaginome.models._hmm_sampling import uniform
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_sequence

PIECE = 128
"""Most pairs of row and class that are worked on together, where a row has not more."""
BLOCK = 64
LEAST = 1e-3
"""Classes less likely than this, given what is observed of a row, are left out."""

Alleles = npt.NDArray[np.uint8]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Rows and the classes under which they are completed, sorted by row.

    Attributes
    ----------
    row, cls
        Indices, ``intp``, shape ``(n_pairs,)``.
    weight
        P(class | observed), ``float64``; sums to 1 within each row.
    """

    row: Index
    cls: Index
    weight: npt.NDArray[np.float64]

    @classmethod
    def of(cls, shares: npt.NDArray[np.float64]) -> Pairs:
        """Return the pairs of positive share; shares have the shape ``(n, n_classes)``."""
        row, known = np.nonzero(shares > 0)
        return cls(row, known, shares[row, known])

    def take(self, part: slice) -> Pairs:
        """Return some pairs."""
        return Pairs(self.row[part], self.cls[part], self.weight[part])

    def pieces(self) -> list[slice]:
        """Cut the pairs into pieces of whole rows, of at most `PIECE` where a row has not more."""
        ends = [*(np.flatnonzero(np.diff(self.row)) + 1).tolist(), len(self.row)]
        cuts, start = list[slice](), 0
        for end, following in itertools.zip_longest(ends, ends[1:]):
            if start < end and (following is None or following - start > PIECE):
                cuts.append(slice(start, end))
                start = end
        return cuts


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
        pairs = Pairs.of(_posterior(parameters, alleles, shares, threads))
        map_pieces(work, pairs.pieces(), threads)
    return Completion(dosages, drawn)


def _posterior(
    parameters: Parameters, alleles: Alleles, shares: npt.NDArray[np.float64], threads: int
) -> npt.NDArray[np.float64]:
    """Return P(class | observed) of each row without what is below `LEAST`."""
    if ((shares > 0).sum(axis=1) == 1).all():
        return shares
    unknown = alleles == UNKNOWN
    alike = len(alleles) > parameters.emission.shape[1] and (unknown == unknown[0]).all()
    logs = (bridged_logs if alike else filtered_logs)(parameters, alleles, shares, threads)
    weights = posterior_shares(shares, logs)
    weights[weights < LEAST] = 0.0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def filtered_logs(
    parameters: Parameters, alleles: Alleles, shares: npt.NDArray[np.float64], threads: int
) -> npt.NDArray[np.float64]:
    """Return ln P(observed | class) of each row, 0 where the share is 0; shape as `shares`."""
    pairs = Pairs.of(shares)
    found = np.zeros(len(pairs.row), dtype=np.float64)

    def work(part: slice) -> None:
        own = pairs.take(part)
        alpha = uniform_start(parameters, len(own.row))
        whole = slice(0, alleles.shape[1])
        columns = np.ascontiguousarray(alleles[own.row].T)
        _filter(parameters, whole, columns, own.cls, alpha, None, found[part])

    map_pieces(work, pieces(len(pairs.row), PIECE), threads)
    logs = np.zeros(shares.shape)
    logs[pairs.row, pairs.cls] = found
    return logs


def bridged_logs(
    parameters: Parameters, alleles: Alleles, shares: npt.NDArray[np.float64], threads: int
) -> npt.NDArray[np.float64]:
    """Do what `filtered_logs` does for rows with the same gaps, by one matrix a gap and class.

    The product of the transitions over a gap serves all rows: with more rows than clusters it
    costs less than taking every row over every site.
    """
    known = np.flatnonzero(alleles[0] != UNKNOWN)
    columns = np.ascontiguousarray(alleles[:, known].T).astype(np.float32)
    logs = np.zeros(shares.shape)

    def work(c: int) -> None:
        rows = np.flatnonzero(shares[:, c] > 0)
        alpha, first = uniform_start(parameters, len(rows)), 0
        for site, column in zip(known, columns[:, rows], strict=True):
            alpha = alpha @ bridge(parameters, first, int(site) + 1, c)
            chance = parameters.emission[site]
            alpha *= np.where(column[:, None] == 1, chance, 1 - chance)
            total = alpha.sum(axis=1, keepdims=True)
            logs[rows, c] += np.log(total[:, 0].astype(np.float64))
            alpha /= total
            first = int(site) + 1

    map_pieces(work, range(shares.shape[1]), threads)
    return logs


def bridge(parameters: Parameters, first: int, stop: int, c: int) -> Float:
    """Return P(cluster of site ``stop - 1`` | cluster before site `first`) of class `c`."""
    p, product = parameters, np.eye(parameters.emission.shape[1], dtype=np.float32)
    for site in range(first, stop):
        if isinstance(p, Full):
            product = (product * p.inverse[site, c]) @ p.transition[site] * p.tilt[site, c]
        else:
            landed = p.switch[site] * product.sum(axis=1, keepdims=True) * p.jump[site, c]
            product = (1 - p.switch[site]) * product + landed
    return product


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
            _filter(self.parameters, block, columns, self.pairs.cls, alpha, None, unused)
            borders.append(alpha.copy())
        return borders

    def _kept(self, block: slice, before: Float) -> Float:
        """Return the forward variables before each site of a block and after the last."""
        alpha = before.copy()
        unused = np.zeros(len(self.row), dtype=np.float64)
        kept = np.empty((block.stop - block.start + 1, *alpha.shape), dtype=np.float32)
        columns = self.columns[block]
        _filter(self.parameters, block, columns, self.pairs.cls, alpha, kept, unused)
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


def uniform_start(parameters: Parameters, n: int) -> Float:
    """Return the forward variables before the first site: every cluster alike."""
    n_clusters = parameters.emission.shape[1]
    return np.full((n, n_clusters), 1.0 / n_clusters, dtype=np.float32)


def _filter(
    parameters: Parameters,
    block: slice,
    columns: Alleles,
    classes: Index,
    alpha: Float,
    kept: Float | None,
    logs: npt.NDArray[np.float64],
) -> None:
    """Move `alpha` over a block; fill `kept` where it is given; add to `logs`."""
    p, keep = parameters, kept is not None
    store = np.empty((1, *alpha.shape), dtype=np.float32) if kept is None else kept
    rest: tuple[Any, ...] = (alpha, store, keep, logs)
    if isinstance(p, Full):
        parts = (p.emission[block], p.transition[block], p.tilt[block], p.inverse[block])
        filter_full(columns, classes, *parts, *rest)
    else:
        filter_memoryless(
            columns, classes, p.emission[block], p.switch[block], p.jump[block], *rest
        )
