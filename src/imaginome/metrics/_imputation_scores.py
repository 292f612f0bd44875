"""How well imputed dosages agree with the truth, by frequency, with replicates over people."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float32s, Float64s, Indices
from imaginome.metrics._labels import FEWEST
from imaginome.metrics._separation import mean_known
from imaginome.panel import Haplotypes

EDGES = (0.0, 0.005, 0.01, 0.05, 0.2, 0.5)
"""Minor-allele frequencies between which bins lie; the upper end belongs to the bin."""
FEWEST_SITES = 5
BINS = tuple(f"{100 * low:g}-{100 * high:g}%" for low, high in itertools.pairwise(EDGES))


@dataclass(frozen=True, eq=False)
class Masked:
    """Sites that were hidden from the imputation, and what is true there.

    Attributes
    ----------
    sites
        Indices of the masked sites that vary among real people.
    bins
        Frequency bin of each, an index into `BINS`.
    flipped
        Whether ALT is the commoner allele of a site: dosages are those of the rarer one.
    truth
        Minor-allele counts of the targets, ``float32``, shape ``(n_targets, len(sites))``.
    """

    sites: Indices
    bins: Indices
    flipped: Bools
    truth: Float32s

    @classmethod
    def of(cls, targets: Haplotypes, frequency: Float64s, array: Indices) -> Masked:
        """Take all sites that are not on the array and vary at the given ALT frequencies."""
        minor = np.minimum(frequency, 1 - frequency)
        hidden = minor > 0
        hidden[array] = False
        sites = np.flatnonzero(hidden)
        flipped = frequency[sites] > 0.5
        found = (targets[0::2][:, sites] + targets[1::2][:, sites]).astype(np.float32)
        found[:, flipped] = 2 - found[:, flipped]
        # Inner edges only: nothing lies below the first or above the last.
        bins = np.searchsorted(EDGES[1:-1], minor[sites], side="left")
        return cls(sites, bins, flipped, found)

    def counts(self) -> list[int]:
        """Return the number of sites in each bin."""
        return [int((self.bins == k).sum()) for k in range(len(BINS))]


def accuracy(masked: Masked, dosages: Float32s, weights: Float32s) -> Float64s:
    """Return r2 of imputed against true minor-allele dosages, all genotypes of a bin together.

    Parameters
    ----------
    masked
        The hidden sites.
    dosages
        Imputed ALT dosages of the targets at all sites, ``(n_targets, n_sites)``.
    weights
        How often each target counts, ``(replicates, n_targets)``.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(replicates, len(BINS))``. Zero where the imputed dosage does not
        vary; NaN in bins of fewer than `FEWEST_SITES` sites, where fewer than `FEWEST` targets
        carry a minor allele, or where the truth does not vary.
    """
    found = np.full((len(weights), len(BINS)), np.nan)
    imputed = dosages[:, masked.sites]
    imputed[:, masked.flipped] = 2 - imputed[:, masked.flipped]
    for k in range(len(BINS)):
        inside = masked.bins == k
        truth = masked.truth[:, inside]
        if inside.sum() >= FEWEST_SITES and (truth > 0).any(axis=1).sum() >= FEWEST:
            sums = _sums(truth, imputed[:, inside])
            found[:, k] = _squared(weights @ sums, weights.sum(axis=1) * inside.sum())
    return found


def _sums(x: Float32s, y: Float32s) -> Float64s:
    """Return sums over sites of x, y, xx, yy and xy for each person."""
    return np.stack(
        [part.sum(axis=1, dtype=np.float64) for part in (x, y, x * x, y * y, x * y)], axis=1
    )


def _squared(sums: Float64s, n: Float64s) -> Float64s:
    x, y, xx, yy, xy = sums.T
    spread_x, spread_y = n * xx - x * x, n * yy - y * y
    varies = spread_y > 1e-9 * n * n
    r2 = (n * xy - x * y) ** 2 / np.where(varies, spread_x * spread_y, 1.0).clip(1e-300)
    known = spread_x > 0
    return np.where(known, np.where(varies, np.minimum(r2, 1.0), 0.0), np.nan)


def over_bins(r2: Float64s, chosen: list[int]) -> Float64s:
    """Return the mean over some bins, of those that are known; shape ``(replicates,)``."""
    return mean_known(r2[:, chosen].T)
