"""Passes of the cluster chain over haplotypes with gaps: expected alleles and drawn paths.

As in `_hmm_forward`, sites are the outer loop and haplotypes the inner one. An allele that was
not observed (code 2) is as likely in every cluster. `kept[s]` holds the forward variables before
site ``s`` of a block, each row summing to 1. Sources: Rabiner 1989 (the passes), Carter & Kohn
1994 (drawing backward through filtered states).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled
from imaginome.models._hmm_random import pick, uniform

Array = Any


@compiled
def base_of(allele: int) -> Any:
    """Return P(allele | cluster that never carries ALT)."""
    return np.float32(0.0) if allele == 1 else np.float32(1.0)


@compiled
def slope_of(allele: int) -> Any:
    """Return how P(allele | cluster) grows with the cluster's P(ALT)."""
    if allele == 2:
        return np.float32(0.0)
    return np.float32(1.0) if allele == 1 else np.float32(-1.0)


@compiled
def filter_full(
    alleles: Array,
    classes: Array,
    emission: Array,
    transition: Array,
    tilt: Array,
    inverse: Array,
    alpha: Array,
    kept: Array,
    keep: Any,
    logs: Array,
) -> None:
    """Move `alpha`, shape ``(n, K)``, over the sites of a block; add to `logs`.

    `alleles` has the shape ``(n_sites, n)``. `kept` is filled where `keep` is on.
    """
    n_sites, n = alleles.shape
    n_clusters = emission.shape[1]
    ahead = np.empty((n, n_clusters), np.float32)
    for site in range(n_sites):
        if keep:
            kept[site, :, :] = alpha
        for h in range(n):
            for j in range(n_clusters):
                alpha[h, j] *= inverse[site, classes[h], j]
        np.dot(alpha, transition[site], ahead)
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            total = np.float32(0.0)
            for k in range(n_clusters):
                value = ahead[h, k] * tilt[site, c, k] * (base + slope * emission[site, k])
                alpha[h, k] = value
                total += value
            logs[h] += np.log(np.float64(total))
            scale = np.float32(1.0) / total
            for k in range(n_clusters):
                alpha[h, k] *= scale
    if keep:
        kept[n_sites, :, :] = alpha


@compiled
def expect_full(
    alleles: Array,
    classes: Array,
    emission: Array,
    transition: Array,
    tilt: Array,
    inverse: Array,
    beta: Array,
    kept: Array,
    dosages: Array,
) -> None:
    """Move `beta`, shape ``(n, K)``, back over a block; set `dosages`, ``(n_sites, n)``."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[1]
    told = np.empty((n, n_clusters), np.float32)
    for site in range(n_sites - 1, -1, -1):
        for h in range(n):
            dosages[site, h] = expected(kept[site + 1, h], beta[h], emission[site])
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            for k in range(n_clusters):
                told[h, k] = beta[h, k] * tilt[site, c, k] * (base + slope * emission[site, k])
        np.dot(told, transition[site].T, beta)
        for h in range(n):
            c = classes[h]
            total = np.float32(0.0)
            for j in range(n_clusters):
                beta[h, j] *= inverse[site, c, j]
                total += beta[h, j]
            scale = np.float32(1.0) / total
            for j in range(n_clusters):
                beta[h, j] *= scale


@compiled
def expected(alpha: Array, beta: Array, emission: Array) -> Any:
    """Return the expected ALT count of one allele from what lies before and after it."""
    ones = np.float32(0.0)
    total = np.float32(0.0)
    for k in range(len(alpha)):
        weight = alpha[k] * beta[k]
        total += weight
        ones += weight * emission[k]
    return ones / total


@compiled
def begin(alpha: Array, chosen: Array, keys: Array, counter: int, state: Array) -> None:
    """Draw the cluster of the last site of row ``i`` from the filtered ``alpha[chosen[i]]``."""
    for i in range(len(chosen)):
        state[i] = pick(alpha[chosen[i]], uniform(keys[i], counter))


@compiled
def trace_full(
    classes: Array,
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
    n_clusters = emission.shape[1]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            drawn[site, i] = uniform(keys[i], counter + 1) < emission[site, k]
            for j in range(n_clusters):
                weights[j] = (
                    kept[site, h, j] * inverse[site, classes[h], j] * transition[site, j, k]
                )
            state[i] = pick(weights, uniform(keys[i], counter))


@compiled
def filter_memoryless(
    alleles: Array,
    classes: Array,
    emission: Array,
    switch: Array,
    jump: Array,
    alpha: Array,
    kept: Array,
    keep: Any,
    logs: Array,
) -> None:
    """Do what `filter_full` does, for memoryless transitions."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[1]
    for site in range(n_sites):
        stay = np.float32(1.0) - switch[site]
        if keep:
            kept[site, :, :] = alpha
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            total = np.float32(0.0)
            for k in range(n_clusters):
                value = stay * alpha[h, k] + switch[site] * jump[site, c, k]
                value *= base + slope * emission[site, k]
                alpha[h, k] = value
                total += value
            logs[h] += np.log(np.float64(total))
            scale = np.float32(1.0) / total
            for k in range(n_clusters):
                alpha[h, k] *= scale
    if keep:
        kept[n_sites, :, :] = alpha


@compiled
def expect_memoryless(
    alleles: Array,
    classes: Array,
    emission: Array,
    switch: Array,
    jump: Array,
    beta: Array,
    kept: Array,
    dosages: Array,
) -> None:
    """Do what `expect_full` does, for memoryless transitions."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[1]
    for site in range(n_sites - 1, -1, -1):
        stay = np.float32(1.0) - switch[site]
        for h in range(n):
            dosages[site, h] = expected(kept[site + 1, h], beta[h], emission[site])
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            landed = np.float32(0.0)
            for k in range(n_clusters):
                beta[h, k] *= base + slope * emission[site, k]
                landed += jump[site, c, k] * beta[h, k]
            landed *= switch[site]
            total = np.float32(0.0)
            for j in range(n_clusters):
                beta[h, j] = stay * beta[h, j] + landed
                total += beta[h, j]
            scale = np.float32(1.0) / total
            for j in range(n_clusters):
                beta[h, j] *= scale


@compiled
def trace_memoryless(
    classes: Array,
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
    n_clusters = emission.shape[1]
    weights = np.empty(n_clusters, np.float32)
    for site in range(n_sites - 1, -1, -1):
        for i in range(n):
            k, h = state[i], chosen[i]
            counter = 2 * (first + site)
            drawn[site, i] = uniform(keys[i], counter + 1) < emission[site, k]
            landed = switch[site] * jump[site, classes[h], k]
            for j in range(n_clusters):
                weights[j] = kept[site, h, j] * landed
            weights[k] += kept[site, h, k] * (np.float32(1.0) - switch[site])
            state[i] = pick(weights, uniform(keys[i], counter))
