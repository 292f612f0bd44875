"""Markov chain of order k: the next allele given the k alleles before it.

A context of order ``m`` at a site is the last ``m`` alleles as a binary number. Counts of order
``m`` lie in an array of shape ``(n_sites, 2**m, 2)``; contexts do not reach across a chain's
start.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from imaginome.arrays import Bools, Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.kernels.compile import fast
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.base import Capability, Generator
from imaginome.models.shared.completion import Completion
from imaginome.panel import Haplotypes, Panel
from imaginome.randomness import child_sequence
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

# -- Counts of contexts ----------------------------------------------------------------------------


Array = Any


@fast
def add_counts(alleles: Array, starts: Array, order: int, first: int, counts: Array) -> None:
    """Add the counts of order `order` for the sites of a piece that begins at `first`.

    `alleles` is ``uint8`` of shape ``(n_rows, n_sites)``, `counts` ``float32`` of shape
    ``(n_piece, 2**order, 2)``.
    """
    for piece_site in range(len(counts)):
        site = first + piece_site
        reach = context_length(starts, site, order)
        for row in range(len(alleles)):
            code = 0
            for back in range(reach, 0, -1):
                code = 2 * code + alleles[row, site - back]
            counts[piece_site, code, alleles[row, site]] += np.float32(1.0)


@fast
def context_length(starts: Array, site: int, order: int) -> int:
    """Return how many sites before `site` are of the same chain, at most `order`."""
    reach = 0
    while reach < order and site - reach > 0 and not starts[site - reach]:
        reach += 1
    return reach


@fast
def back_off(counts: Array, shorter: Array, weight: float, chance: Array) -> None:
    """Set P(ALT | context): counts plus `weight` pseudo-haplotypes as the shorter context says.

    `shorter` holds the chances of the contexts without their oldest allele, shape
    ``(n_sites, 2**(order - 1))``; `chance` is filled, shape ``(n_sites, 2**order)``.
    """
    n_sites, n_contexts, _ = counts.shape
    half = n_contexts // 2
    for site in range(n_sites):
        for code in range(n_contexts):
            total = counts[site, code, 0] + counts[site, code, 1]
            lean = shorter[site, code % half]
            chance[site, code] = (counts[site, code, 1] + weight * lean) / (total + weight)


@fast
def log_chance(alleles: Array, starts: Array, order: int, chance: Array, logs: Array) -> None:
    """Set ln P of each row of `alleles`."""
    for row in range(len(alleles)):
        total, code = 0.0, 0
        for site in range(alleles.shape[1]):
            if starts[site]:
                code = 0
            p = np.float64(chance[site, code])
            total += np.log(p) if alleles[row, site] else np.log1p(-p)
            code = (2 * code + alleles[row, site]) % (1 << order)
        logs[row] = total


@fast
def walk(uniform: Array, starts: Array, order: int, chance: Array, drawn: Array) -> None:
    """Draw the rows of `drawn` with uniform numbers of the same shape."""
    for row in range(len(drawn)):
        code = 0
        for site in range(drawn.shape[1]):
            if starts[site]:
                code = 0
            allele = 1 if uniform[row, site] < chance[site, code] else 0
            drawn[row, site] = allele
            code = (2 * code + allele) % (1 << order)


# -- Completion of partly observed haplotypes ------------------------------------------------------
# Messages run backward: how likely the alleles observed from a site on are after each context. They
# are kept at the borders of blocks of sites; a forward pass over each block then weights contexts
# by what was observed before and by the messages. It is the sum-product recursion of hidden Markov
# models (Rabiner 1989) with contexts as states.


BLOCK = 64


def complete_row(
    alleles: Array,
    starts: Array,
    chance: Array,
    uniforms: Array,
    dosages: Array,
    drawn: Array,
) -> None:
    """Set expected alleles and draws of one row.

    Parameters
    ----------
    alleles
        0, 1, or 2 where nothing is observed, ``uint8``, shape ``(n_sites,)``.
    starts
        Where contigs begin, ``bool``, shape ``(n_sites,)``.
    chance
        P(ALT | context), ``float32``, shape ``(n_sites, 2**order)``.
    uniforms
        ``float64`` in 0 to 1, shape ``(draws, n_sites)``.
    dosages, drawn
        Filled, shapes ``(n_sites,)`` and ``(draws, n_sites)``.
    """
    n_sites, n_contexts = chance.shape
    firsts = range(0, n_sites, BLOCK)
    borders = np.ones((len(firsts) + 1, n_contexts))
    kept = np.empty((BLOCK + 1, n_contexts))
    for b in range(len(firsts) - 1, -1, -1):
        part = slice(firsts[b], firsts[b] + BLOCK)
        listen(alleles[part], starts[part], chance[part], borders[b + 1], kept)
        borders[b] = kept[0]
    weights = np.zeros(n_contexts)
    codes = np.zeros(len(drawn), np.int64)
    for b, first in enumerate(firsts):
        part = slice(first, first + BLOCK)
        data = (alleles[part], starts[part], chance[part])
        listen(*data, borders[b + 1], kept)
        expect(*data, kept, weights, dosages[part])
        for d in range(len(drawn)):
            codes[d] = trace(*data, kept, uniforms[d, part], codes[d], drawn[d, part])


@fast
def listen(alleles: Array, starts: Array, chance: Array, border: Array, kept: Array) -> None:
    """Fill ``kept[s]``, the messages from site ``s`` of a block on, scaled to a maximum of 1.

    `border` holds the messages behind the block.
    """
    n_sites, n_contexts = chance.shape
    kept[n_sites, :] = border
    for site in range(n_sites - 1, -1, -1):
        most = 0.0
        for code in range(n_contexts):
            p = np.float64(chance[site, code])
            total = 0.0
            if alleles[site] != 1:
                total += (1.0 - p) * kept[site + 1, 2 * code % n_contexts]
            if alleles[site] != 0:
                total += p * kept[site + 1, (2 * code + 1) % n_contexts]
            kept[site, code] = total
            most = max(most, total)
        for code in range(n_contexts):
            kept[site, code] /= most
        if starts[site]:
            # Whatever the context before a contig's start, it says nothing.
            kept[site, :] = 1.0


@fast
def expect(
    alleles: Array, starts: Array, chance: Array, kept: Array, weights: Array, dosages: Array
) -> None:
    """Set the expected alleles of a block; move `weights`, of contexts, over it."""
    n_sites, n_contexts = chance.shape
    behind = np.empty(n_contexts)
    for site in range(n_sites):
        if starts[site]:
            weights[:] = 0.0
            weights[0] = 1.0
        behind[:] = 0.0
        zeros, ones = 0.0, 0.0
        for code in range(n_contexts):
            if weights[code] == 0.0:
                continue
            p = np.float64(chance[site, code])
            for allele in range(2):
                if alleles[site] == 1 - allele:
                    continue
                share = weights[code] * (p if allele else 1.0 - p)
                following = (2 * code + allele) % n_contexts
                behind[following] += share
                share *= kept[site + 1, following]
                ones += allele * share
                zeros += (1 - allele) * share
        dosages[site] = ones / (ones + zeros)
        weights[:] = behind / behind.sum()


@fast
def trace(
    alleles: Array,
    starts: Array,
    chance: Array,
    kept: Array,
    uniforms: Array,
    code: int,
    drawn: Array,
) -> int:
    """Draw the alleles of a block forward; return the context behind it."""
    n_sites, n_contexts = chance.shape
    for site in range(n_sites):
        if starts[site]:
            code = 0
        p = np.float64(chance[site, code])
        one = 0.0 if alleles[site] == 0 else p * kept[site + 1, (2 * code + 1) % n_contexts]
        zero = 0.0 if alleles[site] == 1 else (1.0 - p) * kept[site + 1, 2 * code % n_contexts]
        allele = 1 if uniforms[site] * (one + zero) < one else 0
        drawn[site] = allele
        code = (2 * code + allele) % n_contexts
    return code


# -- The model -------------------------------------------------------------------------------------


SITES = 256
ROWS = 256
LEAST = np.float32(1e-6)


class MarkovSettings(Settings):
    """Settings of `markov`."""

    order: int = Field(
        10, ge=1, le=14, description="alleles that the next one depends on (sites); memory 2^order"
    )
    prior: float = Field(
        1.0,
        gt=0,
        description="pseudo-haplotypes that each context takes from the one a site shorter "
        "(haplotypes)",
    )


class Markov(Generator[MarkovSettings]):
    """Window of the last k alleles, with back-off to shorter windows where counts are thin."""

    id = "markov"
    description = "the next allele given the last k, with back-off to shorter windows"
    assumptions = "An allele depends on the k alleles before it on the contig, and nothing else."
    limitations = (
        "What lies more than k sites back is forgotten: no long haplotypes, no population "
        "structure."
    )
    citations = cite(
        yelmen2021="uses Markov chains over windows of SNPs as a baseline",
        mackay1995="counts of a context lean to the shorter context by Dirichlet pseudo-counts",
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"log_likelihood", "complete"})
    Settings = MarkovSettings

    _chance: Float32s

    def _fit(self, train: Panel, validation: Panel, control: FitControl) -> None:
        """Count; there is nothing to stop, so validation people are counted as well."""
        alleles = np.concatenate([train.haplotypes, validation.haplotypes])
        starts = self.sites.contig_starts()
        order = self.settings.order
        self._chance = np.empty((len(starts), 1 << order), dtype=np.float32)

        def work(piece: slice) -> None:
            self._chance[piece] = self._piece(alleles, starts, piece)

        with control.progress.task("markov", 1) as task:
            map_pieces(work, pieces(len(starts), SITES), control.threads)
            task.advance()

    def _piece(self, alleles: Haplotypes, starts: Bools, piece: slice) -> Float32s:
        """Return P(ALT | context) of the longest contexts, from order 0 upward."""
        n = piece.stop - piece.start
        edge = np.float32(0.5 / (len(alleles) + 1))
        mean = alleles[:, piece].mean(axis=0, dtype=np.float64)
        chance = np.clip(mean, edge, 1 - edge).astype(np.float32)[:, None]
        for order in range(1, self.settings.order + 1):
            counts = np.zeros((n, 1 << order, 2), dtype=np.float32)
            add_counts(alleles, starts, order, piece.start, counts)
            longer = np.empty((n, 1 << order), dtype=np.float32)
            back_off(counts, chance, self.settings.prior, longer)
            chance = longer
        # Back-off multiplies small chances; no allele may become impossible by rounding.
        return np.asarray(np.clip(chance, LEAST, 1 - LEAST), dtype=np.float32)

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        drawn = np.empty((n, len(self._chance)), dtype=np.uint8)
        starts = self.sites.contig_starts()

        def work(piece: slice) -> None:
            stream = child_sequence(seed, "markov", "draw", piece.start)
            rng = np.random.Generator(np.random.SFC64(stream))
            uniform = rng.random(drawn[piece].shape, dtype=np.float32)
            walk(uniform, starts, self.settings.order, self._chance, drawn[piece])

        map_pieces(work, pieces(n, ROWS), threads)
        return drawn

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return ln P of each row, exact."""
        logs = np.empty(len(haplotypes), dtype=np.float64)
        starts = self.sites.contig_starts()

        def work(piece: slice) -> None:
            log_chance(haplotypes[piece], starts, self.settings.order, self._chance, logs[piece])

        map_pieces(work, pieces(len(haplotypes), ROWS), threads)
        return logs

    def _complete(
        self,
        alleles: UInt8s,
        shares: Float64s,
        draws: int,
        seed: int,
        threads: int,
    ) -> Completion:
        dosages = np.empty(alleles.shape, dtype=np.float32)
        drawn = np.empty((draws, *alleles.shape), dtype=np.uint8)
        starts = self.sites.contig_starts()

        def work(row: int) -> None:
            stream = child_sequence(seed, "markov", "complete", row)
            rng = np.random.Generator(np.random.SFC64(stream))
            uniforms = rng.random((draws, len(starts)))
            outputs = (dosages[row], drawn[:, row])
            complete_row(alleles[row], starts, self._chance, uniforms, *outputs)

        map_pieces(work, range(len(alleles)), threads)
        return Completion(dosages, drawn)

    def _tensors(self) -> Tensors:
        return {"chance": self._chance}

    def _load_tensors(self, tensors: Tensors) -> None:
        self._chance = tensors["chance"]


ITEM = Markov
