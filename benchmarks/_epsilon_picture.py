"""The picture of the curves: errors against epsilon, and against the size of the panel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks._drawing import Line, Mark, Point, Words, disc, text_width
from benchmarks._epsilon_points import MEASURES
from benchmarks._epsilon_result import Curves, told
from imaginome.report.palette import LIGHT

WIDTH = 1180
CHART, LEFT, TOP, GAP_X, GAP_Y = (470, 250), 80, 110, 110, 110
INK, TEXT, GRID = LIGHT["@group"][0], LIGHT["@text"], LIGHT["@grid"]
COLOURS = (*(c for c in LIGHT["@group"][1:] if c != LIGHT["@real"]), INK)
SHOWN = ("frequency.mae", "linkage.mae")
TICKS = [m * 10.0**k for k in range(-5, 2) for m in (1, 2, 5)]


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
    facts = f"dashed: real people, the ceiling; means of {curves.seeds} seeds; lower is better"
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
    title = f"{MEASURES[measure]}, {real.title}, {real.people:,} people, against epsilon"
    return chart(corner, title, [told(e) for e in epsilons], courses, real.ceiling(measure))


def _grown(curves: Curves, measure: str, corner: Point) -> list[Mark]:
    """Return the chart against people, a line an epsilon, for the generator of least error."""
    first = curves.grown[0]
    model = best(curves, measure)
    courses = [
        Course(_named(e), tuple(one.mean(model, e, measure) for one in curves.grown))
        for e in first.epsilons()
    ]
    ceiling = curves.grown[-1].ceiling(measure)
    names = [f"{one.people:,}" for one in curves.grown]
    title = f"{MEASURES[measure]}, {model}, simulated, against people"
    return chart(corner, title, names, courses, ceiling)


def _named(epsilon: float | None) -> str:
    return told(epsilon) if epsilon is None else f"epsilon {told(epsilon)}"


def best(curves: Curves, measure: str) -> str:
    """Return the generator of least error at epsilon 3, or the middle one, on the largest panel."""
    last = curves.grown[-1]
    epsilons = last.epsilons()
    epsilon = 3.0 if 3.0 in epsilons else epsilons[len(epsilons) // 2]
    return min(last.models(), key=lambda model: last.mean(model, epsilon, measure))


def chart(
    corner: Point, title: str, places: Sequence[str], courses: Sequence[Course], ceiling: float
) -> list[Mark]:
    """Return one chart with a logarithmic scale, whose lower left corner is given."""
    left, bottom = corner
    known = [v for course in courses for v in course.values if v > 0] + [ceiling]
    low, high = math.log(min(known)) - 0.15, math.log(max(known)) + 0.15

    def at(place: int, value: float) -> Point:
        share = (math.log(max(value, 1e-9)) - low) / (high - low)
        across = CHART[0] * (place + 0.5) / len(places)
        return left + across, bottom - share * CHART[1]

    marks: list[Mark] = [Words((left, bottom - CHART[1] - 14), title, INK, 14)]
    for tick in TICKS:
        if low <= math.log(tick) <= high:
            y = at(0, tick)[1]
            marks.append(Line(((left, y), (left + CHART[0], y)), GRID))
            marks.append(Words((left - 8, y + 4), f"{tick:g}", TEXT, 12, "end"))
    for i, place in enumerate(places):
        marks.append(Words((at(i, ceiling)[0], bottom + 20), place, TEXT, 12, "middle"))
    y = at(0, ceiling)[1]
    marks.append(Line(((left, y), (left + CHART[0], y)), LIGHT["@real"], 1.5, dashed=True))
    for i, course in enumerate(courses):
        marks += _course(course, [at(j, v) for j, v in enumerate(course.values)], i)
    return marks + _legend(courses, (left, bottom + 44))


def _course(course: Course, path: list[Point], index: int) -> list[Mark]:
    colour = COLOURS[index % len(COLOURS)]
    return [Line(tuple(path), colour, 2), *(disc(point, 3.5, colour) for point in path)]


def _legend(courses: Sequence[Course], corner: Point) -> list[Mark]:
    marks: list[Mark] = []
    x, y = corner
    for i, course in enumerate(courses):
        marks.append(disc((x + 4, y - 4), 4, COLOURS[i % len(COLOURS)]))
        marks.append(Words((x + 13, y), course.name, TEXT, 12))
        x += text_width(course.name, 12) + 28
    return marks
