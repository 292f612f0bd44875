"""The picture of the curves: errors against epsilon, and against the size of the panel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.epsilon.points import MEASURES, MIDDLE
from benchmarks.epsilon.result import Curves, told
from benchmarks.shared.drawing import Line, Mark, Point, Words, disc, text_width
from imaginome.report.figures.palette import LIGHT

WIDTH = 1180
CHART, LEFT, TOP, GAP_X, GAP_Y = (470, 250), 80, 110, 110, 110
INK, TEXT, GRID = LIGHT["@group"][0], LIGHT["@text"], LIGHT["@grid"]
COLOURS = (*(c for c in LIGHT["@group"][1:] if c != LIGHT["@real"]), INK)
FAR = 0.4
"""Share of the least error below which a ceiling is told in words."""
SHOWN = ("frequency.mae", "linkage.mae")


@dataclass(frozen=True)
class Course:
    """One line: a name and its values at the places of the chart."""

    name: str
    values: tuple[float, ...]


def height(curves: Curves) -> int:
    """Return the height of the picture: one row of charts, or two."""
    return TOP + (2 if curves.grown else 1) * (CHART[1] + GAP_Y)


def picture(curves: Curves) -> list[Mark]:
    """Return the marks of the whole picture."""
    marks: list[Mark] = [Words((LEFT, 40), "What a guarantee costs", INK, 22)]
    seeds = "one seed" if curves.seeds == 1 else f"means of {curves.seeds} seeds"
    facts = f"lower is better; dashed: the ceiling, real people beside real people; {seeds}"
    marks.append(Words((LEFT, 64), facts, TEXT, 13))
    for column, measure in enumerate(SHOWN):
        left = LEFT + column * (CHART[0] + GAP_X)
        marks += _real(curves, measure, (left, TOP + CHART[1]))
        if curves.grown:
            marks += _grown(curves, measure, (left, TOP + 2 * CHART[1] + GAP_Y))
    return marks


def _real(curves: Curves, measure: str, corner: Point) -> list[Mark]:
    """Return the chart against epsilon, a line a generator."""
    real = curves.real
    epsilons = real.epsilons()
    courses = [
        Course(model, tuple(real.mean(model, epsilon, measure) for epsilon in epsilons))
        for model in real.models()
    ]
    title = f"{MEASURES[measure]} against epsilon: {real.title}, {real.people:,} people"
    ceiling = (real.ceiling(measure),) * len(epsilons)
    return chart(corner, title, [told(e) for e in epsilons], courses, ceiling)


def _grown(curves: Curves, measure: str, corner: Point) -> list[Mark]:
    """Return the chart against people, a line an epsilon, for the generator of least error."""
    first = curves.grown[0]
    model = best(curves, measure)
    courses = [
        Course(_named(e), tuple(one.mean(model, e, measure) for one in curves.grown))
        for e in first.epsilons()
    ]
    ceiling = tuple(one.ceiling(measure) for one in curves.grown)
    names = [f"{one.people:,}" for one in curves.grown]
    title = f"{MEASURES[measure]} against people, simulated: {model}"
    return chart(corner, title, names, courses, ceiling)


def _named(epsilon: float | None) -> str:
    return told(epsilon) if epsilon is None else f"epsilon {told(epsilon)}"


def best(curves: Curves, measure: str) -> str:
    """Return the generator of least error at epsilon 3, or the middle one, on the largest panel."""
    last = curves.grown[-1]
    epsilons = last.epsilons()
    epsilon = MIDDLE if MIDDLE in epsilons else epsilons[len(epsilons) // 2]
    return last.best(epsilon, measure)


def chart(
    corner: Point,
    title: str,
    places: Sequence[str],
    courses: Sequence[Course],
    ceiling: Sequence[float],
) -> list[Mark]:
    """Return one chart with a logarithmic scale, whose lower left corner is given."""
    left, bottom = corner
    measured = [v for course in courses for v in course.values if v > 0] or [1.0]
    # A ceiling far below would press all lines together.
    near = [v for v in ceiling if v > FAR * min(measured)]
    known = [*measured, *near]
    low, high = math.log(min(known)) - 0.15, math.log(max(known)) + 0.15

    def at(place: int, value: float) -> Point:
        share = (math.log(max(value, 1e-9)) - low) / (high - low)
        across = CHART[0] * (place + 0.5) / len(places)
        return left + across, bottom - share * CHART[1]

    marks: list[Mark] = [Words((left, bottom - CHART[1] - 14), title, INK, 14)]
    for tick in ticks(math.exp(low), math.exp(high)):
        y = at(0, tick)[1]
        marks.append(Line(((left, y), (left + CHART[0], y)), GRID))
        marks.append(Words((left - 8, y + 4), f"{tick:g}", TEXT, 12, "end"))
    for i, place in enumerate(places):
        marks.append(Words((at(i, low)[0], bottom + 20), place, TEXT, 12, "middle"))
    path = tuple(at(i, value) for i, value in enumerate(ceiling) if near and value > 0)
    if ceiling and not near:
        below = f"ceiling: {ceiling[-1]:.2g}, below"
        marks.append(Words((left + CHART[0], bottom - 8), below, LIGHT["@real"], 12, "end"))
    marks += [Line(path, LIGHT["@real"], 1.5, dashed=True)] if len(path) > 1 else []
    for i, course in enumerate(courses):
        points = [at(j, value) if value > 0 else None for j, value in enumerate(course.values)]
        marks += _course(points, i, alone=places[-1] == told(None))
    return marks + _legend(courses, (left, bottom + 44))


def ticks(low: float, high: float) -> list[float]:
    """Return places for ticks of a logarithmic scale: few, but more than one."""
    for steps in ((1, 2, 5), (1, 1.5, 2, 3, 5, 7), (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 8)):
        candidates = [m * 10.0**k for k in range(-5, 2) for m in steps]
        inside = [tick for tick in candidates if low <= tick <= high]
        if len(inside) > 2:
            break
    return inside


def _course(path: Sequence[Point | None], index: int, *, alone: bool) -> list[Mark]:
    """Return a line through what was measured; the last dot stands apart where it is `alone`."""
    colour = COLOURS[index % len(COLOURS)]
    joined = tuple(point for point in (path[:-1] if alone else path) if point)
    lines = [Line(joined, colour, 2)] if len(joined) > 1 else []
    return [*lines, *(disc(point, 3.5, colour) for point in path if point)]


def _legend(courses: Sequence[Course], corner: Point) -> list[Mark]:
    marks: list[Mark] = []
    x, y = corner
    for i, course in enumerate(courses):
        marks.append(disc((x + 4, y - 4), 4, COLOURS[i % len(COLOURS)]))
        marks.append(Words((x + 13, y), course.name, TEXT, 12))
        x += text_width(course.name, 12) + 28
    return marks
