"""Forward and backward passes along haplotypes, and the classes under which one is completed.

Sites are the outer loop and haplotypes the inner one, so that the parameters of a site stay in
the nearest cache and full transitions become matrix products. Arrays of a block:

``prior``
    Forward variables before each transition, divided by the row's normalising sum.
``gamma``
    Forward variables (forward pass), then posteriors of clusters (backward pass); entry 0 is
    the site before the block.
``message``
    What a site tells about its cluster from itself and everything after it, scaled so that
    ``prior[l, h, j] * T[l, j, k] * message[l, h, k]`` sums to 1 over ``j, k``.

Alleles are 0, 1, or 2 where nothing was observed: that is as likely in every cluster.

Sources: Rabiner 1989 (scaling), Scheet & Stephens 2006 (the model).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices, Int64s, UInt8s
from imaginome.kernels.compile import fast
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.hmm.parameters import (
    Columns,
    Full,
    FullBlock,
    Kept,
    MemorylessBlock,
    Parameters,
)
from imaginome.models.hmm.tags import contexts
from imaginome.models.shared.completion import UNKNOWN, posterior_shares

# -- The loops of the scaled passes ----------------------------------------------------------------


Array = Any


@fast
def base_of(allele: int) -> Any:
    """Return P(allele | cluster that never carries ALT)."""
    return np.float32(0.0) if allele == 1 else np.float32(1.0)


@fast
def slope_of(allele: int) -> Any:
    """Return how P(allele | cluster) grows with the cluster's P(ALT)."""
    if allele == 2:
        return np.float32(0.0)
    return np.float32(1.0) if allele == 1 else np.float32(-1.0)


@fast
def forward_full(
    data: Columns,
    chain: FullBlock,
    alpha: Array,
    prior: Array,
    gamma: Array,
    keep: Any,
    logs: Array,
) -> None:
    """Move `alpha`, shape ``(n, K)``, over the sites of the block; add to `logs`.

    With `keep` off, `prior` and `gamma` hold one site and are overwritten.
    """
    alleles, contexts, classes = data
    emission, transition, tilt, inverse = chain
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    ahead = np.empty((n, n_clusters), np.float32)
    for site in range(n_sites):
        slot = site if keep else 0
        before = prior[slot]
        for h in range(n):
            c = classes[h]
            for j in range(n_clusters):
                before[h, j] = alpha[h, j] * inverse[site, c, j]
        np.dot(before, transition[site], ahead)
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            total = np.float32(0.0)
            for k in range(n_clusters):
                value = ahead[h, k] * tilt[site, c, k] * (base + slope * chance[k])
                ahead[h, k] = value
                total += value
            logs[h] += np.log(np.float64(total))
            scale = np.float32(1.0) / total
            for k in range(n_clusters):
                alpha[h, k] = ahead[h, k] * scale
        if keep:
            gamma[site + 1, :, :] = alpha


@fast
def backward_full(
    data: Columns,
    chain: FullBlock,
    beta: Array,
    kept: Kept,
) -> None:
    """Move `beta`, shape ``(n, K)``, back over the block; fill `gamma` and `message`."""
    alleles, contexts, classes = data
    emission, transition, tilt, inverse = chain
    prior, gamma, message = kept
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    behind = np.empty((n, n_clusters), np.float32)
    for site in range(n_sites - 1, -1, -1):
        told = message[site]
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            for k in range(n_clusters):
                gamma[site + 1, h, k] *= beta[h, k]
                told[h, k] = beta[h, k] * tilt[site, c, k] * (base + slope * chance[k])
        np.dot(told, transition[site].T, behind)
        for h in range(n):
            c = classes[h]
            total = np.float32(0.0)
            for j in range(n_clusters):
                total += prior[site, h, j] * behind[h, j]
            scale = np.float32(1.0) / total
            for j in range(n_clusters):
                beta[h, j] = behind[h, j] * inverse[site, c, j] * scale
                told[h, j] *= scale
    gamma[0] *= beta


@fast
def forward_memoryless(
    data: Columns,
    chain: MemorylessBlock,
    alpha: Array,
    prior: Array,
    gamma: Array,
    keep: Any,
    logs: Array,
) -> None:
    """Do what `forward_full` does, for memoryless transitions."""
    alleles, contexts, classes = data
    emission, switch, jump = chain
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    for site in range(n_sites):
        stay = np.float32(1.0) - switch[site]
        if keep:
            prior[site, :, :] = alpha
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            total = np.float32(0.0)
            for k in range(n_clusters):
                value = stay * alpha[h, k] + switch[site] * jump[site, c, k]
                value *= base + slope * chance[k]
                alpha[h, k] = value
                total += value
            logs[h] += np.log(np.float64(total))
            scale = np.float32(1.0) / total
            for k in range(n_clusters):
                alpha[h, k] *= scale
        if keep:
            gamma[site + 1, :, :] = alpha


