"""What the three tests of the European opinion on anonymisation share: sources and words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imaginome.citations import Citation
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.privacy._residual import Rate, residual
from imaginome.results import Cell, Estimate, Table

GIOMI_2023 = Citation(
    "giomi2023",
    "Giomi, Matteo and Boenisch, Franziska and Wehmeyer, Christoph and Tasnádi, Borbála",
    "A unified framework for quantifying privacy risk in synthetic data",
    "Proceedings on Privacy Enhancing Technologies",
    2023,
    "10.56553/popets-2023-0055",
)
WP29_NOTE = (
    "One of the three tests of opinion 05/2014 on anonymisation techniques of the European "
    "working party on data protection (WP 216). Residual risk is (attack - control) / "
    "(1 - control), the control being the same attack on the holdout; it can be negative by "
    "chance. Intervals come from drawing train and holdout people anew (families whole); the "
    "artificial panel is the one to be released and stays. The control of the finding is one half "
    "of the holdout against the other. Where the attack does no better on train than guessing, "
    "it says nothing, and nothing is passed."
)


def drawn(comparison: Comparison, attack: str, most: int) -> tuple[Panel, Panel]:
    """Return train and holdout, each reduced at random to at most so many people."""
    found = []
    for name in ("train", "holdout"):
        people: Panel = getattr(comparison, name)
        if people.n_individuals > most:
            rng = comparison.rng(attack, "targets", name)
            chosen = rng.choice(people.n_individuals, most, replace=False)
            people = people.take_individuals(np.sort(chosen))
        found.append(people)
    return found[0], found[1]


def whom(comparison: Comparison, n_train: int, n_holdout: int) -> str:
    """Say who was attacked."""
    sizes = comparison.sizes()
    return (
        f"{n_train} of {sizes.train} people in train and {n_holdout} of {sizes.holdout} in the "
        "holdout were attacked, drawn at random where not all; everyone artificial was used."
    )


def rates_table(attack: str, rows: Sequence[tuple[str, Rate, Rate, float]]) -> Table:
    """Show success on train and on the holdout beside guessing, and the residual risk."""
    cells: list[list[Cell]] = [
        [
            name,
            _shown(on_train.estimate()),
            _shown(on_holdout.estimate()),
            f"{guess:.3g}",
            _shown(residual(on_train, on_holdout)),
        ]
        for name, on_train, on_holdout, guess in rows
    ]
    return Table(
        id=f"{attack}.rates",
        title="Success of attempts",
        columns=["what", "on train", "on the holdout", "by guessing", "residual risk"],
        rows=cells,
    )


def _shown(found: Estimate) -> str:
    if found.value is None:
        return "not known"
    if found.low is None or found.high is None:
        return f"{found.value:.3f}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
