"""Haplotypes drawn from a cluster chain: full transitions together, memoryless ones one by one.

Each uniform number is a hash of a key and a counter (SplitMix64, Steele et al. 2014,
doi 10.1145/2660193.2660195), so no draw depends on any other stream or thread.

Each haplotype for itself is a draw of the chain. Together they are stratified: of all haplotypes
at a site, systematic sampling (Madow & Madow 1944, doi 10.1214/aoms/1177731312) picks those that
leave their cluster and those that carry the ALT allele, so that their number is the expected
one, rounded up or down. Independent draws would add the chance of a second sample to that of the
panel: every third singleton would be lost. Haplotypes are shuffled at every site, which keeps the
picks of different sites independent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.arrays import Int64s
from imaginome.kernels.compile import fast
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.hmm.parameters import Full, Parameters
from imaginome.models.hmm.tags import context_of
from imaginome.panel import Haplotypes
from imaginome.randomness import child_sequence

# -- Random numbers inside compiled kernels --------------------------------------------------------


Array = Any


@fast
def uniform(key: int, counter: int) -> float:
    """Return number `counter` of the stream `key`, in [0, 1)."""
    z = key + np.uint64(counter + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@fast
def pick(weights: Array, u: float) -> int:
    """Return an index with a chance proportional to its weight."""
    total = np.float32(0.0)
    for k in range(len(weights)):
        total += weights[k]
    rest = np.float32(u) * total
    for k in range(len(weights)):
        rest -= weights[k]
        if rest < 0:
            return k
    return int(np.argmax(weights))


# -- Haplotypes drawn together ---------------------------------------------------------------------


GOLDEN = 0.6180339887498949
FEW = 20.0
"""Carriers (haplotypes) up to which an allele is rare enough to die out."""
STEEPEST, HALVINGS = 8.0, 16
"""How far log-odds may be moved to keep a count, and how often the interval is halved."""


def draw_stratified(parameters: Full, classes: Int64s, seed: int) -> Haplotypes:
    """Draw one haplotype for each entry of `classes`, ``uint8`` of shape ``(n, n_sites)``."""
    p = parameters
    key = child_sequence(seed, "hmm", "draw").generate_state(1, np.uint64)[0]
    alleles = np.empty((len(p.emission), len(classes)), dtype=np.uint8)
    fill(p.emission, p.tags, p.transition, p.tilt, p.inverse, classes, key, alleles)
    return np.ascontiguousarray(alleles.T)


@fast
def fill(
    emission: Array,
    tags: Array,
    transition: Array,
    tilt: Array,
    inverse: Array,
    classes: Array,
    key: Any,
    alleles: Array,
) -> None:
    """Fill `alleles`, shape ``(n_sites, n)``, site by site."""
    n_sites, n = alleles.shape
    n_contexts, n_clusters = emission.shape[1:]
    state = np.zeros(n, np.int32)
    order = np.arange(n).astype(np.int32)
    grouped, cell = np.empty(n, np.int32), np.empty(n, np.int32)
    weights, chance = np.empty(n_clusters, np.float64), np.empty(n, np.float64)
    counter = 0
    for site in range(n_sites):
        counter = shuffle(order, key, counter)
        group(order, state, n_clusters, grouped)
        passed = uniform(key, counter)
        place = uniform(key, counter + 1)
        for row in grouped:
            j, c = state[row], classes[row]
            scale = inverse[site, c, j]
            before = np.floor(passed)
            passed += 1.0 - transition[site, j, j] * tilt[site, c, j] * scale
            if np.floor(passed) > before:
                place += GOLDEN
                place -= np.floor(place)
                for k in range(n_clusters):
                    weights[k] = transition[site, j, k] * tilt[site, c, k]
                state[row] = other(weights, j, place)
        for row in range(n):
            context = context_of(alleles, tags, site, row)
            cell[row] = state[row] * n_contexts + context
            chance[row] = emission[site, context, state[row]]
        if tags.shape[1] and tags[site, 0] >= 0:
            rake(chance, emission[site, -1], state)
        group(order, cell, n_clusters * n_contexts, grouped)
        passed = uniform(key, counter + 2)
        for row in grouped:
            before = np.floor(passed)
            passed += chance[row]
            alleles[site, row] = np.floor(passed) > before
        counter += 3


@fast
def rake(chance: Array, plain: Array, state: Array) -> None:
    """Scale the odds of all haplotypes so that as many carriers are expected as clusters say.

    An allele that follows its tags follows their chance too: over many sites the carriers of a
    rare lineage would drift, and die out. Where both alleles are expected in more than `FEW`
    haplotypes nothing is changed, nor among so few haplotypes that both never are: there, common
    alleles would be torn from their tags. `plain` is P(ALT | cluster) of the site.
    """
    if len(state) <= 2 * FEW:
        return
    wanted = 0.0
    for row in range(len(state)):
        wanted += plain[state[row]]
    if FEW < wanted < len(state) - FEW:
        return
    low, high = -STEEPEST, STEEPEST
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        factor, expected = np.exp(middle), 0.0
        for p in chance:
            expected += factor * p / (1.0 - p + factor * p)
        if expected < wanted:
            low = middle
        else:
            high = middle
    factor = np.exp(0.5 * (low + high))
    for row in range(len(chance)):
        p = chance[row]
        chance[row] = factor * p / (1.0 - p + factor * p)


@fast
def shuffle(order: Array, key: Any, counter: int) -> int:
    """Shuffle `order` in place (Fisher-Yates); return the counter after the numbers used."""
    for i in range(len(order) - 1, 0, -1):
        j = int(uniform(key, counter) * (i + 1))
        order[i], order[j] = order[j], order[i]
        counter += 1
    return counter


@fast
def group(order: Array, state: Array, n_clusters: int, grouped: Array) -> None:
    """Write `order` into `grouped`, clusters together, the order within clusters kept."""
    start = np.zeros(n_clusters + 1, np.int64)
    for row in order:
        start[state[row] + 1] += 1
    for k in range(n_clusters):
        start[k + 1] += start[k]
    for row in order:
        k = state[row]
        grouped[start[k]] = row
        start[k] += 1


@fast
def other(weights: Array, excluded: int, u: float) -> int:
    """Return an index but `excluded`, at the quantile `u` of the distribution by weight."""
    weights[excluded] = 0.0
    return pick(weights, u)


# -- Draws from a cluster chain --------------------------------------------------------------------


PIECE = 64


def draw(parameters: Parameters, classes: Int64s, seed: int, threads: int) -> Haplotypes:
    """Draw one haplotype for each entry of `classes`, ``uint8`` of shape ``(n, n_sites)``."""
    if isinstance(parameters, Full):
        return draw_stratified(parameters, classes, seed)
    p = parameters
    n, n_sites = len(classes), len(p.emission)
    keys = child_sequence(seed, "hmm", "draw").generate_state(n, np.uint64)
    drawn = np.empty((n, n_sites), dtype=np.uint8)

    def work(piece: slice) -> None:
        alleles = np.empty((n_sites, piece.stop - piece.start), dtype=np.uint8)
        draw_memoryless(p.emission, p.switch, p.jump, classes[piece], keys[piece], alleles)
        drawn[piece] = alleles.T

    map_pieces(work, pieces(n, PIECE), threads)
    return drawn


@fast
def draw_memoryless(
    emission: Array, switch: Array, jump: Array, classes: Array, keys: Array, alleles: Array
) -> None:
    """Fill `alleles`, shape ``(n_sites, n)``, from memoryless transitions."""
    n_sites, n = alleles.shape
    state = np.zeros(n, np.int64)
    for site in range(n_sites):
        for h in range(n):
            u = uniform(keys[h], 2 * site)
            if u < switch[site]:
                state[h] = pick(jump[site, classes[h]], u / switch[site])
            alleles[site, h] = uniform(keys[h], 2 * site + 1) < emission[site, 0, state[h]]
