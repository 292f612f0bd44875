"""One chart of the frontier: scales, axes, and labels that stay out of each other's way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from benchmarks.frontier.axes import Axis
from benchmarks.shared.drawing import Anchor, Area, Line, Mark, Point, Words, text_width
from imaginome.report.figures.palette import LIGHT

TEXT, GRID, AXIS = LIGHT["@text"], LIGHT["@grid"], LIGHT["@axis"]
LABEL = 12.0
LINEAR_UP_TO = 0.02
"""An asinh scale is about linear to here and about logarithmic beyond."""
STEP = 4.0
"""Pixels between the small boxes that stand for a line when labels look for room."""
ROOM = 0.06
"""Share of a scale that is left free on both sides."""


def bent(axis: Axis, value: float) -> float:
    """Return a value on the scale of an axis, before it is stretched to pixels."""
    if axis.scale == "log":
        return math.log(max(value, 1e-3))
    return math.asinh(value / LINEAR_UP_TO) if axis.scale == "asinh" else value


@dataclass(frozen=True)
class Scale:
    """From values of an axis to pixels."""

    axis: Axis
    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, axis: Axis, values: Iterable[float], start: float, end: float) -> Scale:
        """Return the scale on which all values have a place, with room on both sides."""
        placed = [bent(axis, value) for value in values]
        room = ROOM * ((max(placed) - min(placed)) or 1.0)
        return cls(axis, min(placed) - room, max(placed) + room, start, end)

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (bent(self.axis, value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Return the ticks within the scale."""
        return [tick for tick in self.axis.ticks if self.low <= bent(self.axis, tick) <= self.high]


SIDES = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1))
"""Where a label is tried around its point, in this order."""
Box = tuple[float, float, float, float]


@dataclass
class Chart:
    """A chart under way: its marks, and the boxes that labels may not cover.

    Attributes
    ----------
    x, y
        Scales; pixels of `y` fall from start to end.
    """

    x: Scale
    y: Scale
    marks: list[Mark] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)

    def at(self, x: float, y: float) -> Point:
        """Return the place of a pair of values."""
        return self.x(x), self.y(y)

    def axes(self, title: str) -> None:
        """Draw the grid, ticks and titles."""
        left, right, bottom, top = self.x.start, self.x.end, self.y.start, self.y.end
        for tick in self.x.ticks():
            here = self.x(tick)
            self.marks.append(Line(((here, bottom), (here, top)), GRID))
            self.marks.append(Words((here, bottom + 18), f"{tick:g}", TEXT, LABEL, "middle"))
        for tick in self.y.ticks():
            here = self.y(tick)
            self.marks.append(Line(((left, here), (right, here)), GRID))
            self.marks.append(Words((left - 8, here + 4), f"{tick:g}", TEXT, LABEL, "end"))
        frame = ((left, top), (left, bottom), (right, bottom))
        self.marks.append(Line(frame, AXIS, 1.2))
        middle = ((left + right) / 2, (bottom + top) / 2)
        self.marks.append(Words((middle[0], bottom + 40), self.x.axis.title, TEXT, 13, "middle"))
        self.marks.append(
            Words((left - 46, middle[1]), self.y.axis.title, TEXT, 13, "middle", turned=True)
        )
        self.marks.append(Words((left, top - 10), title, LIGHT["@group"][0], 14))

    def shade(self, corners: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill what lies below and left of a curve (values, copying ascending)."""
        path = [self.at(*corner) for corner in corners]
        left, right, bottom = self.x.start, self.x.end, self.y.start
        around = [(left, path[0][1]), *path, (right, path[-1][1]), (right, bottom), (left, bottom)]
        self.marks.append(Area(tuple(around), colour))

    def whiskers(
        self, x: tuple[float, float, float], y: tuple[float, float, float], c: str
    ) -> None:
        """Draw the range over seeds (mean, low, high) in both directions."""
        self.path([self.at(x[1], y[0]), self.at(x[2], y[0])], c, 1.4)
        self.path([self.at(x[0], y[1]), self.at(x[0], y[2])], c, 1.4)

    def path(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw a line through pixels; labels keep clear of it."""
        self.marks.append(Line(tuple(points), colour, width))
        for a, b in pairwise(points):
            steps = max(1, math.ceil(math.dist(a, b) / STEP))
            for i in range(steps + 1):
                x, y = (u + i / steps * (v - u) for u, v in zip(a, b, strict=True))
                self.taken.append((x - 2, y - 2, x + 2, y + 2))

    def point(self, mark: Area) -> None:
        """Draw a point; labels keep clear of it."""
        self.marks.append(mark)
        xs, ys = zip(*mark.points, strict=True)
        self.taken.append((min(xs), min(ys), max(xs), max(ys)))

    def label(self, where: Point, text: str, colour: str, size: float = LABEL) -> None:
        """Write beside a point where there is room, with a thread to it from afar."""
        for distance in (9.0, 18.0, 30.0, 44.0, 60.0, 80.0):
            for dx, dy in SIDES:
                start = (where[0] + dx * distance, where[1] + dy * distance + size * 0.35)
                box, anchor = _box(start, text, size, dx)
                if self._free(box):
                    self._write(where, start, box, Words(start, text, colour, size, anchor))
                    return
        self.marks.append(Words((where[0] + 9, where[1]), text, colour, size))

    def _write(self, where: Point, start: Point, box: Box, words: Words) -> None:
        self.taken.append(box)
        if abs(start[0] - where[0]) > 20 or abs(start[1] - where[1]) > 26:
            near = (min(max(where[0], box[0]), box[2]), min(max(where[1], box[1]), box[3]))
            self.marks.append(Line((where, near), AXIS))
        self.marks.append(words)

    def _free(self, box: Box) -> bool:
        inside = self.x.start < box[0] and box[2] < self.x.end + 20
        inside &= self.y.end < box[1] and box[3] < self.y.start
        return inside and not any(_overlap(box, other) for other in self.taken)


def _box(start: Point, text: str, size: float, side: int) -> tuple[Box, Anchor]:
    """Return the room that a label takes, and how it is anchored."""
    anchors: dict[int, Anchor] = {1: "start", 0: "middle", -1: "end"}
    width = text_width(text, size)
    left = start[0] - {1: 0.0, 0: width / 2, -1: width}[side]
    return (left - 1, start[1] - size * 0.8, left + width + 1, start[1] + size * 0.25), anchors[
        side
    ]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
