"""Scaled forward and backward passes over a block of sites, for a piece of haplotypes.

Sites are the outer loop and haplotypes the inner one, so that the parameters of a site stay in
the nearest cache and full transitions become matrix products. Arrays of a block:

``prior``
    Forward variables before each transition, divided by the row's normalising sum.
``gamma``
    Forward variables (forward pass), then posteriors of clusters (backward pass); entry 0 is
    the site before the block.
``message``
    What a site tells about its cluster from itself and everything after it, scaled so that
    ``prior[l, h, j] * T[l, j, k] * message[l, h, k]`` sums to 1 over ``j, k``.

Alleles are 0, 1, or 2 where nothing was observed: that is as likely in every cluster.

Source: Rabiner 1989 (scaling), Scheet & Stephens 2006 (the model).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled

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
def forward_full(
    alleles: Array,
    contexts: Array,
    classes: Array,
    emission: Array,
    transition: Array,
    tilt: Array,
    inverse: Array,
    alpha: Array,
    prior: Array,
    gamma: Array,
    keep: Any,
    logs: Array,
) -> None:
    """Move `alpha`, shape ``(n, K)``, over the sites of the block; add to `logs`.

    With `keep` off, `prior` and `gamma` hold one site and are overwritten.
    """
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    ahead = np.empty((n, n_clusters), np.float32)
    for site in range(n_sites):
        slot = site if keep else 0
        before = prior[slot]
        for h in range(n):
            c = classes[h]
            for j in range(n_clusters):
                before[h, j] = alpha[h, j] * inverse[site, c, j]
        np.dot(before, transition[site], ahead)
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            total = np.float32(0.0)
            for k in range(n_clusters):
                value = ahead[h, k] * tilt[site, c, k] * (base + slope * chance[k])
                ahead[h, k] = value
                total += value
            logs[h] += np.log(np.float64(total))
            scale = np.float32(1.0) / total
            for k in range(n_clusters):
                alpha[h, k] = ahead[h, k] * scale
        if keep:
            gamma[site + 1, :, :] = alpha


@compiled
def backward_full(
    alleles: Array,
    contexts: Array,
    classes: Array,
    emission: Array,
    transition: Array,
    tilt: Array,
    inverse: Array,
    beta: Array,
    prior: Array,
    gamma: Array,
    message: Array,
) -> None:
    """Move `beta`, shape ``(n, K)``, back over the block; fill `gamma` and `message`."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    behind = np.empty((n, n_clusters), np.float32)
    for site in range(n_sites - 1, -1, -1):
        told = message[site]
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            for k in range(n_clusters):
                gamma[site + 1, h, k] *= beta[h, k]
                told[h, k] = beta[h, k] * tilt[site, c, k] * (base + slope * chance[k])
        np.dot(told, transition[site].T, behind)
        for h in range(n):
            c = classes[h]
            total = np.float32(0.0)
            for j in range(n_clusters):
                total += prior[site, h, j] * behind[h, j]
            scale = np.float32(1.0) / total
            for j in range(n_clusters):
                beta[h, j] = behind[h, j] * inverse[site, c, j] * scale
                told[h, j] *= scale
    gamma[0] *= beta


@compiled
def forward_memoryless(
    alleles: Array,
    contexts: Array,
    classes: Array,
    emission: Array,
    switch: Array,
    jump: Array,
    alpha: Array,
    prior: Array,
    gamma: Array,
    keep: Any,
    logs: Array,
) -> None:
    """Do what `forward_full` does, for memoryless transitions."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    for site in range(n_sites):
        stay = np.float32(1.0) - switch[site]
        if keep:
            prior[site, :, :] = alpha
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            total = np.float32(0.0)
            for k in range(n_clusters):
                value = stay * alpha[h, k] + switch[site] * jump[site, c, k]
                value *= base + slope * chance[k]
                alpha[h, k] = value
                total += value
            logs[h] += np.log(np.float64(total))
            scale = np.float32(1.0) / total
            for k in range(n_clusters):
                alpha[h, k] *= scale
        if keep:
            gamma[site + 1, :, :] = alpha


@compiled
def backward_memoryless(
    alleles: Array,
    contexts: Array,
    classes: Array,
    emission: Array,
    switch: Array,
    jump: Array,
    beta: Array,
    prior: Array,
    gamma: Array,
    message: Array,
) -> None:
    """Do what `backward_full` does, for memoryless transitions."""
    n_sites, n = alleles.shape
    n_clusters = emission.shape[2]
    for site in range(n_sites - 1, -1, -1):
        stay = np.float32(1.0) - switch[site]
        for h in range(n):
            c = classes[h]
            base, slope = base_of(alleles[site, h]), slope_of(alleles[site, h])
            chance = emission[site, contexts[site, h]]
            landed = np.float32(0.0)
            for k in range(n_clusters):
                gamma[site + 1, h, k] *= beta[h, k]
                value = beta[h, k] * (base + slope * chance[k])
                message[site, h, k] = value
                landed += jump[site, c, k] * value
            landed *= switch[site]
            total = np.float32(0.0)
            for j in range(n_clusters):
                value = stay * message[site, h, j] + landed
                beta[h, j] = value
                total += prior[site, h, j] * value
            scale = np.float32(1.0) / total
            for j in range(n_clusters):
                beta[h, j] *= scale
                message[site, h, j] *= scale
    gamma[0] *= beta
