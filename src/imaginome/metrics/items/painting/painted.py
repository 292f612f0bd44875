"""Targets of three panels painted by the same donors, who are strangers to all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float64s, Indices, Int32s
from imaginome.kernels.copying import distances, fitted, likeliest, paint
from imaginome.kernels.shared_runs import BINS, length_bins
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.labels import FEWEST, GROUPINGS, members
from imaginome.metrics.resample import PANELS
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.units import units

DONORS = 250
TARGETS = 100
FITTED = 20
"""Individuals at most: donors, targets of each panel, donors on whom rates are fitted."""
FEWEST_PEOPLE = 2 * FEWEST
"""Of the holdout: figures are about half of them."""
OTHER = "other"
EVERYONE = "everyone"


@dataclass(frozen=True, eq=False)
class Painted:
    """The people of one panel, painted.

    Attributes
    ----------
    people
        The painted panel.
    switches, errors
        Expected changes of donor and wrongly copied alleles, of each haplotype.
    shares
        Share of sites copied from donors of each label, shape ``(n_haplotypes, n_labels)``.
    tracts
        Sites in tracts of each length, along the likeliest paths, shape ``(n_sites + 1,)``.
    binned
        The same for each individual, in bins of `length_bins`: ``(n_individuals, BINS)``.
    longest
        Sites of the longest tract of each individual, shape ``(n_individuals,)``.
    """

    people: Panel
    switches: Float64s
    errors: Float64s
    shares: Float64s
    tracts: Float64s
    binned: Float64s
    longest: Indices


@dataclass(frozen=True, eq=False)
class Painting:
    """All three panels, painted, and what they were painted with.

    Attributes
    ----------
    panels
        By name.
    column, labels
        Which labels donors have, and those of five donors or more; empty without.
    donors
        Number of donor haplotypes.
    rate, error
        Jumps per unit of distance and chance of a wrong copy, as fitted among the donors.
    length, unit
        Length of all contigs from first to last site, and its unit.
    """

    panels: dict[str, Painted]
    column: str
    labels: list[str]
    donors: int
    rate: float
    error: float
    length: float
    unit: str


def painting(comparison: Comparison) -> Painting:
    """Paint people of the three panels.

    Half of the holdout's individuals are donors; the other half are the real people to compare
    with; families stay together. So nobody copies from himself, from kin who are known as such,
    or from a larger panel: the three panels differ in nothing but the people.

    Raises
    ------
    NotApplicable
        When the holdout is too small to be divided.
    """
    people = comparison.holdout.n_individuals
    if people < FEWEST_PEOPLE:
        raise NotApplicable(
            f"the holdout has {people} people, painting divides them into donors and targets: "
            f"compare {FEWEST_PEOPLE} or more"
        )
    order, half = halves(comparison.holdout, comparison.rng("painting", "donors"))
    if people - half < FEWEST:
        raise NotApplicable("the holdout's people are kin of each other: painting needs strangers")
    donors = comparison.holdout.take_individuals(np.sort(order[:half][:DONORS]))
    strangers = comparison.holdout.take_individuals(np.sort(order[half:]))
    column, labels, code = _donor_labels(donors)
    apart, unit = distances(comparison.holdout.sites)
    some = comparison.rng("painting", "fit").permutation(donors.n_individuals)[:FITTED]
    rate, error = fitted(donors.haplotypes, np.sort(some), apart, comparison.threads)
    number = min(TARGETS, strangers.n_individuals)
    panels = {}
    for name in PANELS:
        panel: Panel = strangers if name == "holdout" else getattr(comparison, name)
        targets = _some(panel, number, comparison.rng("painting", name))
        panels[name] = _painted(targets, donors.haplotypes, code, apart, rate, error, comparison)
    length = float(apart[np.isfinite(apart)].sum())
    return Painting(panels, column, labels, donors.n_haplotypes, rate, error, length, unit)


def halves(panel: Panel, rng: np.random.Generator) -> tuple[Indices, int]:
    """Return individuals in random order, families together, and where the second half begins."""
    order = rng.permutation(panel.n_individuals)
    unit = units(panel.samples)
    _, place, where = np.unique(unit[order], return_index=True, return_inverse=True)
    order = order[np.argsort(place[where], kind="stable")]
    half = len(order) // 2
    while half < len(order) and unit[order[half]] == unit[order[half - 1]]:
        half += 1
    return order, half


def _some(panel: Panel, number: int, rng: np.random.Generator) -> Panel:
    return panel.take_individuals(np.sort(rng.permutation(panel.n_individuals)[:number]))


def _donor_labels(donors: Panel) -> tuple[str, list[str], Indices]:
    """Return the column, labels of `FEWEST` donors or more, and the label of each haplotype.

    Donors with another label or none come last, as `OTHER`.
    """
    for column in GROUPINGS:
        groups = members(donors, column)
        if len(groups) > 1:
            break
    else:
        return "", [], np.zeros(donors.n_haplotypes, dtype=np.intp)
    code = np.full(donors.n_individuals, len(groups), dtype=np.intp)
    for k, rows in enumerate(groups.values()):
        code[rows] = k
    rest = [OTHER] if (code == len(groups)).any() else []
    return column, [*groups, *rest], np.repeat(code, 2)


def _painted(
    people: Panel,
    donors: Haplotypes,
    code: Indices,
    apart: Float64s,
    rate: float,
    error: float,
    comparison: Comparison,
) -> Painted:
    with_these = (people.haplotypes, donors, apart, rate, error)
    copying = paint(*with_these, threads=comparison.threads)
    path = likeliest(*with_these, threads=comparison.threads)
    tracts, binned, longest = tract_lengths(path, people.sites.contig_starts())
    member = (code[:, None] == np.arange(code.max() + 1)).astype(np.float64)
    # One row at a time: the rounding of a product depends on its size, not on threads.
    shares = np.stack([row @ member for row in copying.share])
    return Painted(people, copying.switches, copying.errors, shares, tracts, binned, longest)


def tract_lengths(path: Int32s, starts: Bools) -> tuple[Float64s, Float64s, Indices]:
    """Return sites in tracts of each length, the same by person and bin, and longest tracts.

    Parameters
    ----------
    path
        Donor of each haplotype at each site.
    starts
        Where contigs begin: no tract goes on there.
    """
    n, m = path.shape
    cells, _ = length_bins(m)
    total, binned = np.zeros(m + 1), np.zeros((n // 2, BINS))
    longest = np.zeros(n // 2, dtype=np.intp)
    for i, row in enumerate(path):
        begins = starts.copy()
        begins[1:] |= row[1:] != row[:-1]
        lengths = np.diff(np.append(np.flatnonzero(begins), m))
        total += np.bincount(lengths, weights=lengths, minlength=m + 1)
        binned[i // 2] += np.bincount(cells[lengths], weights=lengths, minlength=BINS)
        longest[i // 2] = max(longest[i // 2], lengths.max())
    return total, binned, longest


def target_groups(painted: Painting) -> dict[str, dict[str, Indices]]:
    """Return individuals by label and panel; one group of everyone where labels are missing."""
    groups = {n: members(p.people, painted.column) for n, p in painted.panels.items()}
    shared = sorted(set.intersection(*(set(g) for g in groups.values())))
    if not shared:
        return {EVERYONE: {n: np.arange(p.people.n_individuals) for n, p in painted.panels.items()}}
    return {label: {n: groups[n][label] for n in PANELS} for label in shared}
