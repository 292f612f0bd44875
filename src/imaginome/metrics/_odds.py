"""Odds ratios of alleles between people with and without a label, within strata of people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float64s
from imaginome.panel import Haplotypes, Strings


def allele_tables(
    haplotypes: Haplotypes, value: Strings, stratum: Strings, weights: npt.NDArray[np.floating]
) -> tuple[list[str], Float64s, Float64s]:
    """Count ALT alleles and haplotypes by label and stratum.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(2 * n_people, n_sites)``.
    value, stratum
        Label and stratum of each person.
    weights
        How often each person counts, shape ``(replicates, n_people)``.

    Returns
    -------
    tuple
        The labels, sorted; ALT counts, shape ``(n_labels, n_strata, replicates, n_sites)``; and
        numbers of haplotypes, shape ``(n_labels, n_strata, replicates)``.
    """
    people = haplotypes[0::2] + haplotypes[1::2]
    names = sorted(set(value))
    strata = sorted(set(stratum))
    counts = np.zeros((len(names), len(strata), len(weights), people.shape[1]))
    sizes = np.zeros(counts.shape[:3])
    for v, name in enumerate(names):
        for s, place in enumerate(strata):
            rows = np.flatnonzero((value == name) & (stratum == place))
            # Whole numbers below 2^24 in single precision: exact, whatever the threads.
            counts[v, s] = weights[:, rows].astype(np.float32) @ people[rows].astype(np.float32)
            sizes[v, s] = 2 * weights[:, rows].sum(axis=1)
    return names, counts, sizes


def log_odds(counts: Float64s, sizes: Float64s, case: int) -> Float64s:
    """Return the log odds ratio of ALT for one label against all others, within strata.

    The estimator of Mantel and Haenszel (1959): strata in which all people have the label, or
    none, have no say, so that differences between strata are no association. Where an allele goes
    with the label without exception, and odds would be infinite, half a haplotype is added to
    each cell (Haldane 1956) of the strata that tell something: an exaggerated effect is one.

    Parameters
    ----------
    counts, sizes
        From `allele_tables`.
    case
        Index of the label.

    Returns
    -------
    numpy.ndarray
        Natural logarithms, shape ``(replicates, n_sites)``; NaN where nothing can be said: the
        site is fixed wherever people with and without the label are.
    """
    alt, n = counts[case], sizes[case][..., None]
    other_alt, other_n = counts.sum(axis=0) - alt, sizes.sum(axis=0)[..., None] - n
    cells = (alt, other_n - other_alt, n - alt, other_alt)
    above, below = _sums(*cells)
    known, sure = (above > 0) | (below > 0), (above > 0) ^ (below > 0)
    if sure.any():
        tells = (n > 0) & (other_n > 0) & (alt + other_alt > 0) & (alt + other_alt < n + other_n)
        more = _sums(*(np.where(tells, cell + 0.5, 0.0) for cell in cells))
        above, below = np.where(sure, more[0], above), np.where(sure, more[1], below)
    return np.where(known, np.log(np.where(known, above, 1) / np.where(known, below, 1)), np.nan)


def _sums(a: Float64s, d: Float64s, b: Float64s, c: Float64s) -> tuple[Float64s, Float64s]:
    """Return the sums over strata of ``ad / total`` and ``bc / total`` of fourfold tables."""
    total = np.maximum(a + b + c + d, 1.0)
    return (a * d / total).sum(axis=0), (b * c / total).sum(axis=0)
