"""Leave-one-out log-likelihood of the alleles of a site, given cells and given a tag beside them.

Every haplotype is predicted from all others, so that what one carrier alone has counts for nothing:
for a first tag by the same means and pseudo-haplotypes as in the M-step of the emissions
(`_hmm_emission`), for a further one as if clusters and the tags before it were finer clusters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.models._compile import compiled
from imaginome.models._hmm_emission import CAUTION, odds

Array = Any


@compiled
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


@compiled
def plain_score(counts: Array, frequency: float, weight: float) -> float:
    """Return the score given cells alone; `counts` has shape ``(n_cells, 2)``: REF, ALT."""
    total = 0.0
    for k in range(len(counts)):
        total += score(counts[k, 0], counts[k, 1], frequency, frequency, weight)
    return total


@compiled
def left_out(n0: int, n1: int, allele: int, frequency: float, weight: float) -> float:
    """Return the odds of ALT when one haplotype with the allele is left out."""
    others = n0 + n1 - 1 + weight
    return odds((n1 - allele + weight * frequency) / others)


@compiled
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
