"""M-step of the emissions: P(ALT | cluster) of a site, and within clusters by context.

A context is what the haplotype carries at the tags of the site (see `_hmm_tags`). A context that
a cluster has hardly seen leans to the odds of the cluster times the factor by which the context
changes the odds of everyone: to both together, as if they knew nothing of each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled

CAUTION = 5.0
"""Pseudo-haplotypes of the overall frequency in what a cluster says of a context that it has not
seen: forty haplotypes without a rare allele hardly speak against it."""
LEAST = 1e-6
Array = Any


@compiled
def update_emissions(
    alleles: Array,
    contexts: Array,
    gamma: Array,
    frequency: Array,
    weight: float,
    tag_weight: float,
    emission: Array,
    sites: Array,
) -> None:
    """Update the emissions of some sites of a block, whichever its transitions, in place."""
    for site in sites:
        update_emission(
            alleles[site],
            contexts[site],
            gamma[site + 1],
            frequency[site],
            weight,
            tag_weight,
            emission[site],
        )


@compiled
def update_emission(
    alleles: Array,
    contexts: Array,
    gamma: Array,
    frequency: float,
    weight: float,
    tag_weight: float,
    emission: Array,
) -> None:
    """Set P(ALT | context, cluster) of one site, shape ``(n_contexts, K)``, in place.

    The last context is that of haplotypes whose tags are not all observed, or the only one: there
    a cluster leans to the overall frequency by `weight` pseudo-haplotypes. All others lean by
    `tag_weight` pseudo-haplotypes.
    """
    n_clusters = gamma.shape[1]
    patterns = max(1, len(emission) - 1)
    ones = np.zeros((patterns, n_clusters), np.float32)
    everyone = np.zeros((patterns, n_clusters), np.float32)
    for h in range(len(gamma)):
        carries, b = np.float32(alleles[h]), contexts[h]
        for k in range(n_clusters):
            everyone[b, k] += gamma[h, k]
            ones[b, k] += carries * gamma[h, k]
    carriers, seen = ones.sum(axis=0), everyone.sum(axis=0)
    for k in range(n_clusters):
        emission[-1, k] = (carriers[k] + weight * frequency) / (seen[k] + weight)
    if everyone[1:].sum() == 0.0:
        # A site without tags, or whose tags nobody here carries.
        emission[:-1] = emission[-1]
        return
    for b in range(patterns):
        pooled = (ones[b].sum() + frequency) / (everyone[b].sum() + np.float32(1.0))
        change = odds(pooled) / odds(frequency)
        for k in range(n_clusters):
            cautious = (carriers[k] + CAUTION * frequency) / (seen[k] + CAUTION)
            both = odds(cautious) * change
            lean = tag_weight * both / (1.0 + both)
            emission[b, k] = (ones[b, k] + lean) / (everyone[b, k] + tag_weight)


@compiled
def odds(share: float) -> float:
    """Return the odds of a share, neither 0 nor infinite."""
    share = min(max(share, LEAST), 1.0 - LEAST)
    return share / (1.0 - share)
