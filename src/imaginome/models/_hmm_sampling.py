"""Draw haplotypes from a cluster chain: sites outside, haplotypes inside, one key a haplotype.

Each uniform number is a hash of the haplotype's key and a counter (SplitMix64, Steele et al.
2014, doi 10.1145/2660193.2660195), so no draw depends on any other haplotype or thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.models._compile import compiled
from imaginome.models._hmm_parameters import Memoryless, Parameters
from imaginome.panel import Haplotypes
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_sequence

PIECE = 64
Array = Any


def draw(
    parameters: Parameters, classes: npt.NDArray[np.int64], seed: int, threads: int
) -> Haplotypes:
    """Draw one haplotype for each entry of `classes`, ``uint8`` of shape ``(n, n_sites)``."""
    n, n_sites = len(classes), len(parameters.emission)
    keys = child_sequence(seed, "hmm", "draw").generate_state(n, np.uint64)
    drawn = np.empty((n, n_sites), dtype=np.uint8)

    def work(piece: slice) -> None:
        alleles = np.empty((n_sites, piece.stop - piece.start), dtype=np.uint8)
        own = (classes[piece], keys[piece], alleles)
        p = parameters
        if isinstance(p, Memoryless):
            draw_memoryless(p.emission, p.switch, p.jump, *own)
        else:
            draw_full(p.emission, p.transition, p.tilt, *own)
        drawn[piece] = alleles.T

    map_pieces(work, pieces(n, PIECE), threads)
    return drawn


@compiled
def uniform(key: int, counter: int) -> float:
    """Return number `counter` of the stream `key`, in [0, 1)."""
    z = key + np.uint64(counter + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
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


@compiled
def draw_full(
    emission: Array, transition: Array, tilt: Array, classes: Array, keys: Array, alleles: Array
) -> None:
    """Fill `alleles`, shape ``(n_sites, n)``, from full transitions."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[1]
    state = np.zeros(n, np.int64)
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites):
        for h in range(n):
            for k in range(n_clusters):
                weights[k] = transition[site, state[h], k] * tilt[site, classes[h], k]
            state[h] = pick(weights, uniform(keys[h], 2 * site))
            alleles[site, h] = uniform(keys[h], 2 * site + 1) < emission[site, state[h]]


@compiled
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
            alleles[site, h] = uniform(keys[h], 2 * site + 1) < emission[site, state[h]]
