"""Paths and alleles drawn backward through the filtered states of the cluster chain.

`kept[s]` holds the forward variables before site ``s`` of a block, each row summing to 1. Source:
Carter & Kohn 1994.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled
from imaginome.models._hmm_random import pick, uniform

Array = Any


@compiled
def begin(alpha: Array, chosen: Array, keys: Array, counter: int, state: Array) -> None:
    """Draw the cluster of the last site of row ``i`` from the filtered ``alpha[chosen[i]]``."""
    for i in range(len(chosen)):
        state[i] = pick(alpha[chosen[i]], uniform(keys[i], counter))


@compiled
def trace_full(
    classes: Array,
    contexts: Array,
    emission: Array,
    transition: Array,
    inverse: Array,
    kept: Array,
    chosen: Array,
    keys: Array,
    first: int,
    state: Array,
    drawn: Array,
) -> None:
    """Draw alleles of a block, ``drawn[site, i]``, and clusters backward from `state`.

    Row ``i`` uses the filtered states of haplotype ``chosen[i]`` of `kept` and numbers from
    ``2 * first`` on of the stream ``keys[i]``; `state` moves to the site before the block.
    """
    n_sites, n = drawn.shape
    n_clusters = emission.shape[2]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            chance = emission[site, contexts[site, h], k]
            drawn[site, i] = uniform(keys[i], counter + 1) < chance
            for j in range(n_clusters):
                weights[j] = (
                    kept[site, h, j] * inverse[site, classes[h], j] * transition[site, j, k]
                )
            state[i] = pick(weights, uniform(keys[i], counter))


@compiled
def trace_memoryless(
    classes: Array,
    contexts: Array,
    emission: Array,
    switch: Array,
    jump: Array,
    kept: Array,
    chosen: Array,
    keys: Array,
    first: int,
    state: Array,
    drawn: Array,
) -> None:
    """Do what `trace_full` does, for memoryless transitions."""
    n_sites, n = drawn.shape
    n_clusters = emission.shape[2]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            chance = emission[site, contexts[site, h], k]
            drawn[site, i] = uniform(keys[i], counter + 1) < chance
            landed = switch[site] * jump[site, classes[h], k]
            for j in range(n_clusters):
                weights[j] = kept[site, h, j] * landed
            weights[k] += kept[site, h, k] * (np.float32(1.0) - switch[site])
            state[i] = pick(weights, uniform(keys[i], counter))
