"""Expectation-maximisation of the cluster chain, and what its posteriors tell of haplotypes.

In a round the forward pass keeps its variables at the borders of blocks only. Blocks are then taken
from the last to the first: forward again (all variables kept), backward, and at once the M-step of
the block's sites, whose parameters no later step of the round needs. Passes run over fixed pieces
of haplotypes, M-steps over sites; both are independent, so threads cannot change a byte.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices, Int64s, UInt8s, UInt16s
from imaginome.kernels.compile import one_blas_thread
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.hmm.parameters import Columns, Kept, Memoryless, Parameters
from imaginome.models.hmm.passes import backward, forward, uniform_start
from imaginome.models.hmm.tags import contexts
from imaginome.models.hmm.update import (
    Layout,
    Pull,
    class_sums,
    update_emissions,
    update_full,
    update_memoryless,
)
from imaginome.panel import Haplotypes

# -- One round of expectation-maximisation ---------------------------------------------------------


PIECE = 128
BLOCK = 64
SWEEPS = 2


@dataclass(frozen=True)
class Observed:
    """Haplotypes sorted by class, sites first.

    Attributes
    ----------
    alleles
        ``uint8`` of shape ``(n_sites, n)``.
    classes
        Class of each haplotype, non-decreasing, ``int64`` of shape ``(n,)``.
    borders
        Class ``c`` has haplotypes ``borders[c:c + 2]``.
    order
        Row of the panel of each haplotype.
    groups
        Group (superpopulation) of each class, ``int64`` of shape ``(n_classes,)``.
    """

    alleles: UInt8s
    classes: Int64s
    borders: Int64s
    order: Indices
    groups: Int64s

    @classmethod
    def of(
        cls,
        haplotypes: Haplotypes,
        classes: Int64s,
        groups: Int64s,
    ) -> Observed:
        """Sort the rows of `haplotypes` by class."""
        order = np.argsort(classes, kind="stable")
        ordered = np.ascontiguousarray(classes[order])
        borders = np.searchsorted(ordered, np.arange(len(groups) + 1)).astype(np.int64)
        return cls(np.ascontiguousarray(haplotypes[order].T), ordered, borders, order, groups)

    def columns(self, contexts: UInt8s, block: slice, piece: slice) -> Columns:
        """Return alleles, contexts and classes of some haplotypes at the sites of a block."""
        return Columns(self.alleles[block, piece], contexts[block, piece], self.classes[piece])

    @property
    def n(self) -> int:
        """Number of haplotypes."""
        return len(self.classes)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.alleles)


@dataclass(frozen=True)
class Priors:
    """Pseudo-counts of the M-step and what they lean to.

    Attributes
    ----------
    frequency
        Overall ALT frequency of each site, to which emissions lean.
    emission, tag, jump, row, group, member
        Weights, in pseudo-haplotypes; see `update_memoryless` and `update_full`.
    base
        Memoryless solution to which full transitions lean, shape ``(n_sites, K + 1)``: switch
        times pooled jump, then switch.
    """

    frequency: Float32s
    emission: float
    tag: float
    jump: float
    row: float
    group: float
    member: float
    base: Float32s | None = None

    def leaning_to(self, solution: Memoryless) -> Priors:
        """Return the priors with the memoryless solution as base."""
        switch = solution.switch[:, None]
        base = np.concatenate([switch * solution.jump.mean(axis=1), switch], axis=1)
        return self.with_base(np.ascontiguousarray(base, dtype=np.float32))

    def with_frequency(self, frequency: Float32s) -> Priors:
        """Return the priors with other overall frequencies."""
        return replace(self, frequency=frequency)

    def with_base(self, base: Float32s) -> Priors:
        """Return the priors with another base."""
        return replace(self, base=base)


def log_likelihoods(parameters: Parameters, observed: Observed, threads: int) -> Float64s:
    """Return ln P(haplotype | class) of each haplotype, in the order of the panel."""
    logs = np.zeros(observed.n, dtype=np.float64)
    whole = slice(0, observed.n_sites)
    seen = contexts(observed.alleles, parameters.tags)

    def work(piece: slice) -> None:
        alpha = uniform_start(parameters, piece.stop - piece.start)
        scratch = np.empty((1, *alpha.shape), dtype=np.float32)
        data = observed.columns(seen, whole, piece)
        forward(parameters, whole, data, alpha, scratch, scratch, False, logs[piece])

    with one_blas_thread():
        map_pieces(work, pieces(observed.n, PIECE), threads)
    result = np.empty_like(logs)
    result[observed.order] = logs
    return result


def expectation_maximisation(
    parameters: Parameters, observed: Observed, starts: Any, priors: Priors, threads: int
) -> Float64s:
    """Do one round in place; return ln P(haplotype | class) under the parameters before it.

    Parameters
    ----------
    parameters
        Overwritten by those after the round.
    observed
        Training haplotypes.
    starts
        Where contigs begin, ``bool`` of shape ``(n_sites,)``.
    priors
        Pseudo-counts; `base` is needed for full transitions.
    threads
        Number of threads; does not change the result.

    Returns
    -------
    numpy.ndarray
        Shape ``(n,)``, in the order of `observed`.
    """
    with one_blas_thread():
        return _Round(parameters, observed, starts, priors, threads).run()


class Expectation(ABC):
    """The arrays of one forward and backward pass; what is done with posteriors is left open."""

    def __init__(self, parameters: Parameters, observed: Observed, threads: int) -> None:
        self.parameters, self.observed, self.threads = parameters, observed, threads
        self.contexts = contexts(observed.alleles, parameters.tags)
        shape = (observed.n, parameters.emission.shape[-1])
        self.blocks = pieces(observed.n_sites, BLOCK)
        self.pieces = pieces(observed.n, PIECE)
        self.borders = np.empty((len(self.blocks), *shape), dtype=np.float32)
        self.prior = np.empty((BLOCK, *shape), dtype=np.float32)
        self.gamma = np.empty((BLOCK + 1, *shape), dtype=np.float32)
        self.message = np.empty((BLOCK, *shape), dtype=np.float32)
        self.beta = np.ones(shape, dtype=np.float32)
        self.logs = np.zeros(observed.n, dtype=np.float64)

    def run(self) -> Float64s:
        """Forward over everything, then block by block from the end."""
        self._over(self.pieces, self._forward_to_borders)
        for index in range(len(self.blocks) - 1, -1, -1):
            self._over(self.pieces, partial(self._smooth, index))
            block = self.blocks[index]
            sites = np.arange(block.stop - block.start)
            shares = [sites[part] for part in pieces(len(sites), 8)]
            self._over(shares, partial(self._use, block))
        return self.logs

    @abstractmethod
    def _use(self, block: slice, share: Indices) -> None:
        """Do what is to be done at some sites of the block, whose posteriors are known now."""

    def _over(self, items: list[Any], work: Callable[[Any], None]) -> None:
        map_pieces(work, items, self.threads)

    def _forward_to_borders(self, piece: slice) -> None:
        alpha = uniform_start(self.parameters, piece.stop - piece.start)
        scratch = np.empty((1, *alpha.shape), dtype=np.float32)
        for index, block in enumerate(self.blocks):
            self.borders[index, piece] = alpha
            data, logs = self.observed.columns(self.contexts, block, piece), self.logs[piece]
            forward(self.parameters, block, data, alpha, scratch, scratch, False, logs)

    def _smooth(self, index: int, piece: slice) -> None:
        """Fill the block's arrays for a piece; move its `beta` to the site before the block."""
        block, n = self.blocks[index], piece.stop - piece.start
        size = block.stop - block.start
        alpha = self.borders[index, piece].copy()
        shape = (n, alpha.shape[1])
        prior = np.empty((size, *shape), dtype=np.float32)
        gamma = np.empty((size + 1, *shape), dtype=np.float32)
        message = np.empty((size, *shape), dtype=np.float32)
        gamma[0] = alpha
        data, unused = (
            self.observed.columns(self.contexts, block, piece),
            np.zeros(n, dtype=np.float64),
        )
        forward(self.parameters, block, data, alpha, prior, gamma, True, unused)
        kept = Kept(prior, gamma, message)
        backward(self.parameters, block, data, self.beta[piece], kept)
        self.prior[:size, piece] = prior
        self.gamma[: size + 1, piece] = gamma
        self.message[:size, piece] = message


