"""What a model itself says of the people that are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from imaginome.arrays import Bools, Float32s, Float64s, Indices
from imaginome.panel import haplotype_rows

Logs = dict[str, Float64s]
Codes = dict[str, Float32s]
Flags = dict[str, Bools]


@dataclass(frozen=True, eq=False)
class ModelEvidence:
    """Log-likelihoods, latent codes and critic's scores of haplotypes, row by row.

    The dictionaries have the keys ``train``, ``holdout`` and ``artificial``; their rows are
    those of the panel of that name.

    Attributes
    ----------
    model
        Id of the generator.
    log_likelihood
        Natural log-likelihoods, ``float64`` of shape ``(n_haplotypes,)``, NaN in rows that were
        not computed; None for a generator that has none.
    exact
        False where a constant common to all rows (log Z) is an estimate.
    latent
        Latent codes, ``float32`` of shape ``(n_haplotypes, n_latent)``; None for a generator
        that encodes nothing.
    critic
        How real the critic of an adversarial model takes each haplotype to be, ``float64`` of
        shape ``(n_haplotypes,)``; None where the model keeps none.
    stored
        Which haplotypes stand verbatim in the weights, ``bool`` of shape ``(n_haplotypes,)``;
        None where nobody looked.
    """

    model: str
    log_likelihood: Logs | None = None
    exact: bool = True
    latent: Codes | None = None
    critic: Logs | None = None
    stored: Flags | None = None

    def take(self, people: Mapping[str, Indices]) -> ModelEvidence:
        """Return the evidence on some individuals of some panels, and on all of the others."""
        rows = {name: haplotype_rows(index) for name, index in people.items()}
        taken: dict[str, Any] = {
            column: {n: v[rows[n]] if n in rows else v for n, v in values.items()}
            for column, values in self._columns().items()
        }
        return replace(self, **taken)

    def fits(self, haplotypes: Mapping[str, int]) -> bool:
        """Tell whether there is one row a haplotype; `haplotypes` counts them by panel."""
        return all(
            {name: len(rows) for name, rows in column.items()} == haplotypes
            for column in self._columns().values()
        )

    def _columns(self) -> dict[str, Logs | Codes | Flags]:
        """Return what is known, by attribute."""
        columns = {
            "log_likelihood": self.log_likelihood,
            "latent": self.latent,
            "critic": self.critic,
            "stored": self.stored,
        }
        return {name: column for name, column in columns.items() if column is not None}
