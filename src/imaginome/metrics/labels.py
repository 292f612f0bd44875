"""Populations that panels share."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Indices
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Strings, haplotype_rows

FEWEST = 5
"""Groups of fewer individuals are not shown: they would say too much about each."""
MOST_GROUPS = 8
GROUPINGS = ("superpopulation", "population")
"""Labels of groups, the one that is preferred first."""


def labels(panel: Panel, column: str) -> Strings | None:
    """Return a label of each individual, or None where the panel has no such column."""
    values: Strings | None = getattr(panel.samples, column)
    return values


def members(panel: Panel, column: str, least: int = FEWEST) -> dict[str, Indices]:
    """Return the individuals with each label that at least `least` of them have."""
    values = labels(panel, column)
    if values is None:
        return {}
    text = values.astype(str)
    groups = {str(label): np.flatnonzero(text == label) for label in np.unique(text) if label}
    return {label: rows for label, rows in groups.items() if len(rows) >= least}


def shared_groups(
    comparison: Comparison,
    names: tuple[str, ...],
    least: int = FEWEST,
    most: int = MOST_GROUPS,
) -> dict[str, dict[str, Indices]]:
    """Return rows of haplotypes by group and panel, equally many in each panel.

    Superpopulations are used where all panels have them, populations otherwise; the largest
    `most` groups are kept. The larger groups are reduced at random.
    """
    for column in GROUPINGS:
        by_panel = {name: members(getattr(comparison, name), column, least) for name in names}
        shared = set.intersection(*(set(groups) for groups in by_panel.values()))
        if len(shared) > 0:
            break
    size = {label: min(len(groups[label]) for groups in by_panel.values()) for label in shared}
    kept = sorted(sorted(shared, key=lambda label: (-size[label], label))[:most])
    rng = comparison.rng("groups")
    return {
        label: {
            name: haplotype_rows(np.sort(rng.permutation(by_panel[name][label])[: size[label]]))
            for name in names
        }
        for label in kept
    }
