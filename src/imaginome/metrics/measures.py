"""Build results: measures from values and their replicates, numbers short enough for a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from imaginome.arrays import Float64s
from imaginome.kernels.intervals import estimate
from imaginome.results import Estimate, Measure, Series

Toward = Literal["lower", "higher", "best"]


class Sample:
    """A value and its bootstrap replicates."""

    def __init__(self, value: Any, replicates: Any = ()) -> None:
        self.value = float(value)
        self.replicates = np.asarray(replicates, dtype=np.float64)


def measure(
    measure_id: str,
    name: str,
    artificial: Sample,
    ceiling: Sample,
    *,
    unit: str = "",
    best: float | None = None,
    toward: Toward = "lower",
    bounds: tuple[float, float] = (0.0, math.inf),
    key: bool = False,
    note: str = "",
) -> Measure:
    """Return a measure: artificial against holdout beside train against holdout."""
    low, high = bounds
    both = [
        estimate(sample.value, sample.replicates, lowest=low, highest=high)
        for sample in (artificial, ceiling)
    ]
    return Measure(
        id=measure_id,
        name=name,
        unit=unit,
        best=best,
        toward=toward,
        artificial=both[0],
        ceiling=both[1],
        key=key,
        note=note,
    )


def short(value: Any) -> float | None:
    """Return a number with five significant digits; None when it is not finite."""
    number = float(value)
    return float(f"{number:.5g}") if math.isfinite(number) else None


def shorts(values: Any) -> list[float | None]:
    """Return numbers with five significant digits; None for those that are not finite."""
    return [short(value) for value in np.asarray(values, dtype=np.float64).ravel()]


def axis(values: Any) -> list[float | str]:
    """Return finite numbers for an axis."""
    return [float(f"{float(value):.6g}") for value in values]


def heatmap(name: str, role: Any, x: Any, y: Any, z: Float64s) -> Series:
    """Return a heat map series; `z` has shape ``(len(y), len(x))``."""
    rows = [shorts(row) for row in z]
    return Series(name=name, role=role, x=axis(x), y=list(axis(y)), z=rows)


def estimated(name: Any, x: list[float | str], estimates: Sequence[Estimate]) -> Series:
    """Return the estimates of a panel, one for each `x`, with their intervals."""
    return Series(
        name=name,
        role=name,
        x=x,
        y=[None if e.value is None else short(e.value) for e in estimates],
        low=[None if e.low is None else short(e.low) for e in estimates],
        high=[None if e.high is None else short(e.high) for e in estimates],
    )
