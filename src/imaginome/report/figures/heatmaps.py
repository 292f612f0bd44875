"""Heat maps side by side on common axes and one colour scale."""

from __future__ import annotations

import math
from collections import Counter
from statistics import median
from typing import Any

from imaginome.report.figures.traces import diagonal
from imaginome.results import Figure, Series

# -- Places of pictures in a figure ----------------------------------------------------------------


Spec = dict[str, Any]
GAP = 0.06
BAR_BELOW: Spec = {
    "margin": {"b": 110},
    "coloraxis": {
        "colorbar": {
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": 0,
            "ypad": 56,
            "yanchor": "top",
            "len": 0.8,
        }
    },
}
"""On a phone the colour scale lies below the pictures."""


def arranged(figure: Figure, panels: list[Series], columns: int) -> Spec:
    """Return domains, titles of panels and the height for a number of columns."""
    columns = max(1, min(columns, 3))
    rows = max(1, math.ceil(len(panels) / columns))
    gap_x, gap_y = GAP, 0.36 / rows if rows > 1 else 0.0
    width = (1 - gap_x * (columns - 1)) / columns
    height = (1 - gap_y * (rows - 1)) / rows
    out: Spec = {"height": 340 * rows + 80 if columns == 1 else 430 * rows, "annotations": []}
    for i, series in enumerate(panels):
        row, column = divmod(i, columns)
        left, top = column * (width + gap_x), 1 - row * (height + gap_y)
        end = suffix(i)
        out[f"xaxis{end}"] = {"domain": [round(left, 4), round(left + width, 4)]}
        out[f"yaxis{end}"] = {
            "domain": [round(max(0.0, top - height), 4), round(top, 4)],
            "showticklabels": column == 0,
            "title": {"text": "" if column else figure.y_label},
        }
        out["annotations"].append(_panel_title(series.name, left + width / 2, top))
    out["margin"] = {"l": 64, "r": 20, "t": 40, "b": 52}
    return out


def stacked(data: list[Spec], shared: Spec, panels: list[Series]) -> Spec:
    """Return pictures of alleles one below the other, in the colours of allele frequencies."""
    ticks = {"tickvals": [0, 0.5, 1], "ticktext": ["REF", "half", "ALT"]}
    bar: Spec = {"thickness": 12, "outlinewidth": 0, "len": 0.5, **ticks}
    shared |= {"coloraxis": {"colorscale": "@allele", "cmin": 0, "cmax": 1, "colorbar": bar}}
    shared |= {"dragmode": "zoom", "margin": {"l": 20, "r": 20, "t": 40, "b": 52}}
    count = len(panels)
    height, gap = (1 - 0.08 * (count - 1)) / max(count, 1), 0.08
    shared["annotations"] = []
    for i, series in enumerate(panels):
        end, top = suffix(i), 1 - i * (height + gap)
        shared[f"yaxis{end}"] |= {
            "domain": [round(max(0.0, top - height), 4), round(top, 4)],
            "showticklabels": False,
            "ticks": "",
            "fixedrange": True,
        }
        shared[f"yaxis{end}"].pop("matches", None)
        last = i == count - 1
        shared[f"xaxis{end}"] |= {"showticklabels": last, "ticks": "outside" if last else ""}
        if not last:
            shared[f"xaxis{end}"] |= {"title": {"text": ""}}
        shared["annotations"].append(_panel_title(series.name, 0.5, top))
    wide = {"height": 200 * count + 90}
    return {"data": data, "layout": shared | wide, "wide": wide, "narrow": merged(wide, BAR_BELOW)}


def merged(base: Spec, changes: Spec) -> Spec:
    """Return `base` with `changes` merged into its dictionaries."""
    out = dict(base)
    for key, value in changes.items():
        old = out.get(key)
        both = isinstance(value, dict) and isinstance(old, dict)
        out[key] = merged(old, value) if both and old is not None else value
    return out


def suffix(index: int) -> str:
    """Return what plotly appends to the names of the axes of a picture."""
    return "" if index == 0 else str(index + 1)


def _panel_title(name: str, x: float, y: float) -> Spec:
    return {
        "text": f"<b>{name}</b>",
        "x": round(x, 4),
        "y": round(y, 4),
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "bottom",
        "showarrow": False,
    }


# -- Heat maps -------------------------------------------------------------------------------------


