"""Paths drawn backward through filtered states of the cluster chain, then alleles along them.

`kept[s]` holds the forward variables before site ``s`` of a block, each row summing to 1. Source:
Carter & Kohn 1994.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled
from imaginome.models._hmm_random import pick, uniform
from imaginome.models._hmm_tags import UNKNOWN, context_of

Array = Any


@compiled
def begin(alpha: Array, chosen: Array, keys: Array, counter: int, state: Array) -> None:
    """Draw the cluster of the last site of row ``i`` from the filtered ``alpha[chosen[i]]``."""
    for i in range(len(chosen)):
        state[i] = pick(alpha[chosen[i]], uniform(keys[i], counter))


@compiled
def trace_full(
    classes: Array,
    transition: Array,
    inverse: Array,
    kept: Array,
    chosen: Array,
    keys: Array,
    first: int,
    state: Array,
    path: Array,
) -> None:
    """Draw clusters of a block, ``path[site, i]``, backward from `state`.

    Row ``i`` uses the filtered states of haplotype ``chosen[i]`` of `kept` and numbers from
    ``2 * first`` on of the stream ``keys[i]``; `state` moves to the site before the block.
    """
    n_sites, n = path.shape
    n_clusters = kept.shape[2]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            path[site, i] = k
            for j in range(n_clusters):
                weights[j] = (
                    kept[site, h, j] * inverse[site, classes[h], j] * transition[site, j, k]
                )
            state[i] = pick(weights, uniform(keys[i], counter))


@compiled
def trace_memoryless(
    classes: Array,
    switch: Array,
    jump: Array,
    kept: Array,
    chosen: Array,
    keys: Array,
    first: int,
    state: Array,
    path: Array,
) -> None:
    """Do what `trace_full` does, for memoryless transitions."""
    n_sites, n = path.shape
    n_clusters = kept.shape[2]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            path[site, i] = k
            landed = switch[site] * jump[site, classes[h], k]
            for j in range(n_clusters):
                weights[j] = kept[site, h, j] * landed
            weights[k] += kept[site, h, k] * (np.float32(1.0) - switch[site])
            state[i] = pick(weights, uniform(keys[i], counter))


@compiled
def emit(
    emission: Array, tags: Array, columns: Array, path: Array, keys: Array, drawn: Array
) -> None:
    """Draw alleles along paths, ``drawn[site, i]``, from the first site on.

    Tags are those of `columns` where they are observed there, else those drawn before.
    """
    n_sites, n = drawn.shape
    for site in range(n_sites):
        for i in range(n):
            chance = emission[site, context_of(drawn, tags, site, i), path[site, i]]
            known = columns[site, i]
            drawn[site, i] = uniform(keys[i], 2 * site + 1) < chance if known == UNKNOWN else known
