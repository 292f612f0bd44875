"""What a model itself says of the people that are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from imaginome.panel import haplotype_rows

Logs = dict[str, npt.NDArray[np.float64]]
Codes = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class ModelEvidence:
    """Log-likelihoods and latent codes of the haplotypes of a comparison, row by row.

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
    """

    model: str
    log_likelihood: Logs | None = None
    exact: bool = True
    latent: Codes | None = None

    def take(self, people: Mapping[str, npt.NDArray[np.intp]]) -> ModelEvidence:
        """Return the evidence on some individuals of some panels, and on all of the others."""
        rows = {name: haplotype_rows(index) for name, index in people.items()}
        logs, codes = self.log_likelihood, self.latent
        return replace(
            self,
            log_likelihood=logs and {n: v[rows[n]] if n in rows else v for n, v in logs.items()},
            latent=codes and {n: v[rows[n]] if n in rows else v for n, v in codes.items()},
        )

    def fits(self, haplotypes: Mapping[str, int]) -> bool:
        """Tell whether there is one row a haplotype; `haplotypes` counts them by panel."""
        return all(
            column is None or {name: len(rows) for name, rows in column.items()} == haplotypes
            for column in (self.log_likelihood, self.latent)
        )
