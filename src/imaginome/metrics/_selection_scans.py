"""Scans for selection along the genome: iHS, XP-EHH and PBS."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Indices, Int64s
from imaginome.metrics._ehh import Carriers, gaps, integrated
from imaginome.metrics._statistics import ratio
from imaginome.panel import Haplotypes, Sites

FREQUENCY_BINS = 20
FEWEST_IN_BIN = 10
MOST_DIFFERENT = 0.99999
"""F_ST is read as at most this: its branch would be infinite."""


def ihs(haplotypes: Haplotypes, sites: Sites, cores: Indices, threads: int = 1) -> Float64s:
    """Return the unstandardised integrated haplotype score (Voight et al. 2006).

    The logarithm of integrated homozygosity among carriers of ALT over that among carriers of
    REF, shape ``(len(cores),)``; NaN where either has none (see `_ehh.integrated`). Which allele
    is ancestral is not asked, and the sign is that of common programs.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n, n_sites)``.
    cores
        Which sites to score.
    """
    sides = np.ascontiguousarray(haplotypes[:, cores].T).view(np.int8)
    return -_log_ratio(integrated(Carriers.of(haplotypes), gaps(sites), cores, sides, threads))


def xpehh(
    first: Haplotypes, second: Haplotypes, sites: Sites, cores: Indices, threads: int = 1
) -> Float64s:
    """Return unstandardised XP-EHH (Sabeti et al. 2007), shape ``(len(cores),)``.

    The logarithm of integrated homozygosity in the first group over that in the second; each is
    integrated until its own homozygosity has fallen, as in common programs.
    """
    both = np.concatenate([first, second])
    sides = np.repeat(np.array([0, 1], dtype=np.int8), [len(first), len(second)])
    return _log_ratio(integrated(Carriers.of(both), gaps(sites), cores, sides, threads))


def _log_ratio(areas: Float64s) -> Float64s:
    # NaN is not above 0 either.
    known = np.asarray(areas.min(axis=1) > 0)
    log = np.log(np.where(known[:, None], areas, 1.0))
    return np.where(known, log[:, 0] - log[:, 1], np.nan)


def standardised(scores: Float64s, bins: Indices | None = None) -> Float64s:
    """Return scores less their mean, over their standard deviation, of all or within bins.

    NaN stays; bins with fewer than `FEWEST_IN_BIN` scores take mean and deviation of all.
    """
    of_all = _standardised(scores)
    if bins is None:
        return of_all
    found = of_all.copy()
    for value in np.unique(bins):
        rows = np.flatnonzero((bins == value) & np.isfinite(scores))
        if len(rows) >= FEWEST_IN_BIN:
            found[rows] = _standardised(scores[rows])
    return found


def _standardised(scores: Float64s) -> Float64s:
    known = scores[np.isfinite(scores)]
    if len(known) < 2 or known.std() == 0:
        return np.full(len(scores), np.nan)
    return np.asarray((scores - known.mean()) / known.std())


def frequency_bins(frequency: Float64s) -> Indices:
    """Return which of `FREQUENCY_BINS` equal bins each allele frequency is in."""
    return np.minimum((frequency * FREQUENCY_BINS).astype(np.intp), FREQUENCY_BINS - 1)


def windows(sites: Sites, size: int, step: int) -> tuple[Indices, Indices]:
    """Return first site and end of windows of `size` sites within contigs, every `step` sites."""
    starts = [
        np.arange(first, end - size + 1, step, dtype=np.intp) for first, end in sites.contig_spans()
    ]
    start = np.concatenate(starts)
    return start, start + size


def pbs(frequencies: Float64s, sizes: Int64s, start: Indices, end: Indices) -> Float64s:
    """Return population branch statistics of three groups (Yi et al. 2010).

    Branches are ``-log(1 - F_ST)``, F_ST by Hudson's estimator as a ratio of sums over windows
    (Bhatia et al. 2013).

    Parameters
    ----------
    frequencies
        Allele frequencies, shape ``(3, n_sites)``.
    sizes
        Haplotypes of each group, at least two.
    start, end
        Windows, from `windows`.

    Returns
    -------
    numpy.ndarray
        Shape ``(3, n_windows)``: the branch of each group; NaN where two groups do not vary.
    """
    t12, t13, t23 = (
        _branch(frequencies[[a, b]], sizes[[a, b]], start, end) for a, b in ((0, 1), (0, 2), (1, 2))
    )
    return np.array([t12 + t13 - t23, t12 + t23 - t13, t13 + t23 - t12]) / 2


def _branch(p: Float64s, n: Int64s, start: Indices, end: Indices) -> Float64s:
    error = (p * (1 - p) / (n[:, None] - 1)).sum(axis=0)
    within = (p[0] - p[1]) ** 2 - error
    between = p[0] * (1 - p[1]) + p[1] * (1 - p[0])
    # Sums over windows as differences of sums from the left.
    above, below = (np.concatenate([[0.0], np.cumsum(x)]) for x in (within, between))
    total = below[end] - below[start]
    varies = np.where(total > 1e-9, total, 0.0)
    fst = np.clip(ratio(above[end] - above[start], varies), 0.0, MOST_DIFFERENT)
    return np.asarray(-np.log1p(-fst))
