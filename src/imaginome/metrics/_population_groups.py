"""Populations that all panels have, each with as many people in every panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Indices
from imaginome.metrics._labels import FEWEST, labels, members
from imaginome.metrics._resample import PANELS
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel

LEAST = 20
"""Within fewer people than this, errors of a sample hide any of a model."""
COLUMNS = ("population", "superpopulation")


@dataclass(frozen=True)
class Group:
    """The people of one label, equally many in each panel.

    Attributes
    ----------
    column, label
        ``population`` or ``superpopulation``, and which.
    panels
        ``artificial``, ``train`` and ``holdout``, reduced to these people.
    """

    column: str
    label: str
    panels: dict[str, Panel]

    @property
    def people(self) -> int:
        """Number of individuals in each panel."""
        return self.panels["holdout"].n_individuals


def population_groups(comparison: Comparison) -> list[Group]:
    """Return populations, then superpopulations, of `LEAST` people or more; smallest first.

    The larger panels of a group are reduced at random.

    Raises
    ------
    NotApplicable
        When a panel has no labels, or no label is that frequent in all three.
    """
    _require_labels(comparison)
    groups = [group for column in COLUMNS for group in _groups(comparison, column)]
    if not groups:
        raise NotApplicable(
            f"no population has {LEAST} people or more in train, holdout and artificial panel: "
            "compare more people"
        )
    return groups


def left_out(comparison: Comparison, groups: list[Group]) -> str:
    """Say which populations of the holdout were not measured; those of few people unnamed."""
    measured = {group.label for group in groups if group.column == "population"}
    known = set(members(comparison.holdout, "population", 1)) - measured
    if not known:
        return ""
    named = sorted(known & set(members(comparison.holdout, "population", FEWEST)))
    few = len(known) - len(named)
    words = [", ".join(named)] if named else []
    words += [f"{few} of fewer than {FEWEST} people"] if few else []
    return (
        f"Left out, because train, holdout or artificial panel have fewer than {LEAST} of "
        f"their people: {' and '.join(words)}."
    )


def _require_labels(comparison: Comparison) -> None:
    for name, what_to_do in (
        ("holdout", "give labels of the real people with --samples"),
        ("train", "give labels of the real people with --samples"),
        (
            "artificial",
            "fit a model that knows populations with --samples, or give the labels with "
            "--artificial-samples",
        ),
    ):
        if all(labels(getattr(comparison, name), column) is None for column in COLUMNS):
            raise NotApplicable(f"the people of the {name} panel have no labels: {what_to_do}")


def _groups(comparison: Comparison, column: str) -> list[Group]:
    found = {name: members(getattr(comparison, name), column, LEAST) for name in PANELS}
    shared = set.intersection(*(set(groups) for groups in found.values()))
    groups = [
        _group(comparison, column, label, {name: found[name][label] for name in PANELS})
        for label in sorted(shared)
    ]
    return sorted(groups, key=lambda group: (group.people, group.label))


def _group(comparison: Comparison, column: str, label: str, rows: dict[str, Indices]) -> Group:
    size = min(len(people) for people in rows.values())
    panels = {}
    for name, people in rows.items():
        rng = comparison.rng("populations", column, label, name)
        chosen = np.sort(rng.permutation(people)[:size])
        panels[name] = getattr(comparison, name).take_individuals(chosen)
    return Group(column, label, panels)
