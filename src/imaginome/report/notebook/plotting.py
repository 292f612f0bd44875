"""Figures of results: as plotly objects, and as small still pictures in a notebook."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeGuard

from markupsafe import Markup

from imaginome.display import card, folded, line, table
from imaginome.report.figures.draw import plain, specification
from imaginome.report.figures.heatmaps import merged
from imaginome.report.figures.palette import LIGHT, PALETTES, TOKENS, painted
from imaginome.results import Audit, Evaluation, Figure, Result, Series
from imaginome.results.wording import cell, number

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure


# -- Plotly objects, for notebooks and papers ------------------------------------------------------


Theme = Literal["light", "dark"]
PAPER = {"light": "#ffffff", "dark": "#12161b"}
PLOTLY = "application/vnd.plotly.v1+json"
ROWS = 10


def figures(result: Result) -> dict[str, Figure]:
    """Return all figures of a result by id, in order.

    Parameters
    ----------
    result
        An evaluation, an audit, or what one metric or attack found.
    """
    if isinstance(result, Evaluation):
        parts: list[Any] = list(result.metrics)
    elif isinstance(result, Audit):
        parts = list(result.attacks)
    else:
        parts = [result]
    return {figure.id: figure for part in parts for figure in getattr(part, "figures", [])}


def figure(result: Result, id: str = "", *, theme: Theme = "light") -> PlotlyFigure:  # noqa: A002
    """Return a figure as a plotly object.

    Parameters
    ----------
    result
        A figure, or any result that holds some.
    id
        Which of them, see `figures`; the first when empty.
    theme
        Colours for a light or a dark page.

    Returns
    -------
    plotly.graph_objects.Figure
        It can be changed and saved like any other.

    Raises
    ------
    KeyError
        When the result has no such figure; names those that it has.
    """
    from plotly.graph_objects import Figure as PlotlyFigure

    spec = painted(_titled(_chosen(result, id), theme), PALETTES[theme])
    return PlotlyFigure(data=spec["data"], layout=spec["layout"])


def mime_bundle(drawn: Figure) -> dict[str, Any]:
    """Return what a notebook shows of a figure: plotly where it can, else a table."""
    return {
        PLOTLY: json.loads(figure(drawn).to_json()),
        "text/html": figure_card(drawn),
        "text/plain": f"{drawn.title} ({drawn.id})",
    }


def figure_card(drawn: Figure) -> str:
    """Return title, reading, a still picture and the first numbers of a figure as HTML."""
    rows = [
        (series.name, cell(x), cell(y))
        for series in drawn.series
        for x, y in list(zip(series.x, series.y, strict=False))[:ROWS]
    ]
    numbers = folded("numbers", table(("", drawn.x_label, drawn.y_label), rows[: 4 * ROWS]))
    reading = line(drawn.reading, dim=True)
    return str(card(drawn.title, drawn.id, reading, sketch(drawn), numbers))


def _chosen(result: Result, id: str) -> Figure:  # noqa: A002
    if isinstance(result, Figure):
        return result
    known = figures(result)
    if not known or (id and id not in known):
        names = ", ".join(known) or "none at all"
        raise KeyError(f"no figure '{id}'; there is: {names}")
    return known[id or next(iter(known))]


def _titled(drawn: Figure, theme: Theme) -> dict[str, Any]:
    """Return the specification with a title, and room for it, on solid paper."""
    spec = specification(drawn)
    height = spec["layout"].get("height", 420) + 60
    head = {
        "title": {
            "text": plain(drawn.title),
            "x": 0,
            "xref": "paper",
            "y": 0.98,
            "yref": "container",
        },
        "margin": {"t": 90},
        "height": height,
        "paper_bgcolor": PAPER[theme],
        "plot_bgcolor": PAPER[theme],
    }
    return {"data": spec["data"], "layout": merged(spec["layout"], head)}


# -- A small still picture in SVG ------------------------------------------------------------------
# It stands where nothing may run and plotly does not draw: lines, points and bars over their first
# axes, without zoom or hover. It is inert: shapes and escaped text only. Heat maps are left to
# plotly.


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
