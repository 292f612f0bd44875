"""Draw haplotypes from a cluster chain: full transitions together, memoryless ones one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.arrays import Int64s
from imaginome.models._compile import compiled
from imaginome.models._hmm_parameters import Full, Parameters
from imaginome.models._hmm_random import pick, uniform
from imaginome.models._hmm_stratified import draw_stratified
from imaginome.panel import Haplotypes
from imaginome.parallel import map_pieces, pieces
from imaginome.randomness import child_sequence

PIECE = 64
Array = Any


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
            alleles[site, h] = uniform(keys[h], 2 * site + 1) < emission[site, 0, state[h]]
