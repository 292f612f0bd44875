"""Alleles that travel together within a cluster: each site looks back at a few tag sites.

A cluster holds several lineages, and the alleles of a lineage come together: drawn one by one given
the cluster, they are torn apart. Therefore P(ALT) of a site depends on the cluster and on the
*context*: what the haplotype carries at the tags of the site, which are sites before it on the
same contig. Both what came before and the clusters' chain are kept, so that the likelihood stays
exact (a hidden Markov model with autoregression, Hamilton 1989, doi 10.2307/1912559).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from imaginome.arrays import Bools, Int32s, UInt8s, UInt16s
from imaginome.kernels.compile import fast
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.models.hmm.parameters import Full
from imaginome.models.hmm.update import CAUTION, odds
from imaginome.models.shared.completion import UNKNOWN

# -- Scores of tags: leave-one-out log-likelihoods of alleles --------------------------------------
# Every haplotype is predicted from all others, so that what one carrier alone has counts for
# nothing: for a first tag by the same means and pseudo-haplotypes as in the M-step of the emissions
# (`update.update_emissions`), for a further one as if clusters and the tags before it were finer
# clusters.


Array = Any


@fast
def score(n0: int, n1: int, mean0: float, mean1: float, weight: float) -> float:
    """Return the score of `n0` REF and `n1` ALT alleles of one cell.

    `mean0` and `mean1` are the P(ALT) to which a cell leans, by `weight` pseudo-haplotypes, when
    a REF or an ALT allele is left out.
    """
    total, all_others = 0.0, n0 + n1 - 1 + weight
    if n0 > 0:
        total += n0 * np.log((n0 - 1 + weight * (1.0 - mean0)) / all_others)
    if n1 > 0:
        total += n1 * np.log((n1 - 1 + weight * mean1) / all_others)
    return total


@fast
def plain_score(counts: Array, frequency: float, weight: float) -> float:
    """Return the score given cells alone; `counts` has shape ``(n_cells, 2)``: REF, ALT."""
    total = 0.0
    for k in range(len(counts)):
        total += score(counts[k, 0], counts[k, 1], frequency, frequency, weight)
    return total


@fast
def left_out(n0: int, n1: int, allele: int, frequency: float, weight: float) -> float:
    """Return the odds of ALT when one haplotype with the allele is left out."""
    others = n0 + n1 - 1 + weight
    return odds((n1 - allele + weight * frequency) / others)


@fast
def tag_score(joint: Array, counts: Array, frequency: float, weight: float) -> float:
    """Return the score given cells and a tag.

    `joint` has shape ``(n_cells, 2, 2)``: cell, allele of the tag, own allele; `counts` is its
    sum over alleles of the tag.
    """
    change = np.ones((2, 2))
    for b in range(2):
        n0, n1 = joint[:, b, 0].sum(), joint[:, b, 1].sum()
        for allele in range(2):
            if (n1 if allele else n0) > 0:
                change[b, allele] = left_out(n0, n1, allele, frequency, 1.0) / odds(frequency)
    total = 0.0
    mean = np.zeros(2)
    for k in range(len(joint)):
        m0, m1 = counts[k, 0], counts[k, 1]
        for b in range(2):
            n0, n1 = joint[k, b, 0], joint[k, b, 1]
            if n0 + n1 == 0:
                continue
            for allele in range(2):
                both = left_out(m0, m1, allele, frequency, CAUTION) * change[b, allele]
                mean[allele] = both / (1.0 + both)
            total += score(n0, n1, mean[0], mean[1], weight)
    return total


# -- Tags and contexts of sites --------------------------------------------------------------------


NONE = -1
"""In place of a tag: the site has no more of them."""
LEAST_GAIN = 6.0
"""What a tag must add to the leave-one-out log-likelihood (nats): the best of some hundred
candidates gains about the logarithm of their number by chance."""
FEWEST_CARRIERS = 2
SHARE = 64


def no_tags(n_sites: int) -> Int32s:
    """Return the tags of sites that look back at nothing."""
    return np.empty((n_sites, 0), dtype=np.int32)


def tagged(parameters: Full, tags: Int32s) -> Full:
    """Return the chain with tags; each context begins with the emissions of its cluster."""
    n_contexts = 2 ** tags.shape[1] + 1
    return replace(parameters, emission=np.repeat(parameters.emission, n_contexts, 1), tags=tags)


def contexts(alleles: UInt8s, tags: Int32s) -> UInt8s:
    """Return the context of each site and haplotype.

    Parameters
    ----------
    alleles
        0, 1, or 2 where nothing is observed; shape ``(n_sites, n)``.
    tags
        Indices of sites, -1 where there is none, shape ``(n_sites, most)``.

    Returns
    -------
    numpy.ndarray
        ``uint8`` of the shape of `alleles`: tag ``t`` with the ALT allele adds ``2**t``;
        ``2**most`` where a tag is not observed, 0 where `most` is 0.
    """
    context = np.zeros(alleles.shape, dtype=np.uint8)
    if tags.shape[1]:
        fill_contexts(alleles, tags, context)
    return context


def choose_tags(
    alleles: UInt8s,
    clusters: UInt16s,
    starts: Bools,
    most: int,
    window: int,
    weights: tuple[float, float],
    threads: int,
) -> Int32s:
    """Choose tags one after the other, by what each adds to what clusters say.

    Parameters
    ----------
    alleles
        ``uint8`` of shape ``(n_sites, n)``, all observed.
    clusters
        Cluster of each site and haplotype, same shape.
    starts
        Where contigs begin; tags do not lie beyond.
    most
        Most tags of a site.
    window
        How many sites back a tag may lie.
    weights
        Pseudo-haplotypes of a cluster, and of a context within a cluster.
    threads
        Number of threads; does not change the result.
    """
    n_sites = len(alleles)
    tags = np.full((n_sites, most), NONE, dtype=np.int32)
    index = np.arange(n_sites)
    firsts = np.maximum(np.maximum.accumulate(np.where(starts, index, 0)), index - window)
    n_clusters = int(clusters.max()) + 1

    def work(part: slice) -> None:
        fill_tags(alleles, clusters, firsts, n_clusters, weights, part.start, part.stop, tags)

    map_pieces(work, pieces(n_sites, SHARE), threads)
    return tags


@fast
def fill_contexts(alleles: Array, tags: Array, context: Array) -> None:
    """Fill `context` with the context of each site and haplotype."""
    for site in range(len(alleles)):
        for h in range(alleles.shape[1]):
            context[site, h] = context_of(alleles, tags, site, h)


@fast
def context_of(alleles: Array, tags: Array, site: int, h: int) -> int:
    """Return the context of one haplotype at one site."""
    code, most = 0, tags.shape[1]
    for t in range(most):
        tag = tags[site, t]
        if tag >= 0:
            allele = alleles[tag, h]
            if allele == UNKNOWN:
                return int(2**most)
            code += allele << t
    return int(code)


@fast
def fill_tags(
    alleles: Array,
    clusters: Array,
    firsts: Array,
    n_clusters: int,
    weights: Array,
    start: int,
    stop: int,
    tags: Array,
) -> None:
    """Choose the tags of some sites: `cell` is the cluster and the context so far."""
    n = alleles.shape[1]
    for site in range(start, stop):
        own, cell = alleles[site], clusters[site].astype(np.int64)
        carriers = own.sum()
        if min(carriers, n - carriers) < FEWEST_CARRIERS:
            continue
        cells = n_clusters
        for t in range(tags.shape[1]):
            tag = best_tag(alleles, own, cell, cells, firsts[site], site, carriers / n, weights)
            if tag == NONE:
                break
            tags[site, t] = tag
            cell = 2 * cell + alleles[tag]
            cells *= 2


@fast
def best_tag(
    alleles: Array,
    own: Array,
    cell: Array,
    cells: int,
    first: int,
    site: int,
    frequency: float,
    weights: Array,
) -> int:
    """Return the site from `first` on that tells most of alleles `own` within cells, or `NONE`."""
    joint = np.empty((cells, 2, 2), np.int64)
    counts = np.zeros((cells, 2), np.int64)
    for h in range(len(own)):
        counts[cell[h], own[h]] += 1
    best, best_site = plain_score(counts, frequency, weights[0]) + LEAST_GAIN, NONE
    for tag in range(first, site):
        other = alleles[tag]
        joint[:] = 0
        for h in range(len(own)):
            joint[cell[h], other[h], own[h]] += 1
        score = tag_score(joint, counts, frequency, weights[1])
        if score > best:
            best, best_site = score, tag
    return best_site
