"""All scores together: means and ranges over seeds, curves, margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.frontier.axes import ALL, COPYING, LONGEST, LOSS, REALISM, SITEWISE, Axis
from benchmarks.frontier.curve import Curve, Margin, Standing, margin_over, overall
from benchmarks.frontier.scores import Score
from benchmarks.shared.points import Kind


@dataclass(frozen=True)
class Spread:
    """Mean over seeds, least and greatest."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Summarise one value a seed."""
        return cls(float(np.mean(values)), min(values), max(values))


@dataclass(frozen=True)
class Group:
    """One point at all seeds, in the order of seeds."""

    scores: tuple[Score, ...]

    @property
    def name(self) -> str:
        """Name of the point."""
        return self.scores[0].name

    @property
    def kind(self) -> Kind:
        """What made it."""
        return self.scores[0].kind

    @property
    def length(self) -> float | None:
        """Mean length of pieces (sites), of a mosaic."""
        return self.scores[0].length

    def on(self, axis: Axis) -> list[float]:
        """Return one value a seed."""
        return [axis.of(score) for score in self.scores]

    def spread(self, axis: Axis) -> Spread:
        """Return mean and range over seeds."""
        return Spread.of(self.on(axis))

    def seconds(self, stage: str) -> float | None:
        """Return the mean seconds of a stage; None where there was none."""
        times = [score.seconds[stage] for score in self.scores if stage in score.seconds]
        return float(np.mean(times)) if times else None


@dataclass(frozen=True)
class Frontier:
    """The frontier on one panel.

    Attributes
    ----------
    panel
        Name of the panel.
    groups
        Points: mosaics (at least one), published sets, models.
    """

    panel: str
    groups: tuple[Group, ...]

    @property
    def seeds(self) -> list[int]:
        """Seeds in order."""
        return [score.seed for score in self.groups[0].scores]

    @property
    def first(self) -> Score:
        """A score: its sizes are those of all."""
        return self.groups[0].scores[0]

    @property
    def machine(self) -> str:
        """On what the points were measured, and when."""
        machines = {score.machine for group in self.groups for score in group.scores}
        return "; ".join(sorted(machines))

    def of_kind(self, kind: Kind) -> list[Group]:
        """Return the points of one kind; mosaics by the length of their pieces."""
        groups = [group for group in self.groups if group.kind == kind]
        return sorted(groups, key=lambda group: group.length or 0.0)

    def real(self, axis: Axis) -> Spread:
        """Return what real people reach."""
        return Spread.of([axis.real(score) for score in self.of_kind("mosaic")[0].scores])

    def mean_curve(self, copying: Axis, realism: Axis) -> Curve:
        """Return the curve through the means over seeds, for the picture."""
        mosaics = self.of_kind("mosaic")
        x, y = ([group.spread(axis).mean for group in mosaics] for axis in (copying, realism))
        return Curve.of(x, y)

    def curves(self, copying: Axis, realism: Axis) -> list[Curve]:
        """Return the curve of each seed."""
        mosaics = self.of_kind("mosaic")
        x, y = ([group.on(axis) for group in mosaics] for axis in (copying, realism))
        places = range(len(self.seeds))
        return [Curve.of([c[i] for c in x], [e[i] for e in y]) for i in places]

    def margin(self, group: Group, copying: Axis, realism: Axis) -> Margin:
        """Compare a model with the curve of each seed."""
        curves = self.curves(copying, realism)
        return margin_over(curves, group.on(copying), group.on(realism))

    def standing(self, group: Group) -> Standing:
        """Judge a model in all four pictures."""
        return overall([self.margin(group, c, r) for c in COPYING for r in REALISM])

    def as_data(self) -> dict[str, Any]:
        """Return everything that the page and the picture show, JSON-ready."""
        first = self.first
        return {
            "panel": self.panel,
            "individuals": first.individuals,
            "sites": first.sites,
            "machine": self.machine,
            "seeds": self.seeds,
            "axes": {axis.id: axis.title for axis in ALL},
            "real": {axis.id: asdict(self.real(axis)) for axis in ALL},
            "points": [self._point(group) for group in self.groups],
        }

    def _point(self, group: Group) -> dict[str, Any]:
        point: dict[str, Any] = {
            "name": group.name,
            "kind": group.kind,
            "length": group.length,
            "values": {axis.id: group.on(axis) for axis in ALL},
            "seconds": {stage: group.seconds(stage) for stage in ("fit", "draw", "judge")},
        }
        if group.kind == "model":
            point["standing"] = self.standing(group)
            point["margins"] = [
                {"copying": c.id, "realism": r.id, **asdict(self.margin(group, c, r))}
                for r in REALISM
                for c in (LONGEST, SITEWISE, LOSS)
            ]
        return point
