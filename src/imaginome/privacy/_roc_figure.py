"""The figure of a receiver operating characteristic: who is recognised, at which price."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imaginome.results import Estimate, Figure, Series

CURVE_POINTS = 41


def roc_figure(
    attack: str, name: str, n_others: int, true_rate: Callable[[float], Estimate]
) -> Figure:
    """Draw the curve on fixed rates from one non-member to all, log-log.

    Parameters
    ----------
    attack, name
        Id of the attack, and what the title calls it.
    n_others
        Non-members: a lower rate than one of them cannot be stated.
    true_rate
        Returns the true-positive rate at a false-positive rate, with its interval.
    """
    grid = np.geomspace(1.0 / n_others, 1.0, CURVE_POINTS)
    x: list[float | str] = [float(rate) for rate in grid]
    points = [true_rate(float(rate)) for rate in grid]
    return Figure(
        id=f"{attack}.roc",
        title=f"{name}: who is recognised",
        reading="On the diagonal the attacker guesses. What matters is the left end: a curve "
        "above the diagonal there means that a few members are recognised with confidence.",
        kind="lines",
        x_label="false-positive rate",
        y_label="true-positive rate",
        series=[
            Series(
                name="attack",
                role="artificial",
                x=x,
                y=[p.value for p in points],
                low=[p.low for p in points],
                high=[p.high for p in points],
            ),
            Series(name="guessing", role="baseline", x=x, y=list(map(float, grid))),
        ],
        x_log=True,
        y_log=True,
        diagonal=True,
    )
