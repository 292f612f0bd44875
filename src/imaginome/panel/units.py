"""Whom privacy protects and splits keep whole: an individual with both haplotypes, or a family."""

from __future__ import annotations

from typing import Literal

import numpy as np

from imaginome.arrays import Indices, Int64s
from imaginome.panel.panel import Panel
from imaginome.panel.samples import Samples

Unit = Literal["individual", "family"]
"""Whom privacy protects: adding or removing one of these changes nothing that tells."""


def unit_of(samples: Samples) -> Unit:
    """Return what adding or removing means: a family where families are given."""
    return "individual" if samples.family is None else "family"


def units(*samples: Samples) -> Int64s:
    """Return the unit of each individual, ``int64`` from 0 in the order of their first members.

    Someone without a family is a unit alone.

    Parameters
    ----------
    samples
        People of one panel, or of several: a family may be spread over panels.

    Returns
    -------
    numpy.ndarray
        Shape ``(n_individuals,)``, panel after panel.
    """
    known: dict[tuple[int, int] | str, int] = {}
    found = []
    for panel, people in enumerate(samples):
        names = [""] * len(people) if people.family is None else people.family
        keys = (str(name) or (panel, i) for i, name in enumerate(names))
        found += [known.setdefault(key, len(known)) for key in keys]
    return np.array(found, dtype=np.int64)


def haplotype_units(*samples: Samples) -> Int64s:
    """Return the unit of each haplotype, shape ``(2 * n_individuals,)``; see `units`."""
    return np.repeat(units(*samples), 2)


def by_unit(unit: Int64s) -> list[Indices]:
    """Return the individuals of each unit, in the order of `units`."""
    order = np.argsort(unit, kind="stable")
    return np.split(order, np.cumsum(np.bincount(unit))[:-1]) if len(unit) else []


def without_kin(samples: Samples) -> Indices:
    """Return the individuals who are the only one of their unit."""
    unit = units(samples)
    return np.flatnonzero(np.bincount(unit)[unit] == 1)


def one_a_unit(panel: Panel) -> Panel:
    """Return the panel with the first individual of each unit: a family counts as one person.

    Who is kept of a unit depends on nobody of another: removing a unit removes one individual.
    """
    _, first = np.unique(units(panel.samples), return_index=True)
    return panel if len(first) == panel.n_individuals else panel.take_individuals(np.sort(first))
