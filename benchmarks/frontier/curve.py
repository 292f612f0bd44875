"""The rule: what lies beyond the curve of mosaics, and by how much.

Mosaics trade realism for copying. Whoever mixes people of two mosaics gets both, in proportion:
the attack on segments is a mean over artificial people, and no classifier knows a mixture better
than, on average, its parts. So every point on the straight line between two mosaics can be had
by copying, and the curve to beat is the lower convex hull of the mosaics, made monotone: whoever
may copy more need not be less real. For linkage and privacy loss, which do not mix exactly so,
the line is a rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from imaginome.arrays import Float64s

Standing = Literal["beyond", "undecided", "not beyond"]


@dataclass(frozen=True, eq=False)
class Curve:
    """Corners of the curve: copying ascending, error descending; ``float64`` of one length."""

    copying: Float64s
    error: Float64s

    @classmethod
    def of(cls, copying: Sequence[float], error: Sequence[float]) -> Curve:
        """Return the lower left convex hull of mosaics.

        Parameters
        ----------
        copying, error
            One a mosaic, in any order; less is better in both. At least one.
        """
        corners: list[tuple[float, float]] = []
        for point in sorted(zip(copying, error, strict=True)):
            if corners and point[1] >= corners[-1][1]:
                continue
            while len(corners) > 1 and not _turns_left(corners[-2], corners[-1], point):
                corners.pop()
            corners.append(point)
        hull = np.array(corners, dtype=np.float64)
        return cls(hull[:, 0], hull[:, 1])

    def error_at(self, copying: float) -> float:
        """Return the least error that copying so much buys.

        Left of all mosaics it is the error of the one that copies least, which is more than
        any mosaic there could have: nothing is claimed where no mosaic was measured.
        """
        return float(np.interp(copying, self.copying, self.error))

    def copying_at(self, error: float) -> float | None:
        """Return how much must be copied for an error so small; None where no copying buys it."""
        if error < self.error[-1]:
            return None
        return float(np.interp(-error, -self.error, self.copying))

    def margin(self, copying: float, error: float) -> float:
        """Return how much smaller an error is than that of the curve at equal copying."""
        return self.error_at(copying) - error


def _turns_left(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) > (b[1] - a[1]) * (c[0] - b[0])


@dataclass(frozen=True)
class Margin:
    """Margins of one model over the curve, one a seed, each over the curve of that seed.

    Attributes
    ----------
    values
        Positive where the model lies beyond.
    needed
        Mean copying of mosaics that are as real; None where no mosaic is, at any seed.
    """

    values: tuple[float, ...]
    needed: float | None = None

    @property
    def mean(self) -> float:
        """Mean over seeds."""
        return float(np.mean(self.values))

    @property
    def least(self) -> float:
        """Least of all seeds."""
        return min(self.values)

    @property
    def standing(self) -> Standing:
        """Say whether every seed agrees."""
        if self.least > 0:
            return "beyond"
        return "not beyond" if max(self.values) <= 0 else "undecided"


def margin_over(
    curves: Sequence[Curve], copying: Sequence[float], error: Sequence[float]
) -> Margin:
    """Compare one model with the curve at every seed; all three have one entry a seed."""
    points = list(zip(curves, copying, error, strict=True))
    values = tuple(curve.margin(c, e) for curve, c, e in points)
    needed = [curve.copying_at(e) for curve, _, e in points]
    reached = [copied for copied in needed if copied is not None]
    whole = len(reached) == len(needed)
    return Margin(values, float(np.mean(reached)) if whole else None)


def overall(margins: Sequence[Margin]) -> Standing:
    """Return the standing of a model: beyond where it is beyond in everything."""
    standings = {margin.standing for margin in margins}
    return standings.pop() if len(standings) == 1 else _mixed(standings)


def _mixed(standings: set[Standing]) -> Standing:
    return "not beyond" if "not beyond" in standings else "undecided"