class _Round(Expectation):
    """One round of expectation-maximisation."""

    def __init__(
        self, parameters: Parameters, observed: Observed, starts: Any, priors: Priors, threads: int
    ) -> None:
        super().__init__(parameters, observed, threads)
        self.starts, self.priors = starts, priors

    def _use(self, block: slice, share: Indices) -> None:
        """Do the M-step of some sites of the block."""
        p, priors, observed = self.parameters, self.priors, self.observed
        update_emissions(
            observed.alleles[block],
            self.contexts[block],
            self.gamma,
            priors.frequency[block],
            priors.emission,
            priors.tag,
            p.emission[block],
            share,
        )
        layout = Layout(self.starts[block], observed.borders, observed.groups)
        if isinstance(p, Memoryless):
            pull = Pull(priors.jump, priors.group, priors.member)
            update_memoryless(layout, self.message, p.block(block), pull, share)
            return
        assert priors.base is not None
        pull = Pull(priors.row, priors.group, priors.member)
        kept = Kept(self.prior, self.gamma, self.message)
        update_full(layout, kept, p.block(block), priors.base[block], pull, SWEEPS, share)


# -- Train haplotypes in clusters: who is where ----------------------------------------------------


def class_occupancies(parameters: Parameters, observed: Observed, threads: int) -> Float32s:
    """Return how many haplotypes of each class each cluster is expected to hold.

    Returns
    -------
    numpy.ndarray
        ``float32`` of shape ``(n_sites, n_classes, K)``.
    """
    with one_blas_thread():
        count = _Count(parameters, observed, threads)
        count.run()
    return count.occupancy


def likeliest_clusters(parameters: Parameters, observed: Observed, threads: int) -> UInt16s:
    """Return the likeliest cluster of each site and haplotype, ``uint16``, ``(n_sites, n)``."""
    with one_blas_thread():
        likeliest = _Likeliest(parameters, observed, threads)
        likeliest.run()
    return likeliest.clusters


class _Count(Expectation):
    """Counts where classes are."""

    def __init__(self, parameters: Parameters, observed: Observed, threads: int) -> None:
        super().__init__(parameters, observed, threads)
        shape = (observed.n_sites, len(observed.groups), parameters.emission.shape[-1])
        self.occupancy = np.empty(shape, dtype=np.float32)

    def _use(self, block: slice, share: Indices) -> None:
        """Sum the posteriors of some sites of the block by class."""
        for site in share:
            sums = self.occupancy[block.start + site]
            class_sums(self.gamma[site + 1], self.observed.borders, sums)


class _Likeliest(Expectation):
    """Decides for one cluster at every site."""

    def __init__(self, parameters: Parameters, observed: Observed, threads: int) -> None:
        super().__init__(parameters, observed, threads)
        self.clusters = np.empty((observed.n_sites, observed.n), dtype=np.uint16)

    def _use(self, block: slice, share: Indices) -> None:
        """Take the largest posterior at some sites of the block."""
        for site in share:
            self.clusters[block.start + site] = self.gamma[site + 1].argmax(axis=1)
