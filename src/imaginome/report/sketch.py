"""A figure as a small still picture in SVG: where nothing may run and plotly does not draw.

Lines, points and bars over their first axes, without zoom or hover. It is inert: shapes and escaped
text only. Heat maps are left to plotly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeGuard

from markupsafe import Markup

from imaginome.report.palette import LIGHT, TOKENS
from imaginome.report.wording import number
from imaginome.results import Figure, Series

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 64
TICKS = 4
NAMED = 6
Place = Callable[[float], float]


def sketch(figure: Figure) -> Markup:
    """Return the picture of a figure, or nothing where it has no numbers on two axes."""
    series = [s for s in figure.series if s.x and s.y and s.z is None]
    points = [_points(s, figure) for s in series]
    flat = [point for part in points for point in part]
    if not flat or figure.kind not in ("lines", "points"):
        return Markup("")
    across = _scale([x for x, _ in flat], figure.x_log, LEFT, WIDTH - RIGHT)
    up = _scale([y for _, y in flat], figure.y_log, HEIGHT - BOTTOM, TOP)
    shapes = [
        _shape(figure.kind, s, [(across(x), up(y)) for x, y in part])
        for s, part in zip(series, points, strict=True)
    ]
    ticks = _ticks([x for x, _ in flat], figure.x_log, across, level=True)
    ticks += _ticks([y for _, y in flat], figure.y_log, up, level=False)
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" role="img" style="max-width:100%">'
        '<title>{}</title><g fill="currentColor" font-size="11">{}{}</g>{}</svg>'
    ).format(
        WIDTH, HEIGHT, WIDTH, figure.title, ticks, _names(figure, series), Markup("").join(shapes)
    )


def _points(series: Series, figure: Figure) -> list[tuple[float, float]]:
    """Return what can be placed: numbers, positive ones on logarithmic axes."""
    return [
        (x, y)
        for x, y in zip(series.x, series.y, strict=False)
        if _placed(x, figure.x_log) and _placed(y, figure.y_log)
    ]


def _placed(value: object, log: bool) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value) and (value > 0 or not log)


def _scale(values: Sequence[float], log: bool, first: float, last: float) -> Place:
    """Return the map from a value to its place between `first` and `last`."""
    moved: Callable[[float], float] = math.log10 if log else float
    low, high = moved(min(values)), moved(max(values))
    width = high - low or 1.0
    return lambda value: first + (last - first) * (moved(value) - low) / width


def _shape(kind: str, series: Series, places: list[tuple[float, float]]) -> Markup:
    colour = LIGHT[TOKENS[series.role]]
    if kind == "points":
        dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="{}" fill-opacity="0.7"/>')
        return Markup("").join(dot.format(x, y, colour) for x, y in places)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dash = Markup(' stroke-dasharray="3 3"') if series.role in ("train", "baseline") else ""
    line = Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="2"{}/>')
    return line.format(path, colour, dash)


def _ticks(values: Sequence[float], log: bool, place: Place, *, level: bool) -> Markup:
    low, high = min(values), max(values)
    steps = [i / TICKS for i in range(TICKS + 1)]
    if log:
        marks = [low ** (1 - step) * high**step for step in steps]
    else:
        marks = [low + (high - low) * step for step in steps]
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    if level:
        bottom = HEIGHT - BOTTOM + 16
        return Markup("").join(text.format(place(v), bottom, "middle", number(v)) for v in marks)
    return Markup("").join(text.format(LEFT - 8, place(v) + 4, "end", number(v)) for v in marks)


def _names(figure: Figure, series: Sequence[Series]) -> Markup:
    """Name the axes, and the series in their colours."""
    axes = Markup('<text x="{}" y="{}">{} against {}</text>').format(
        LEFT, HEIGHT - BOTTOM + 34, figure.y_label, figure.x_label
    )
    name = Markup('<tspan fill="{}" dx="12">{}</tspan>')
    shown = [name.format(LIGHT[TOKENS[s.role]], s.name) for s in series[:NAMED]]
    legend = Markup('<text x="{}" y="{}">{}</text>').format(
        LEFT - 12, HEIGHT - BOTTOM + 52, Markup("").join(shown)
    )
    return axes + legend
