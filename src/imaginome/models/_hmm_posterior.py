"""Under which classes a partly observed haplotype is completed: those that explain it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices, UInt8s
from imaginome.models._completion import UNKNOWN, posterior_shares
from imaginome.models._hmm_parameters import Full, Parameters
from imaginome.models._hmm_passes import HIDDEN, forward, uniform_start
from imaginome.models._hmm_tags import contexts
from imaginome.parallel import map_pieces, pieces

PIECE = 128
"""Most pairs of row and class that are worked on together, where a row has not more."""
LEAST = 1e-3
"""Classes less likely than this, given what is observed of a row, are left out."""


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

    row: Indices
    cls: Indices
    weight: Float64s

    @classmethod
    def of(cls, shares: Float64s) -> Pairs:
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


def class_posterior(
    parameters: Parameters, alleles: UInt8s, shares: Float64s, threads: int
) -> Float64s:
    """Return P(class | observed) of each row without what is below `LEAST`."""
    if ((shares > 0).sum(axis=1) == 1).all():
        return shares
    unknown = alleles == UNKNOWN
    alike = len(alleles) > parameters.emission.shape[-1] and (unknown == unknown[0]).all()
    logs = (bridged_logs if alike else filtered_logs)(parameters, alleles, shares, threads)
    weights = posterior_shares(shares, logs)
    weights[weights < LEAST] = 0.0
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def filtered_logs(
    parameters: Parameters, alleles: UInt8s, shares: Float64s, threads: int
) -> Float64s:
    """Return ln P(observed | class) of each row, 0 where the share is 0; shape as `shares`."""
    pairs = Pairs.of(shares)
    found = np.zeros(len(pairs.row), dtype=np.float64)

    def work(part: slice) -> None:
        own = pairs.take(part)
        alpha = uniform_start(parameters, len(own.row))
        scratch = np.empty((1, *alpha.shape), dtype=np.float32)
        whole = slice(0, alleles.shape[1])
        columns = np.ascontiguousarray(alleles[own.row].T)
        data = columns, contexts(columns, parameters.tags), own.cls
        forward(parameters, whole, data, alpha, scratch, scratch, False, found[part])

    map_pieces(work, pieces(len(pairs.row), PIECE), threads)
    logs = np.zeros(shares.shape)
    logs[pairs.row, pairs.cls] = found
    return logs


def bridged_logs(
    parameters: Parameters, alleles: UInt8s, shares: Float64s, threads: int
) -> Float64s:
    """Do what `filtered_logs` does for rows with the same gaps, by one matrix a gap and class.

    The product of the transitions over a gap serves all rows: with more rows than clusters it
    costs less than taking every row over every site.
    """
    known = np.flatnonzero(alleles[0] != UNKNOWN)
    columns = np.ascontiguousarray(alleles.T)
    seen = contexts(columns, parameters.tags)
    logs = np.zeros(shares.shape)

    def work(c: int) -> None:
        rows = np.flatnonzero(shares[:, c] > 0)
        alpha, first = uniform_start(parameters, len(rows)), 0
        for site in known:
            alpha = alpha @ bridge(parameters, first, int(site) + 1, c)
            chance = parameters.emission[site, seen[site, rows]]
            likely = np.where(columns[site, rows, None] == 1, chance, 1 - chance)
            likely[~likely.any(axis=1)] = HIDDEN
            alpha *= likely
            total = alpha.sum(axis=1, keepdims=True)
            logs[rows, c] += np.log(total[:, 0].astype(np.float64))
            alpha /= total
            first = int(site) + 1

    map_pieces(work, range(shares.shape[1]), threads)
    return logs


def bridge(parameters: Parameters, first: int, stop: int, c: int) -> Float32s:
    """Return P(cluster of site ``stop - 1`` | cluster before site `first`) of class `c`."""
    p, product = parameters, np.eye(parameters.emission.shape[-1], dtype=np.float32)
    for site in range(first, stop):
        if isinstance(p, Full):
            product = (product * p.inverse[site, c]) @ p.transition[site] * p.tilt[site, c]
        else:
            landed = p.switch[site] * product.sum(axis=1, keepdims=True) * p.jump[site, c]
            product = (1 - p.switch[site]) * product + landed
    return product
