"""Lines, points and bars as plotly traces."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from imaginome.report.figures.palette import DASHES, GROUP_DASHES, MARKERS, PATTERNS, TOKENS
from imaginome.report.figures.series import SetSeries
from imaginome.results import Figure, Series

Trace = dict[str, Any]
ROLE_WORDS = re.compile(r"\b(artificial|real|holdout|hold-out|train|training|ceiling)\b", re.I)
MARKED_POINTS = 16


def curves(figure: Figure) -> list[Trace]:
    """Return the traces of lines or points: bands first, then the diagonal, then the series."""
    # Series of sets have colours of their own: real people beside them keep theirs.
    sets = any(isinstance(s, SetSeries) for s in figure.series)
    groups = [None] * len(figure.series) if sets else grouping(figure.series)
    bands = [t for s, g in zip(figure.series, groups, strict=True) for t in _band(figure, s, g)]
    lines = [_curve(figure, s, g) for s, g in zip(figure.series, groups, strict=True)]
    return [*bands, *diagonal(figure), *lines]


def bars(figure: Figure) -> list[Trace]:
    """Return one bar trace a series, with its interval as error bars."""
    traces = []
    for series in figure.series:
        colour = TOKENS[series.role]
        trace: Trace = {
            "type": "bar",
            "name": series.name,
            "x": series.x,
            "y": series.y,
            "marker": {
                "color": colour,
                "line": {"color": colour, "width": 1},
                "pattern": {"shape": PATTERNS[series.role], "size": 5, "solidity": 0.35},
            },
        }
        if series.group:
            trace["meta"] = {"group": series.group}
        errors = _errors(series)
        if errors:
            trace["error_y"] = errors | {"color": "@text"}
        traces.append(trace)
    return traces


def grouping(series: list[Series]) -> list[int | None]:
    """Number the groups (for example populations) when several series share a role.

    Series that differ only in a word for their role ("AFR artificial", "AFR real") are one
    group: one colour, told apart by the line. None for all where each role occurs once.
    """
    counts = Counter(TOKENS[s.role] for s in series)
    if max((n for token, n in counts.items() if token != "@neutral"), default=0) < 2:
        # Several neutral series are no groups; they only need colours of their own.
        many = counts["@neutral"] > 1
        return [4 + i if many and s.role == "neutral" else None for i, s in enumerate(series)]
    names = [" ".join(ROLE_WORDS.sub(" ", s.name).split()).strip(" ,:;()-") for s in series]
    order = list(dict.fromkeys(names))
    if len(order) == len(series):
        return [None if counts[TOKENS[s.role]] < 2 else i for i, s in enumerate(series)]
    return [order.index(name) for name in names]


def diagonal(figure: Figure, axes: str = "") -> list[Trace]:
    """Return the line of equality over the range of the data, if the figure wants one."""
    columns = [v for s in figure.series for v in (*s.x, *s.y)]
    numbers = [v for v in columns if isinstance(v, float | int)]
    if not figure.diagonal or len(numbers) < len([v for v in columns if v is not None]):
        return []
    if figure.x_log or figure.y_log:
        numbers = [v for v in numbers if v > 0]
    if not numbers:
        return []
    ends = [min(numbers), max(numbers)]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "equal",
            "x": ends,
            "y": ends,
            "xaxis": f"x{axes}",
            "yaxis": f"y{axes}",
            "line": {"color": "@baseline", "width": 1.5, "dash": "dash"},
            "hoverinfo": "skip",
            "showlegend": False,
            "meta": {"aux": True},
        }
    ]


def _curve(figure: Figure, series: Series, group: int | None) -> Trace:
    colour = _colour(series, group)
    dashes = DASHES if group is None else GROUP_DASHES
    short = len(series.x) <= MARKED_POINTS
    mode = "markers" if figure.kind == "points" else "lines+markers" if short else "lines"
    trace: Trace = {
        "type": "scatter",
        "mode": mode,
        "name": series.name,
        "x": series.x,
        "y": series.y,
        "line": {"color": colour, "width": 2.2, "dash": dashes[series.role]},
        "marker": {"color": colour, "size": 7, "symbol": MARKERS[series.role]},
    }
    if figure.kind == "points" and len(series.x) > 200:
        trace["marker"] |= {"size": 5, "opacity": 0.6}
    if group is not None:
        trace["legendgroup"] = f"group{group}"
    if series.group:
        trace["meta"] = {"group": series.group}
    errors = _errors(series) if figure.kind == "points" else None
    if errors:
        trace["error_y"] = errors | {"color": colour}
    return trace | _as_set(figure, series, trace) if isinstance(series, SetSeries) else trace


def _as_set(figure: Figure, series: SetSeries, trace: Trace) -> Trace:
    """Return what makes a curve that of its set, whatever else is drawn."""
    changes: Trace = {
        "line": trace["line"] | {"color": series.colour, "dash": series.dash},
        "marker": trace["marker"] | {"color": series.colour, "symbol": series.symbol, "size": 9},
        "legendgroup": f"set{series.place}",
    }
    if "error_y" in trace:
        changes["error_y"] = trace["error_y"] | {"color": series.colour}
    if figure.kind == "points" and series.x_low and series.x_high:
        ends = zip(series.x, series.x_low, series.x_high, strict=True)
        arms = [(x, low, high) for x, low, high in ends if isinstance(x, float)]
        changes["error_x"] = {
            "type": "data",
            "symmetric": False,
            "array": [None if high is None else high - x for x, _, high in arms],
            "arrayminus": [None if low is None else x - low for x, low, _ in arms],
            "color": series.colour,
            "thickness": 1.2,
            "width": 3,
        }
    return changes


def _band(figure: Figure, series: Series, group: int | None) -> list[Trace]:
    """Return the interval of a line as two invisible lines with a fill between them."""
    if figure.kind != "lines" or series.low is None or series.high is None:
        return []
    low, high = series.low, series.high
    if figure.y_log:
        floor = min((v for v in series.y if isinstance(v, float | int) and v > 0), default=1.0)
        low = [v if v is None else max(v, floor / 10) for v in low]
    told: Trace = {"aux": True} | ({"group": series.group} if series.group else {})
    shared: Trace = {
        "type": "scatter",
        "mode": "lines",
        "name": series.name,
        "x": series.x,
        "line": {"width": 0},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    if group is not None:
        shared["legendgroup"] = f"group{group}"
    fill = {"fill": "tonexty", "fillcolor": f"{TOKENS[series.role]}/band"}
    return [
        {**shared, "y": high, "meta": {**told, "high": series.name}},
        {**shared, "y": low, "meta": {**told, "low": series.name}, **fill},
    ]


def _errors(series: Series) -> Trace | None:
    if series.low is None or series.high is None:
        return None
    up: list[float | None] = []
    down: list[float | None] = []
    for y, low, high in zip(series.y, series.low, series.high, strict=False):
        centre = y if isinstance(y, float | int) else None
        up.append(None if centre is None or high is None else high - centre)
        down.append(None if centre is None or low is None else centre - low)
    return {
        "type": "data",
        "symmetric": False,
        "array": up,
        "arrayminus": down,
        "thickness": 1.2,
        "width": 3,
    }


def _colour(series: Series, group: int | None) -> str:
    return TOKENS[series.role] if group is None else f"@group#{group}"
