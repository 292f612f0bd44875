"""Where the pictures of a figure stand: side by side, below each other, on a phone."""

from __future__ import annotations

import math
from typing import Any

from imaginome.results import Figure, Series

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