def heatmaps(figure: Figure, layout: Spec) -> Spec:
    """Return the specification of a figure of heat maps.

    All panels share a colour scale: diverging around zero where negative values occur,
    logarithmic where counts are very skewed (hovering still gives the value itself).
    """
    panels = [s for s in figure.series if s.z]
    places = numbered(panels)
    values = [v for s in panels for row in s.z or [] for v in row if v is not None]
    log = _skewed(values)
    data: list[Spec] = []
    for i, series in zip(places, panels, strict=True):
        data.append(_trace(series, suffix(i), log))
        if series.group == panels[0].group:
            data.extend(diagonal(figure, suffix(i)))
    square = bool(panels) and all(s.x == s.y for s in panels)
    shared = {key: value for key, value in layout.items() if key not in ("xaxis", "yaxis")}
    panels = [s for i, s in enumerate(panels) if places.index(places[i]) == i]
    shared |= _axes(layout, len(panels), square)
    shared |= {"coloraxis": _colour_axis(values, log), "showlegend": False}
    if figure.kind == "rows":
        return stacked(data, shared, panels)
    wide = arranged(figure, panels, columns=len(panels))
    narrow = merged(arranged(figure, panels, columns=1), BAR_BELOW)
    return {"data": data, "layout": merged(shared, wide), "wide": wide, "narrow": narrow}


def numbered(panels: list[Series]) -> list[int]:
    """Return the place of each panel: those of different groups take turns at the same ones."""
    seen: Counter[str] = Counter()
    places = []
    for series in panels:
        places.append(seen[series.group])
        seen[series.group] += 1
    return places


def _skewed(values: list[float]) -> bool:
    """Say whether these are counts that a linear scale would hide."""
    positive = [v for v in values if v > 0]
    if len(positive) < 2 or min(values) < 0:
        return False
    counts = all(float(v).is_integer() for v in values)
    return counts and max(positive) > 20 * median(positive)


def _trace(series: Series, suffix: str, log: bool) -> Spec:
    trace: Spec = {
        "type": "heatmap",
        "name": series.name,
        "x": series.x,
        "y": series.y,
        "z": series.z,
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "coloraxis": "coloraxis",
        "hoverongaps": False,
        "hovertemplate": "%{x}<br>%{y}<br><b>%{z}</b>",
    }
    if series.group:
        trace["meta"] = {"group": series.group}
    if log:
        trace["customdata"] = series.z
        trace["z"] = [[_log10(v) for v in row] for row in series.z or []]
        trace["hovertemplate"] = "%{x}<br>%{y}<br><b>%{customdata}</b>"
        trace["meta"] = {**trace.get("meta", {}), "log": True}
    return trace


def _log10(value: float | None) -> float | None:
    return None if value is None or value <= 0 else round(math.log10(value), 4)


def _colour_axis(values: list[float], log: bool) -> Spec:
    bar: Spec = {"thickness": 12, "outlinewidth": 0, "len": 0.9}
    spec: Spec = {"colorscale": "@sequential", "colorbar": bar}
    if not values:
        return spec
    if min(values) < 0:
        reach = max(abs(min(values)), abs(max(values)))
        return spec | {"colorscale": "@diverging", "cmin": -reach, "cmax": reach}
    if log:
        top = math.ceil(math.log10(max(values)))
        ticks = list(range(top + 1))
        bar |= {"tickvals": ticks, "ticktext": [f"{10**t:,}" for t in ticks]}
        return spec | {"cmin": 0, "cmax": math.log10(max(values))}
    return spec


def _axes(layout: Spec, count: int, square: bool) -> Spec:
    axes: Spec = {}
    for i in range(count):
        end = suffix(i)
        axes[f"xaxis{end}"] = {**layout["xaxis"], "anchor": f"y{end}", "showgrid": False}
        axes[f"yaxis{end}"] = {**layout["yaxis"], "anchor": f"x{end}", "showgrid": False}
        if i:
            axes[f"xaxis{end}"]["matches"] = "x"
            axes[f"yaxis{end}"]["matches"] = "y"
        if square and layout["xaxis"]["type"] == "linear":
            axes[f"xaxis{end}"]["constrain"] = axes[f"yaxis{end}"]["constrain"] = "domain"
            if not i:  # the other panels match the axes of the first
                axes["yaxis"]["scaleanchor"] = "x"
    return axes
