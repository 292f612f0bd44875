"""Scans for selection (iHS, XP-EHH, PBS): whom they look at, and how well two of them agree."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from imaginome.arrays import Bools, Float64s, Indices, Int64s
from imaginome.kernels.statistics import moments, pearson, ratio
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.selection.ehh import Carriers, gaps, integrated
from imaginome.metrics.labels import members
from imaginome.metrics.measures import Sample
from imaginome.metrics.resample import PANELS
from imaginome.panel import Haplotypes, Panel, Sites, haplotype_rows

# -- Agreement of two scans of the same region -----------------------------------------------------


BLOCKS = 25
FEWEST_IN_BLOCK = 2
FEWEST = 20
"""Fewest scores of the holdout that are worth a correlation."""
TOP = 0.01


def agreement(
    scans: Float64s, real: Float64s, replicates: int, rng: np.random.Generator
) -> tuple[Sample, Sample]:
    """Return rank correlation and shared top of scans with the real ones, means over scans.

    Where the real scan has no value, nothing is compared. Where only the other has none, it
    counts as 0: no sign of selection. Replicates draw blocks of consecutive sites with
    replacement, of which the region is cut into at most `BLOCKS`; which sites are the strongest
    is settled before.

    Parameters
    ----------
    scans, real
        Shape ``(n_scans, n_sites)``, NaN where undefined.
    """
    kept = np.flatnonzero(np.isfinite(real).all(axis=0))
    one, two = np.nan_to_num(scans[:, kept]), real[:, kept]
    drawn = [_blocks(len(kept), rng) for _ in range(replicates)]
    tops = strongest(one), strongest(two)
    return (
        Sample(spearman(one, two), [spearman(one[:, d], two[:, d]) for d in drawn]),
        Sample(shared(*tops), [shared(*(top[:, d] for top in tops)) for d in drawn]),
    )


def _blocks(n: int, rng: np.random.Generator) -> Indices:
    number = min(BLOCKS, n // FEWEST_IN_BLOCK)
    parts = np.array_split(np.arange(n), number)
    return np.concatenate([parts[b] for b in rng.integers(0, number, number)])


def spearman(one: Float64s, two: Float64s) -> float:
    """Return the rank correlation over sites, averaged over scans; 0 where nothing varies."""
    ranks = (np.asarray(rankdata(x, axis=-1), dtype=np.float64) for x in (one, two))
    return float(np.nan_to_num(pearson(moments(*ranks))).mean())


def strongest(scans: Float64s) -> Bools:
    """Tell which sites are the `TOP` strongest of each scan, of either sign."""
    number = max(1, round(TOP * scans.shape[1]))
    mask = np.zeros(scans.shape, dtype=np.bool_)
    order = np.argsort(-np.abs(scans), axis=1, kind="stable")[:, :number]
    np.put_along_axis(mask, order, True, axis=1)
    return mask


def shared(one: Bools, two: Bools) -> float:
    """Return which share of the second's sites, over all scans, is among those of the first."""
    return float(ratio((one & two).sum(), two.sum()))


# -- Groups of people that are scanned -------------------------------------------------------------


LEAST = 20
"""Fewest people of a group in each panel: frequencies of fewer say little."""
MOST_PEOPLE = 500
"""Homozygosity is counted among at most so many people of a group, drawn at random."""
THE_PAPERS = ("CEU", "YRI", "CHB")

Groups = dict[str, list[Haplotypes]]


def chosen(comparison: Comparison) -> tuple[str, list[str]]:
    """Return a column of labels and up to three groups that all panels have.

    CEU, YRI and CHB where they are labelled (Yelmen et al. 2021); otherwise the largest
    superpopulations, or else populations. The first two are those to contrast.
    """
    if set(THE_PAPERS) <= set(_sizes(comparison, "population")):
        return "population", list(THE_PAPERS)
    for column in ("superpopulation", "population"):
        sizes = _sizes(comparison, column)
        if len(sizes) > 1:
            return column, sorted(sizes, key=lambda label: (-sizes[label], label))[:3]
    return "", []


def _sizes(comparison: Comparison, column: str) -> dict[str, int]:
    """Return the size of each shared group in the panel with the fewest of it."""
    by_panel = [members(getattr(comparison, name), column, LEAST) for name in PANELS]
    shared = set.intersection(*(set(groups) for groups in by_panel))
    return {label: min(len(groups[label]) for groups in by_panel) for label in shared}


def haplotypes_of(comparison: Comparison, column: str, labels: list[str]) -> Groups:
    """Return the haplotypes of some groups by panel, equally many people in each panel."""
    if not labels:
        return {}
    sizes = _sizes(comparison, column)
    haplotypes = {}
    for name in PANELS:
        panel: Panel = getattr(comparison, name)
        rng = comparison.rng("selection", "people", name)
        people = members(panel, column)
        haplotypes[name] = [_drawn(panel, people[label], sizes[label], rng) for label in labels]
    return haplotypes


def everyone(comparison: Comparison) -> dict[str, Haplotypes]:
    """Return the haplotypes of all people, or of `MOST_PEOPLE`, by panel."""
    haplotypes = {}
    for name in PANELS:
        panel: Panel = getattr(comparison, name)
        rng = comparison.rng("selection", "everyone", name)
        haplotypes[name] = _drawn(panel, np.arange(panel.n_individuals), MOST_PEOPLE, rng)
    return haplotypes


def _drawn(panel: Panel, people: Indices, size: int, rng: np.random.Generator) -> Haplotypes:
    kept = rng.permutation(people)[: min(size, MOST_PEOPLE)]
    return panel.haplotypes[haplotype_rows(np.sort(kept))]


# -- Scans for selection along the genome ----------------------------------------------------------


FREQUENCY_BINS = 20
FEWEST_IN_BIN = 10
MOST_DIFFERENT = 0.99999
"""F_ST is read as at most this: its branch would be infinite."""


def ihs(haplotypes: Haplotypes, sites: Sites, cores: Indices, threads: int = 1) -> Float64s:
    """Return the unstandardised integrated haplotype score (Voight et al. 2006).

    The logarithm of integrated homozygosity among carriers of ALT over that among carriers of
    REF, shape ``(len(cores),)``; NaN where either has none (see `integrated`). Which allele
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
    within = of_all.copy()
    for value in np.unique(bins):
        rows = np.flatnonzero((bins == value) & np.isfinite(scores))
        if len(rows) >= FEWEST_IN_BIN:
            within[rows] = _standardised(scores[rows])
    return within


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
