"""The training curve: held-out figures along the steps, one figure for each of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from imaginome.results import Figure, Series

STEPS = ("step", "epoch", "round", "update", "iteration")


def training_figures(history: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Return one figure for each quantity that was recorded along the training.

    Parameters
    ----------
    history
        One mapping a measurement; the step is under one of `STEPS`, else records are counted.
    """
    names = list(dict.fromkeys(name for record in history for name in record))
    clock = next((name for name in STEPS if name in names), None)
    figures = []
    for name in names:
        if name == clock or name in STEPS:
            continue
        pairs = [
            (record.get(clock, i) if clock else i, record[name])
            for i, record in enumerate(history)
            if name in record
        ]
        figures.append(_figure(name, clock or "measurement", pairs))
    return figures


def _figure(name: str, clock: str, pairs: list[tuple[float, float]]) -> Figure:
    words = name.replace("_", " ")
    y: list[float | str | None] = [v if math.isfinite(v) else None for _, v in pairs]
    return Figure(
        id=f"training.{name}",
        title=words[:1].upper() + words[1:],
        reading="Measured while the model learnt; a curve that has levelled off says that more "
        "training would change little.",
        kind="lines",
        x_label=clock,
        y_label=words,
        series=[Series(name=words, role="artificial", x=[float(x) for x, _ in pairs], y=y)],
    )