@fast
def backward_memoryless(
    data: Columns,
    chain: MemorylessBlock,
    beta: Array,
    kept: Kept,
) -> None:
    """Do what `backward_full` does, for memoryless transitions."""
    alleles, contexts, classes = data
    emission, switch, jump = chain
    prior, gamma, message = kept
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    for site in range(n_sites - 1, -1, -1):
        stay = np.float32(1.0) - switch[site]
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            landed = np.float32(0.0)
            for k in range(n_clusters):
                gamma[site + 1, h, k] *= beta[h, k]
                value = beta[h, k] * (base + slope * chance[k])
                message[site, h, k] = value
                landed += jump[site, c, k] * value
            landed *= switch[site]
            total = np.float32(0.0)
            for j in range(n_clusters):
                value = stay * message[site, h, j] + landed
                beta[h, j] = value
                total += prior[site, h, j] * value
            scale = np.float32(1.0) / total
            for j in range(n_clusters):
                beta[h, j] *= scale
                message[site, h, j] *= scale
    gamma[0] *= beta


# -- The passes over a block of sites --------------------------------------------------------------
# In single precision P(ALT) of a site may be rounded to 1 in every cluster. Nobody could carry REF
# there then, and the passes would divide by zero: they take such an allele as not observed, and as
# likely as rounding hides.


HIDDEN = 2.0**-25
"""P(REF) where rounding hides it in every cluster: half a step of single precision below 1."""


def uniform_start(parameters: Parameters, n: int) -> Float32s:
    """Return the forward variables before the first site: every cluster alike."""
    n_clusters = parameters.emission.shape[-1]
    return np.full((n, n_clusters), 1.0 / n_clusters, dtype=np.float32)


def forward(
    p: Parameters,
    block: slice,
    data: Columns,
    alpha: Float32s,
    prior: Float32s,
    gamma: Float32s,
    keep: bool,
    logs: Float64s,
) -> None:
    """Move `alpha` over a block; see `forward_full`."""
    data, hidden = without_hidden(data, p.emission[block])
    logs += hidden * np.log(HIDDEN)
    rest: tuple[Any, ...] = (alpha, prior, gamma, keep, logs)
    if isinstance(p, Full):
        forward_full(data, p.block(block), *rest)
    else:
        forward_memoryless(data, p.block(block), *rest)


def backward(
    p: Parameters,
    block: slice,
    data: Columns,
    beta: Float32s,
    kept: Kept,
) -> None:
    """Move `beta` back over a block; see `backward_full`."""
    data, _ = without_hidden(data, p.emission[block])
    if isinstance(p, Full):
        backward_full(data, p.block(block), beta, kept)
    else:
        backward_memoryless(data, p.block(block), beta, kept)


def without_hidden(data: Columns, emission: Float32s) -> tuple[Columns, Int64s]:
    """Return the data without alleles that rounding hides, and how many each haplotype had."""
    alleles, contexts, classes = data
    certain = certain_contexts(emission)
    hidden = np.zeros(alleles.shape, dtype=np.bool_)
    if certain.any():
        hidden = certain[np.arange(len(alleles))[:, None], contexts] & (alleles == 0)
    if hidden.any():
        alleles = np.where(hidden, np.uint8(UNKNOWN), alleles)
    return Columns(alleles, contexts, classes), hidden.sum(axis=0)


@fast
def certain_contexts(emission: Any) -> Any:
    """Return where P(ALT) is 1 in every cluster, ``bool`` of shape ``(n_sites, n_contexts)``."""
    n_sites, n_contexts, n_clusters = emission.shape
    certain = np.ones((n_sites, n_contexts), np.bool_)
    for site in range(n_sites):
        for b in range(n_contexts):
            for k in range(n_clusters):
                if emission[site, b, k] < 1.0:
                    certain[site, b] = False
                    break
    return certain


# -- Classes under which a haplotype is completed --------------------------------------------------
# A partly observed haplotype is completed under those that explain it.


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
    pair_logs = np.zeros(len(pairs.row), dtype=np.float64)

    def work(part: slice) -> None:
        own = pairs.take(part)
        alpha = uniform_start(parameters, len(own.row))
        scratch = np.empty((1, *alpha.shape), dtype=np.float32)
        whole = slice(0, alleles.shape[1])
        columns = np.ascontiguousarray(alleles[own.row].T)
        data = Columns(columns, contexts(columns, parameters.tags), own.cls)
        forward(parameters, whole, data, alpha, scratch, scratch, False, pair_logs[part])

    map_pieces(work, pieces(len(pairs.row), PIECE), threads)
    logs = np.zeros(shares.shape)
    logs[pairs.row, pairs.cls] = pair_logs
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
