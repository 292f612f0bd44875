"""M-steps: parameters of each site from the expected counts of a block; sites in parallel.

Priors are Dirichlet and Beta pseudo-counts, so that every round raises the penalised
likelihood (MAP expectation-maximisation, Dempster et al. 1977).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from imaginome.kernels.compile import fast
from imaginome.models.hmm.parameters import FullBlock, Kept, MemorylessBlock

# -- M-step of the emissions -----------------------------------------------------------------------
# A context is what the haplotype carries at the tags of the site (see `hmm.tags`). A context that a
# cluster has hardly seen leans to the odds of the cluster times the factor by which the context
# changes the odds of everyone: to both together, as if they knew nothing of each other.


CAUTION = 5.0
"""Pseudo-haplotypes of the overall frequency in what a cluster says of a context that it has not
seen: forty haplotypes without a rare allele hardly speak against it."""
LEAST = 1e-6
Array = Any


@fast
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


@fast
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


@fast
def odds(share: float) -> float:
    """Return the odds of a share, neither 0 nor infinite."""
    share = min(max(share, LEAST), 1.0 - LEAST)
    return share / (1.0 - share)


# -- M-steps of the transitions --------------------------------------------------------------------
# With class tilts the M-step of the transitions has no closed form; the minorise-maximise updates
# of Hunter 2004 for generalised Bradley-Terry models raise the penalised likelihood.


class Layout(NamedTuple):
    """Where contigs start in a block, and who is of which class and group; see `Observed`."""

    starts: Array
    borders: Array
    groups: Array


class Pull(NamedTuple):
    """Pseudo-counts that pull to what all have, groups to all, and classes to their group."""

    all: float
    group: float
    member: float


@fast
def class_sums(gamma: Array, borders: Array, sums: Array) -> None:
    """Sum the posteriors of haplotypes by class; class ``c`` has rows ``borders[c:c + 2]``."""
    sums[:] = 0.0
    for c in range(len(borders) - 1):
        for h in range(borders[c], borders[c + 1]):
            for k in range(gamma.shape[1]):
                sums[c, k] += gamma[h, k]


@fast
def update_memoryless(
    layout: Layout,
    message: Array,
    chain: MemorylessBlock,
    pull: Pull,
    sites: Array,
) -> None:
    """Update switch and jumps of some sites of the block, in place.

    Jumps get ``pull.all`` pseudo-jumps spread evenly over clusters; each group ``pull.group``
    spread as in everyone; each class ``pull.member`` spread as in its group.
    """
    starts, borders, groups = layout
    _, switch, jump = chain
    n_clusters = message.shape[2]
    n_classes = len(borders) - 1
    counts = np.empty((n_classes, n_clusters), np.float32)
    pooled = np.empty(n_clusters, np.float32)
    for site in sites:
        class_sums(message[site], borders, counts)
        everyone = np.float32(0.0)
        for k in range(n_clusters):
            pooled[k] = pull.all / n_clusters
            for c in range(n_classes):
                counts[c, k] *= switch[site] * jump[site, c, k]
                pooled[k] += counts[c, k]
            everyone += pooled[k]
        for k in range(n_clusters):
            pooled[k] /= everyone
        pool_jumps(counts, pooled, groups, pull, jump[site])
        if not starts[site]:
            n = np.float32(borders[n_classes])
            rate = (everyone - pull.all + np.float32(0.01)) / (n + np.float32(1.0))
            switch[site] = min(rate, np.float32(1.0))


@fast
def pool_jumps(
    counts: Array,
    overall: Array,
    groups: Array,
    pull: Pull,
    jump: Array,
) -> None:
    """Set the jumps of every class, shrunk to its group's, which are shrunk to everyone's."""
    n_classes, n_clusters = counts.shape
    n_groups = groups.max() + 1
    of_group = np.zeros((n_groups, n_clusters), np.float32)
    for c in range(n_classes):
        of_group[groups[c]] += counts[c]
    for g in range(n_groups):
        total = of_group[g].sum() + pull.group
        for k in range(n_clusters):
            of_group[g, k] = (of_group[g, k] + pull.group * overall[k]) / total
    for c in range(n_classes):
        total = counts[c].sum() + pull.member
        for k in range(n_clusters):
            jump[c, k] = (counts[c, k] + pull.member * of_group[groups[c], k]) / total


@fast
def update_full(
    layout: Layout,
    kept: Kept,
    chain: FullBlock,
    base: Array,
    pull: Pull,
    sweeps: int,
    sites: Array,
) -> None:
    """Update transition and tilt of some sites of the block, in place.

    Each row of a transition gets ``pull.all`` pseudo-transitions spread as in the memoryless
    `base`, whose rows are ``(1 - base[l, K]) * (j == k) + base[l, k]``; tilts of
    groups get ``pull.group`` pseudo-haplotypes for which they are 1, those of classes
    ``pull.member`` for which they are their group's.
    """
    starts, borders, groups = layout
    prior, gamma, message = kept
    _, transition, tilt, inverse = chain
    n_clusters = message.shape[2]
    n_classes = len(borders) - 1
    pairs = np.empty((n_clusters, n_clusters), np.float32)
    arrived = np.empty((n_classes, n_clusters), np.float32)
    left = np.empty((n_classes, n_clusters), np.float32)
    for site in sites:
        np.dot(prior[site].T, message[site], pairs)
        class_sums(gamma[site + 1], borders, arrived)
        class_sums(gamma[site], borders, left)
        for j in range(n_clusters):
            for k in range(n_clusters):
                pairs[j, k] = pairs[j, k] * transition[site, j, k] + pull.all * base[site, k]
            pairs[j, j] += pull.all * (np.float32(1.0) - base[site, n_clusters])
        if starts[site]:
            tie_rows(pairs, left)
        for _ in range(sweeps):
            if n_classes > 1:
                raise_tilt(arrived, left, groups, pull, transition[site], tilt[site], inverse[site])
            raise_transition(pairs, left, pull.all, transition[site], tilt[site], inverse[site])


@fast
def tie_rows(pairs: Array, left: Array) -> None:
    """Spread counts evenly over rows: where a chain starts, all rows must stay alike."""
    n_clusters = len(pairs)
    for k in range(n_clusters):
        total = np.float32(0.0)
        for j in range(n_clusters):
            total += pairs[j, k]
        for j in range(n_clusters):
            pairs[j, k] = total / n_clusters
    for c in range(len(left)):
        total = np.float32(0.0)
        for j in range(n_clusters):
            total += left[c, j]
        for j in range(n_clusters):
            left[c, j] = total / n_clusters


@fast
def raise_tilt(
    arrived: Array,
    left: Array,
    groups: Array,
    pull: Pull,
    transition: Array,
    tilt: Array,
    inverse: Array,
) -> None:
    """Set each tilt to expected arrivals over those that tilt 1 would bring; renew `inverse`."""
    expected = np.dot(left * inverse, transition)
    n_classes, n_clusters = tilt.shape
    n_groups = groups.max() + 1
    above = np.full((n_groups, n_clusters), np.float32(pull.group))
    below = np.full((n_groups, n_clusters), np.float32(pull.group))
    for c in range(n_classes):
        above[groups[c]] += arrived[c]
        below[groups[c]] += expected[c]
    for c in range(n_classes):
        g = groups[c]
        for k in range(n_clusters):
            lean = above[g, k] / below[g, k]
            tilt[c, k] = (arrived[c, k] + pull.member * lean) / (expected[c, k] + pull.member)
    renew(transition, tilt, inverse)


@fast
def raise_transition(
    pairs: Array, left: Array, weight: float, transition: Array, tilt: Array, inverse: Array
) -> None:
    """Set the shared transition matrix to its update, rows summing to 1; renew `inverse`."""
    n_clusters = len(pairs)
    expected = np.dot((left * inverse).T, tilt)
    for j in range(n_clusters):
        total = np.float32(0.0)
        for k in range(n_clusters):
            value = pairs[j, k] / (expected[j, k] + weight + np.float32(1e-20))
            transition[j, k] = value
            total += value
        scale = np.float32(1.0) / total
        for k in range(n_clusters):
            transition[j, k] *= scale
    renew(transition, tilt, inverse)


@fast
def renew(transition: Array, tilt: Array, inverse: Array) -> None:
    """Recompute one over the normalising sums of one site."""
    sums = np.dot(tilt, transition.T)
    for c in range(len(tilt)):
        for j in range(tilt.shape[1]):
            inverse[c, j] = np.float32(1.0) / max(sums[c, j], np.float32(1e-30))
