"""Extremely randomised trees for 0/1 sites: grown on some haplotypes, read on the others.

A cut through a 0/1 site has one place only, so that what is left of the randomness of Geurts et
al. (2006) is the choice of candidate sites. Trees are not kept: the haplotypes to be scored are
sent down while a tree grows, and branches that nobody reaches are not grown.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from imaginome.arrays import Float64s, Indices, Int64s, UInt8s, UInt64s
from imaginome.kernels.bits import Bits
from imaginome.kernels.compile import compiled

TREES = 200
LEAF = 3
"""Fewest haplotypes of the fitted ones in a leaf."""


class Forest(NamedTuple):
    """What a forest found.

    Attributes
    ----------
    scores
        ``float64``, one a scored haplotype: mean share of the first panel in its leaves.
    importance
        ``float64``, shape ``(n_sites,)``: mean decrease of the Gini impurity.
    """

    scores: Float64s
    importance: Float64s


@compiled
def _below(state: UInt64s, most: int) -> int:
    """Draw from ``range(most)``: xorshift64* (Marsaglia 2003, Vigna 2016), upper 32 bits."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    high = (x * np.uint64(2685821657736338717)) >> np.uint64(32)
    return np.int64((high * np.uint64(most)) >> np.uint64(32))  # type: ignore[return-value]


@compiled
def _bit(row: UInt64s, i: int) -> int:
    """Return bit `i` of a packed row, as `pack_sites` lays them out (big-endian octets)."""
    place = (i & 56) + 7 - (i & 7)
    return np.int64((row[i >> 6] >> np.uint64(place)) & np.uint64(1))  # type: ignore[return-value]


@compiled
def _gain(n: int, first: int, n_one: int, first_one: int) -> float:
    """Return the decrease of the Gini impurity, times half the node's size."""
    n_zero, first_zero = n - n_one, first - first_one
    together = first * (n - first) / n
    apart = first_one * (n_one - first_one) / n_one + first_zero * (n_zero - first_zero) / n_zero
    return together - apart


@compiled
def _best_site(
    bits: Bits,
    rows: Int64s,
    label: UInt8s,
    first: int,
    tries: int,
    leaf: int,
    state: UInt64s,
) -> tuple[int, float]:
    """Return the best of `tries` sites drawn at random, and its gain; -1 where none divides.

    As long as no site divides the node, it goes on drawing, up to twice the number of sites.
    """
    best, best_gain = -1, -1.0
    for drawn in range(2 * len(bits)):
        if drawn >= tries and best >= 0:
            break
        site = _below(state, len(bits))
        n_one, first_one = 0, 0
        for i in rows:
            bit = _bit(bits[site], i)
            n_one += bit
            first_one += bit & label[i]
        if n_one >= leaf and len(rows) - n_one >= leaf:
            gain = _gain(len(rows), first, n_one, first_one)
            if gain > best_gain:
                best, best_gain = site, gain
    return best, best_gain


@compiled
def _part(row: UInt64s, rows: Int64s) -> int:
    """Reorder `rows` in place: those with 0 first; return their number."""
    left = 0
    for k in range(len(rows)):
        if _bit(row, rows[k]) == 0:
            rows[k], rows[left] = rows[left], rows[k]
            left += 1
    return left


@compiled
def _tree(
    bits: Bits,
    label: UInt8s,
    fitted: Int64s,
    scored: Int64s,
    tries: int,
    leaf: int,
    seed: int,
    scores: Float64s,
    importance: Float64s,
) -> None:
    """Grow one tree on `fitted`; add the share of label 1 in each leaf to those of `scored`."""
    state = np.array([seed], dtype=np.uint64)
    stack = [(0, len(fitted), 0, len(scored))]
    while len(stack) > 0:
        start, stop, s_start, s_stop = stack.pop()
        if s_start == s_stop:
            continue
        rows, read = fitted[start:stop], scored[s_start:s_stop]
        first = 0
        for i in rows:
            first += label[i]
        site, gain = -1, 0.0
        if 0 < first < len(rows) and len(rows) >= 2 * leaf:
            site, gain = _best_site(bits, rows, label, first, tries, leaf, state)
        if site < 0:
            for i in read:
                scores[i] += first / len(rows)
            continue
        importance[site] += gain
        left, s_left = start + _part(bits[site], rows), s_start + _part(bits[site], read)
        stack.append((start, left, s_start, s_left))
        stack.append((left, stop, s_left, s_stop))


@compiled
def _forest(
    bits: Bits,
    label: UInt8s,
    fitted: Int64s,
    scored: Int64s,
    tries: int,
    leaf: int,
    seeds: Int64s,
) -> tuple[Float64s, Float64s]:
    scores, importance = np.zeros(len(label)), np.zeros(len(bits))
    for seed in seeds:
        _tree(bits, label, fitted.copy(), scored.copy(), tries, leaf, seed, scores, importance)
    return scores[scored] / len(seeds), importance / (len(seeds) * len(fitted))


def grow(
    bits: Bits,
    label: UInt8s,
    fitted: Indices,
    scored: Indices,
    rng: np.random.Generator,
    *,
    trees: int = TREES,
    leaf: int = LEAF,
) -> Forest:
    """Fit extremely randomised trees to some haplotypes and score others (Geurts et al. 2006).

    Parameters
    ----------
    bits
        Packed sites, see `pack_sites`: ``uint64``, shape ``(n_sites, words)``.
    label
        ``uint8``, 0 or 1 a haplotype.
    fitted, scored
        Rows to fit to (at least one) and rows to score.
    rng
        Where the trees get their seeds.
    trees, leaf
        Number of trees; fewest fitted haplotypes in a leaf. Each cut is the best of
        ``sqrt(n_sites)`` sites drawn at random.
    """
    seeds = rng.integers(1, 2**62, trees)
    tries = max(1, math.isqrt(len(bits)))
    fit, read = (np.asarray(x, dtype=np.int64) for x in (fitted, scored))
    return Forest(*_forest(bits, label, fit, read, tries, leaf, seeds))
