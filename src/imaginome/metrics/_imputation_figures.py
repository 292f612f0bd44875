"""The figure and the table about imputation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from imaginome.arrays import Float64s
from imaginome.metrics._imputation_scores import BINS
from imaginome.metrics._results import short, shorts
from imaginome.results import Figure, Series, Table

ROLES = {
    "real": "train",
    "artificial": "artificial",
    "few real": "baseline",
    "few real + artificial": "neutral",
}


def figure(found: Mapping[str, Float64s]) -> Figure:
    """Return accuracy by frequency bin and reference panel.

    Parameters
    ----------
    found
        By reference panel: r2, the value itself first, then replicates, ``(1 + r, n_bins)``.
    """
    return Figure(
        id="imputation.by_frequency",
        title="Imputation of real people from each reference panel",
        reading="At the height of real, artificial people serve as well as real ones do; the "
        "more few real + artificial lies above few real, the more artificial people add.",
        kind="lines",
        x_label="minor-allele frequency",
        y_label="r² of imputed and true dosages",
        series=[_series(name, r2) for name, r2 in found.items()],
    )


def _series(name: str, r2: Float64s) -> Series:
    shift = np.nan_to_num(r2[0] - np.array([_mean(column[1:]) for column in r2.T]))
    low, high = (
        np.array([_quantile(column[1:], q) for column in r2.T]) + shift for q in (0.025, 0.975)
    )
    role: Any = ROLES[name]
    return Series(
        name=name,
        role=role,
        x=list(BINS),
        y=list(shorts(r2[0])),
        low=shorts(np.clip(low, 0, r2[0])),
        high=shorts(np.clip(high, r2[0], 1)),
    )


def _mean(values: Float64s) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _quantile(values: Float64s, q: float) -> float:
    known = values[np.isfinite(values)]
    return float(np.quantile(known, q)) if len(known) > 1 else float("nan")


def table(found: Mapping[str, Float64s], sites: list[int], sizes: Mapping[str, str]) -> Table:
    """Return r2 by frequency bin; `sizes` says who is in each reference panel."""
    return Table(
        id="imputation.bins",
        title="r² by minor-allele frequency and reference panel",
        columns=["frequency", "sites imputed", *(f"{name} ({sizes[name]})" for name in found)],
        rows=[
            [BINS[k], sites[k], *(short(r2[0, k]) for r2 in found.values())]
            for k in range(len(BINS))
        ],
    )
