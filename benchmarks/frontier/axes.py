"""The axes of the frontier: realism against copying; less is better on all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.frontier.scores import Score
from imaginome.errors import ComparisonError
from imaginome.results.gap import over


@dataclass(frozen=True)
class Axis:
    """One quantity of a score.

    Attributes
    ----------
    of, real
        What a score says of the point, and of real people: train against holdout.
    scale, ticks
        How it is drawn; of the ticks those within the data are shown.
    """

    id: str
    title: str
    short: str
    of: Callable[[Score], float]
    real: Callable[[Score], float]
    scale: Literal["linear", "log", "asinh"]
    ticks: tuple[float, ...]


def _stronger(values: dict[str, float]) -> float:
    return max(values["classifier.trees"], values["classifier.network"])


def _linkage(score: Score) -> float:
    multiple = over(score.values["linkage.mae"], score.ceiling["linkage.mae"])
    if multiple is None:
        raise ComparisonError(
            "real people have no error of LD", "the frontier needs a panel of more people"
        )
    return multiple


AUC = Axis(
    "auc",
    "classifier AUC, the stronger of trees and network",
    "AUC",
    lambda score: _stronger(score.values),
    lambda score: _stronger(score.ceiling),
    "linear",
    (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
)
LD = Axis(
    "ld",
    "LD r2 mean absolute error, multiple of the ceiling",
    "LD",
    _linkage,
    lambda score: 1.0,
    "log",
    (0.5, 1, 1.5, 2, 3, 5, 10, 20, 50),
)
LONGEST = Axis(
    "longest",
    "segment-copy AUC, longest run",
    "segment AUC",
    lambda score: score.values["segments.longest"],
    lambda score: 0.5,
    "linear",
    (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
)
SITEWISE = Axis(
    "sitewise",
    "segment copying site by site",
    "site by site",
    lambda score: score.values["segments.sitewise"],
    lambda score: 0.5,
    "linear",
    (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
)
LOSS = Axis(
    "loss",
    "privacy loss",
    "privacy loss",
    lambda score: score.values["privacy-loss.loss"],
    lambda score: 0.0,
    "asinh",
    (-0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1, 0.2, 0.5),
)
REALISM = (AUC, LD)
COPYING = (LONGEST, LOSS)
"""The axes of the picture and of the verdict; `SITEWISE` stands in the tables."""
ALL = (*REALISM, LONGEST, SITEWISE, LOSS)
