"""Who is recognised, population by population."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Indices
from imaginome.metrics._labels import labels
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._auc import auc_estimate
from imaginome.privacy._crossfit import Targets
from imaginome.privacy._recognised import Recognised, units
from imaginome.privacy.policy import Policy, judge
from imaginome.results import Cell, Estimate, Finding, Table

ENOUGH = 20
"""People of a population, on each side, without whom it is not judged."""


def by_population(comparison: Comparison, targets: Targets) -> dict[str, tuple[Estimate, int, int]]:
    """Return the area within each population, as one of many looks, and how many were attacked."""
    ours = _labelled(comparison.train, targets.member_rows)
    theirs = _labelled(comparison.holdout, targets.other_rows)
    rows = {
        label: (ours[label], theirs[label])
        for label in sorted(ours.keys() & theirs.keys())
        if min(len(ours[label]), len(theirs[label])) >= ENOUGH
    }
    return {
        label: (
            auc_estimate(
                targets.members[a],
                targets.others[b],
                units(comparison.train, targets.member_rows[a]),
                units(comparison.holdout, targets.other_rows[b]),
                len(rows),
            ),
            len(a),
            len(b),
        )
        for label, (a, b) in rows.items()
    }


def _labelled(panel: Panel, rows: Indices) -> dict[str, Indices]:
    """Return which targets are of each population."""
    found = labels(panel, "population")
    if found is None:
        return {}
    text = found.astype(str)[rows]
    return {str(label): np.flatnonzero(text == label) for label in np.unique(text) if label}


def worst_population(
    found: Recognised, groups: dict[str, tuple[Estimate, int, int]], policy: Policy
) -> Finding:
    """Judge the population whose members are recognised most surely."""

    def surely(one: Estimate) -> float:
        return -1.0 if one.value is None or one.low is None else one.low

    strength = max((group[0] for group in groups.values()), key=surely)
    judged = judge(
        strength, policy.membership_caution, policy.membership_fail, 0.5, doubtful="unknown"
    )
    return found.finding(
        "worst", f"AUC in the worst of {len(groups)} populations", strength, 0.5, judged
    )


def population_table(found: Recognised, groups: dict[str, tuple[Estimate, int, int]]) -> Table:
    """Show the areas of all populations."""
    rows: list[list[Cell]] = []
    for label, (one, members, others) in groups.items():
        cells = (one.value, one.low, one.high)
        numbers = (None if cell is None else round(cell, 4) for cell in cells)
        rows.append([label, members, others, *numbers])
    return Table(
        id=f"{found.attack}.populations",
        title="Members recognised, by population",
        columns=["population", "members", "non-members", "AUC", "from", "to"],
        rows=rows,
    )
