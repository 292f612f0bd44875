"""Complete partly observed haplotypes by a Markov chain over sites, exactly, one row at a time.

Messages run backward: how likely the alleles observed from a site on are after each context.
They are kept at the borders of blocks of sites; a forward pass over each block then weights
contexts by what was observed before and by the messages. It is the sum-product recursion of
hidden Markov models (Rabiner 1989) with contexts as states.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled

BLOCK = 64
Array = Any


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


@compiled
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


@compiled
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


@compiled
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
