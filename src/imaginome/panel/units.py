"""The unit of a guarantee: an individual with both haplotypes, or a family."""

from __future__ import annotations

from typing import Literal

import numpy as np

from imaginome.arrays import Int64s
from imaginome.panel import Panel, Samples

Unit = Literal["individual", "family"]
"""Whom privacy protects: adding or removing one of these changes nothing that tells."""


def unit_of(samples: Samples) -> Unit:
    """Return what adding or removing means: a family where families are given."""
    return "individual" if samples.family is None else "family"


def units(samples: Samples) -> Int64s:
    """Return the unit of each individual, ``int64`` from 0 in the order of their first members.

    Someone without a family is a unit alone.
    """
    names = [f"i{i}" for i in range(len(samples))]
    if samples.family is not None:
        names = [
            f"f{name}" if name else own for name, own in zip(samples.family, names, strict=True)
        ]
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


def one_a_unit(panel: Panel) -> Panel:
    """Return the panel with the first individual of each unit: a family counts as one person.

    Who is kept of a unit depends on nobody of another: removing a unit removes one individual.
    """
    _, first = np.unique(units(panel.samples), return_index=True)
    return panel if len(first) == panel.n_individuals else panel.take_individuals(np.sort(first))
