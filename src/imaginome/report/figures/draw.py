"""Figures of results as plotly specifications: plain data, colours as tokens.

A specification has ``data`` and ``layout`` as plotly wants them, ``narrow`` (changes of the
layout for a phone) and ``wide`` (the same keys for a wide page). `painted` in ``palette`` turns
the tokens into the colours of a theme.
"""

from __future__ import annotations

import html
import math
from typing import Any

from imaginome.report.figures.heatmaps import heatmaps
from imaginome.report.figures.traces import bars, curves
from imaginome.results import Figure, Series

Spec = dict[str, Any]
FONT = 'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif'


def specification(figure: Figure) -> Spec:
    """Return the plotly specification of a figure.

    Parameters
    ----------
    figure
        Any figure of a metric or an attack; series without points are left out.

    Returns
    -------
    dict
        ``data``, ``layout``, ``wide``, ``narrow``; ``data`` is empty where nothing can be drawn.
    """
    figure = cleaned(figure)
    if figure.kind in ("heatmaps", "rows"):
        return heatmaps(figure, _layout(figure))
    data = bars(figure) if figure.kind == "bars" else curves(figure)
    layout = _layout(figure)
    if figure.kind == "bars":
        layout |= {"barmode": "group", "bargap": 0.25, "bargroupgap": 0.08}
    rows = len({y for s in figure.series for y in s.y if isinstance(y, str)})
    if figure.kind == "points" and rows:
        layout["height"] = max(layout["height"], 130 + 26 * rows)
        layout["yaxis"]["dtick"] = 1
    if figure.kind == "points" and layout["xaxis"]["type"] == "category":
        layout |= {"scattermode": "group", "scattergap": 0.6}
        layout["yaxis"] |= _reach(figure)
    names = sum(1 for trace in data if trace.get("showlegend", True))
    layout["showlegend"] = names > 1 or figure.kind != "bars"
    narrow = {"height": layout["height"] - 40 + 18 * max(0, names - 3)}
    return {"data": data, "layout": layout, "wide": {"height": layout["height"]}, "narrow": narrow}


def plain(text: str) -> str:
    """Escape text for plotly, which reads a subset of HTML in names and labels."""
    return html.escape(text, quote=False)


def rounded(value: float | str | None) -> float | str | None:
    """Round to seven significant digits, and turn what is not finite into None."""
    if value is None or isinstance(value, str):
        return None if value is None else plain(value)
    return float(f"{value:.7g}") if math.isfinite(value) else None


def cleaned(figure: Figure) -> Figure:
    """Escape texts, round numbers, and drop series that hold nothing."""
    series = [_cleaned_series(s) for s in figure.series if s.x and s.y]
    return figure.model_copy(
        update={
            "series": series,
            "x_label": plain(figure.x_label),
            "y_label": plain(figure.y_label),
        }
    )


def _cleaned_series(series: Series) -> Series:
    def column(values: list[Any] | None) -> list[Any] | None:
        return None if values is None else [rounded(v) for v in values]

    changes: dict[str, Any] = {
        name: column(getattr(series, name)) for name in ("x", "y", "low", "high")
    }
    if series.z is not None:
        changes["z"] = [column(row) for row in series.z]
    changes |= {"name": plain(series.name), "group": plain(series.group)}
    return series.model_copy(update=changes)


def _layout(figure: Figure) -> Spec:
    layout: Spec = {
        "height": 420,
        "margin": {"l": 64, "r": 20, "t": 16, "b": 52},
        "paper_bgcolor": "@paper",
        "plot_bgcolor": "@paper",
        "font": {"family": FONT, "size": 13, "color": "@text"},
        "xaxis": axis(figure.x_label, _columns(figure, "x", "x_low"), figure.x_log),
        "yaxis": axis(figure.y_label, _columns(figure, "y", "low"), figure.y_log),
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "xanchor": "left"},
        "hovermode": "x unified" if figure.kind == "lines" else "closest",
        "hoverlabel": {"font": {"family": FONT, "size": 12}},
        "dragmode": "zoom",
    }
    return layout


def _columns(figure: Figure, *names: str) -> list[list[Any]]:
    """Return the values along an axis, lower ends of intervals among them."""
    return [getattr(s, name, None) or [] for s in figure.series for name in names]


def _reach(figure: Figure) -> Spec:
    """Return the range of values and intervals: points beside each other would begin at zero."""
    columns = [column for s in figure.series for column in (s.y, s.low or [], s.high or [])]
    values = [v for column in columns for v in column if isinstance(v, int | float)]
    if figure.y_log or not values:
        return {}
    margin = 0.06 * (max(values) - min(values)) or 0.5
    return {"range": [min(values) - margin, max(values) + margin]}


def axis(label: str, columns: list[list[Any]], log: bool) -> Spec:
    """Return an axis: a category axis when any value is text, else linear or logarithmic."""
    texts = any(isinstance(v, str) for column in columns for v in column)
    kind = "category" if texts else "log" if log else "linear"
    spec: Spec = {
        "title": {"text": label, "standoff": 10},
        "type": kind,
        "gridcolor": "@grid",
        "linecolor": "@axis",
        "tickcolor": "@axis",
        "zerolinecolor": "@grid",
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
        "automargin": True,
    }
    numbers = [v for column in columns for v in column if v is not None]
    if kind == "linear" and numbers and min(numbers) == max(numbers) == 0:
        spec["rangemode"] = "nonnegative"
    if kind == "log":
        spec |= {"exponentformat": "power", "minor": {"ticks": "outside"}}
        spec["dtick"] = "D2" if _decades(columns) < 2 else 1
    return spec


def _decades(columns: list[list[Any]]) -> float:
    """Return over how many powers of ten positive values reach."""
    values = [v for column in columns for v in column if isinstance(v, float | int) and v > 0]
    return math.log10(max(values) / min(values)) if values else 0.0
