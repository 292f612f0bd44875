"""Counting contexts of a Markov chain over sites, and what they say about the next allele.

A context of order ``m`` at a site is the last ``m`` alleles as a binary number. Counts of order
``m`` lie in an array of shape ``(n_sites, 2**m, 2)``; contexts do not reach across a chain's
start.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled

Array = Any


@compiled
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


@compiled
def context_length(starts: Array, site: int, order: int) -> int:
    """Return how many sites before `site` are of the same chain, at most `order`."""
    reach = 0
    while reach < order and site - reach > 0 and not starts[site - reach]:
        reach += 1
    return reach


@compiled
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


@compiled
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


@compiled
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
