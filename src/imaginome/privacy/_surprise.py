"""How much an allele says: runs of rare alleles weigh more than runs of common ones."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float32s
from imaginome.panel import Haplotypes


def surprise(*haplotypes: Haplotypes) -> Float32s:
    """Return minus the logarithm of the frequency of REF and ALT among all, (2, n_sites).

    One haplotype with either allele is added, so that no allele is infinitely surprising.
    """
    n = sum(len(rows) for rows in haplotypes)
    copies = np.sum([rows.sum(axis=0, dtype=np.int64) for rows in haplotypes], axis=0)
    alt = (copies + 1.0) / (n + 2.0)
    return np.asarray(-np.log(np.stack([1.0 - alt, alt])), dtype=np.float32)
