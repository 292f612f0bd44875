"""Samples: who the rows of a panel belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Indices
from imaginome.errors import PanelError
from imaginome.panel.sites import Index, Strings, strings

ARTIFICIAL_PREFIX = "IMG"


def artificial_ids(n: int) -> Strings:
    """Return the names of `n` artificial individuals, ``IMG000001`` and on: nobody's."""
    return strings([f"{ARTIFICIAL_PREFIX}{i + 1:06d}" for i in range(n)])


@dataclass(frozen=True, eq=False)
class Samples:
    """Individuals; all arrays have shape ``(n_individuals,)`` and hold ``str``.

    Attributes
    ----------
    id
        Sample identifiers, unique.
    population, superpopulation, sex, family, phenotype
        Labels, or None where the panel has no such column; ``""`` where one is unknown.
        `phenotype` may be any categorical label that shall be learned with the genome.

    Raises
    ------
    PanelError
        When an identifier is there twice or the columns differ in length.
    """

    id: Strings
    population: Strings | None = None
    superpopulation: Strings | None = None
    sex: Strings | None = None
    family: Strings | None = None
    phenotype: Strings | None = None

    LABELS = ("population", "superpopulation", "sex", "family", "phenotype")

    def __post_init__(self) -> None:
        """Check identifiers and lengths."""
        for name in self.LABELS:
            column = getattr(self, name)
            if column is not None and len(column) != len(self.id):
                raise PanelError(f"{len(self.id)} samples but {len(column)} values of {name}")
        values, counts = np.unique(self.id.astype(str), return_counts=True)
        if (counts > 1).any():
            raise PanelError(
                f"sample '{values[counts > 1][0]}' is there twice", "rename or drop one of them"
            )

    def __len__(self) -> int:
        """Return the number of individuals."""
        return len(self.id)

    def take(self, index: Index) -> Samples:
        """Return the individuals at `index`."""
        columns = {
            name: None if getattr(self, name) is None else getattr(self, name)[index]
            for name in self.LABELS
        }
        return Samples(self.id[index], **columns)

    def indices(self, ids: Strings | list[str]) -> Indices:
        """Return the row of each id.

        Raises
        ------
        PanelError
            When an id is not among the samples.
        """
        row = {sample: i for i, sample in enumerate(self.id)}
        missing = [sample for sample in ids if sample not in row]
        if missing:
            raise PanelError(f"sample '{missing[0]}' ({len(missing)} in all) is not in the panel")
        return np.array([row[sample] for sample in ids], dtype=np.intp)
