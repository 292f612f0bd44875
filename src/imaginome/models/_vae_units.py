"""The people of a private fit, unit by unit: an individual with both haplotypes, or a family."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.models._classes import haplotype_classes
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame
from imaginome.training.units import units


@dataclass(frozen=True, eq=False)
class Units:
    """Haplotypes by unit.

    Attributes
    ----------
    rows
        Haplotypes, ``uint8`` of shape ``(n_haplotypes, n_sites)``.
    classes
        Class of each haplotype, ``int64``.
    members
        Haplotypes of each unit, ``int64`` of shape ``(n_units, most)``; units of fewer are
        filled up with their first.
    present
        1 where `members` is one of the unit, 0 where it fills up, ``float64`` of the same shape.
    """

    rows: Haplotypes
    classes: Int64s
    members: Int64s
    present: Float64s

    @classmethod
    def of(cls, panel: Panel, frame: PanelFrame) -> Units:
        """Return the units of a panel: families where families are given."""
        unit = np.repeat(units(panel.samples), 2)
        sizes = np.bincount(unit)
        members = np.zeros((len(sizes), sizes.max()), dtype=np.int64)
        present = np.arange(members.shape[1]) < sizes[:, None]
        members[present] = np.argsort(unit, kind="stable")
        members = np.where(present, members, members[:, :1])
        classes = haplotype_classes(panel, frame)
        return cls(panel.haplotypes, classes, members, present.astype(np.float64))

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.members)
