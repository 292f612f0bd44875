"""Figures of results as plotly objects, for notebooks and papers; the same as on the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from imaginome.display import card, folded, line, table
from imaginome.report.figures import plain, specification
from imaginome.report.heatmaps import merged
from imaginome.report.palette import PALETTES, painted
from imaginome.report.sketch import sketch
from imaginome.report.wording import cell
from imaginome.results import Audit, Evaluation, Figure, Result

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as PlotlyFigure

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
