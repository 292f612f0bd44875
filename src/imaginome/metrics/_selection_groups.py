"""Which groups of people are scanned for selection."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Indices
from imaginome.metrics._labels import members
from imaginome.metrics._resample import PANELS
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel, haplotype_rows

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
    found = [members(getattr(comparison, name), column, LEAST) for name in PANELS]
    shared = set.intersection(*(set(groups) for groups in found))
    return {label: min(len(groups[label]) for groups in found) for label in shared}


def haplotypes_of(comparison: Comparison, column: str, labels: list[str]) -> Groups:
    """Return the haplotypes of some groups by panel, equally many people in each panel."""
    if not labels:
        return {}
    sizes = _sizes(comparison, column)
    found = {}
    for name in PANELS:
        panel: Panel = getattr(comparison, name)
        rng = comparison.rng("selection", "people", name)
        people = members(panel, column)
        found[name] = [_drawn(panel, people[label], sizes[label], rng) for label in labels]
    return found


def everyone(comparison: Comparison) -> dict[str, Haplotypes]:
    """Return the haplotypes of all people, or of `MOST_PEOPLE`, by panel."""
    found = {}
    for name in PANELS:
        panel: Panel = getattr(comparison, name)
        rng = comparison.rng("selection", "everyone", name)
        found[name] = _drawn(panel, np.arange(panel.n_individuals), MOST_PEOPLE, rng)
    return found


def _drawn(panel: Panel, people: Indices, size: int, rng: np.random.Generator) -> Haplotypes:
    kept = rng.permutation(people)[: min(size, MOST_PEOPLE)]
    return panel.haplotypes[haplotype_rows(np.sort(kept))]
