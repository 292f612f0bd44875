"""Ancestry proportions of individuals, given allele frequencies of reference populations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.panel import Haplotypes
from imaginome.parallel import map_pieces, pieces

PIECE = 128
CYCLES = 20
"""Cycles of three rounds of EM."""
FLOOR = 1e-4
"""Extrapolation leaves every share above this: EM cannot raise a share of zero."""
LONGEST = 64.0
TINY = 1e-12
PSEUDOCOUNT = 0.5


def dosages(haplotypes: Haplotypes, sites: Indices) -> Float32s:
    """Return how many ALT alleles individuals carry: ``(n_individuals, n_sites)``."""
    chosen = haplotypes[:, sites]
    return (chosen[0::2] + chosen[1::2]).astype(np.float32)


@dataclass(frozen=True)
class References:
    """Allele counts of the populations that ancestry is attributed to.

    Attributes
    ----------
    counts
        ``float64``, shape ``(k, n_sites)``: ALT alleles.
    sizes
        ``float64``, shape ``(k,)``: haplotypes.
    """

    counts: Float64s
    sizes: Float64s

    @classmethod
    def of(cls, people: Float32s, groups: list[Indices]) -> References:
        """Count the alleles of groups of people."""
        counts = np.array([people[group].sum(axis=0, dtype=np.float64) for group in groups])
        return cls(counts, np.array([2.0 * len(group) for group in groups]))

    def frequencies(self) -> Float64s:
        """Return allele frequencies, kept off 0 and 1 by half an allele of either kind."""
        return np.asarray((self.counts + PSEUDOCOUNT) / (self.sizes[:, None] + 2 * PSEUDOCOUNT))

    def shifts(self, people: Float32s, own: Indices) -> Float32s:
        """Return how each person's own frequencies change when the person is left out.

        Parameters
        ----------
        people
            Dosages.
        own
            Number of each person's population; -1 for those who are in none.
        """
        known = own >= 0
        sizes = np.where(known, self.sizes[own], 4.0)[:, None]
        without = (self.counts[own] - people + PSEUDOCOUNT) / (sizes - 2 + 2 * PSEUDOCOUNT)
        shifts = np.where(known[:, None], without - self.frequencies()[own], 0.0)
        return shifts.astype(np.float32)


def proportions(
    people: Float32s, references: References, own: Indices | None = None, threads: int = 1
) -> Float64s:
    """Return the ancestry proportions of individuals that are likeliest given the references.

    The model of Tang et al. (2005) and Alexander et al. (2009) with known frequencies: every
    allele comes from population k with probability q_k. EM from equal shares, accelerated; the
    likelihood is concave in q, so that the start does not matter.

    Parameters
    ----------
    people
        ``float32``, shape ``(n, n_sites)``: ALT alleles of each individual.
    references
        The populations.
    own
        ``(n,)``: population in which an individual was counted (-1: none). Its alleles are taken
        out again, so that the proportions of these people are as those of strangers.
    threads
        Number of threads; no result depends on it.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n, k)``; rows sum to one.
    """
    frequencies = references.frequencies().astype(np.float32)

    def one(piece: slice) -> Float64s:
        shifts = None if own is None else references.shifts(people[piece], own[piece])
        rows = None if own is None else own[piece]
        likelihood = _Likelihood(people[piece], frequencies, shifts, rows)
        return _maximised(likelihood, len(people[piece]), len(frequencies))

    # One thread a product: with several, rounding would depend on their number.
    with threadpool_limits(1):
        return np.concatenate(map_pieces(one, pieces(len(people), PIECE), threads))


class _Likelihood:
    """The likelihood of the proportions of some people."""

    def __init__(
        self, people: Float32s, frequencies: Float32s, shifts: Float32s | None, own: Indices | None
    ) -> None:
        self._alt = people
        self._ref = 2 - people
        self._frequencies = frequencies
        self._shifts = shifts
        # Those in no population have a shift of zero: whose share it is does not matter.
        self._own = (np.arange(len(people)), own)

    def step(self, q: Float32s) -> Float32s:
        """Return the proportions after one round of EM."""
        expected = q @ self._frequencies
        if self._shifts is not None:
            expected += q[self._own][:, None] * self._shifts
        alt = self._alt / expected
        ref = self._ref / (1 - expected)
        alt -= ref
        explained = alt @ self._frequencies.T
        if self._shifts is not None:
            explained[self._own] += np.einsum("ij,ij->i", alt, self._shifts)
        return _normalised(q * (explained + ref.sum(axis=1)[:, None]))


def _maximised(likelihood: _Likelihood, n: int, k: int) -> Float64s:
    """Run EM from equal shares, extrapolating each person's path (Varadhan and Roland 2008)."""
    q = np.full((n, k), 1 / k, dtype=np.float32)
    for _ in range(CYCLES):
        first = likelihood.step(q)
        second = likelihood.step(first)
        change = first - q
        bend = second - first - change
        length = np.sqrt((change**2).sum(axis=1) / np.maximum((bend**2).sum(axis=1), TINY))
        length = np.clip(length, 1.0, LONGEST)[:, None]
        q = _normalised(np.maximum(q + 2 * length * change + length**2 * bend, FLOOR))
        # A round of EM mends what the extrapolation overshot.
        q = likelihood.step(q)
    return likelihood.step(q).astype(np.float64)


def _normalised(q: Float32s) -> Float32s:
    return np.asarray(q / q.sum(axis=1, keepdims=True))
