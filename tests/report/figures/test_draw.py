"""Figures as plotly specifications: valid, coloured by meaning, free of what cannot be drawn."""

from __future__ import annotations

import itertools
import json
from typing import Any

import plotly.graph_objects as go
import pytest

from imaginome.report.figures.draw import specification
from imaginome.report.figures.heatmaps import merged
from imaginome.report.figures.palette import DARK, LIGHT, painted
from imaginome.report.page.page import training_figures
from imaginome.results import Figure, Series
from tests.support import examples, whole

FIGURES = [
    examples.lines_figure(),
    examples.roc_figure(),
    examples.points_figure(),
    examples.bars_figure(),
    examples.heatmap_figure(),
    examples.heatmap_figure(diverging=True),
    *training_figures(examples.HISTORY),
]


def tokens(spec: Any) -> list[str]:
    if isinstance(spec, dict):
        return [t for value in spec.values() for t in tokens(value)]
    if isinstance(spec, list):
        return [t for value in spec for t in tokens(value)]
    return [spec] if isinstance(spec, str) and spec.startswith("@") else []


@pytest.mark.parametrize("figure", FIGURES, ids=lambda f: f.id)
@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_plotly_accepts_every_kind(figure: Figure, palette: dict[str, Any], width: str) -> None:
    spec = specification(figure)
    layout = merged(spec["layout"], spec[width])
    drawn = painted({"data": spec["data"], "layout": layout}, palette)
    assert tokens(drawn) == []
    go.Figure(drawn, skip_invalid=False)
    json.dumps(drawn, allow_nan=False)


def test_nothing_to_draw() -> None:
    assert specification(examples.empty_figure())["data"] == []


def test_infinite_values_become_gaps() -> None:
    artificial = specification(examples.points_figure())["data"][0]
    assert artificial["y"] == [0.2, None, 0.12, None]
    assert artificial["error_y"]["array"][:2] == [pytest.approx(0.06), None]


def test_names_are_text_for_plotly() -> None:
    spec = specification(examples.bars_figure())
    assert "<" not in json.dumps(spec)
    assert spec["data"][0]["x"][2].startswith("&lt;/script&gt;")


def test_a_name_is_no_colour_token() -> None:
    series = Series(name="@artificial", x=["@artificial"], y=[1.0])
    figure = examples.empty_figure().model_copy(update={"series": [series], "kind": "bars"})
    drawn = painted(specification(figure), LIGHT)
    assert drawn["data"][0]["name"] == "@artificial"
    assert drawn["data"][0]["x"] == ["@artificial"]


def test_populations_keep_one_colour_across_roles() -> None:
    lines = [t for t in specification(examples.lines_figure())["data"] if not t.get("meta")]
    colours = {t["name"]: (t["line"]["color"], t["line"]["dash"]) for t in lines}
    assert colours["AFR, real"][0] == colours["AFR, artificial"][0] != colours["EUR, real"][0]
    assert colours["AFR, real"][1] != colours["AFR, artificial"][1]


def test_skewed_counts_are_coloured_by_their_logarithm() -> None:
    panel = specification(examples.heatmap_figure())["data"][0]
    assert panel["meta"] == {"log": True}
    assert panel["customdata"][0][0] == 9000.0
    assert panel["z"][0][0] == pytest.approx(3.9542)
    signed = specification(examples.heatmap_figure(diverging=True))
    axis = signed["layout"]["coloraxis"]
    assert axis["cmin"] == -axis["cmax"]


def test_training_curves() -> None:
    likelihood, error = training_figures(examples.HISTORY)
    assert (likelihood.id, likelihood.x_label) == ("training.log_likelihood", "step")
    assert error.series[0].y[1] == 0.5
    assert training_figures([]) == []
    uncounted = training_figures([{"loss": 2.0}, {"loss": float("nan")}])
    assert uncounted[0].series[0].x == [0.0, 1.0]
    assert uncounted[0].series[0].y == [2.0, None]


def test_rows_stand_below_each_other_and_zoom_together() -> None:
    spec = specification(whole.rows_figure())
    layout = spec["layout"]
    assert [layout[f"xaxis{end}"].get("matches") for end in ("2", "3")] == ["x", "x"]
    assert all(layout[f"yaxis{end}"]["fixedrange"] for end in ("", "2", "3"))
    bottoms = [layout[f"yaxis{end}"]["domain"] for end in ("", "2", "3")]
    assert all(low[0] > high[1] for low, high in itertools.pairwise(bottoms))
    assert layout["coloraxis"]["colorscale"] == "@allele"
    assert (layout["coloraxis"]["cmin"], layout["coloraxis"]["cmax"]) == (0, 1)


def test_groups_of_maps_take_turns_at_the_same_places() -> None:
    spec = specification(whole.grouped_figure())
    maps = [trace for trace in spec["data"] if trace["type"] == "heatmap"]
    assert [trace["xaxis"] for trace in maps] == ["x", "x2", "x", "x2"]
    names = [trace["meta"]["group"] for trace in maps]
    assert names[:2] == ["everyone", "everyone"]
    assert "&lt;/script&gt;" in names[2]
    assert "xaxis3" not in spec["layout"]


def test_lines_of_a_group_keep_their_bands() -> None:
    figure = examples.lines_figure()
    grouped = [s.model_copy(update={"group": s.name[:3]}) for s in figure.series]
    spec = specification(figure.model_copy(update={"series": grouped}))
    assert {trace["meta"]["group"] for trace in spec["data"]} == {"AFR", "EUR"}


def test_points_of_a_category_stand_beside_each_other() -> None:
    figure = examples.points_figure()
    named = [s.model_copy(update={"x": ["a", "b", "c", "d"]}) for s in figure.series]
    layout = specification(figure.model_copy(update={"series": named}))["layout"]
    assert layout["scattermode"] == "group"
    low, high = layout["yaxis"]["range"]
    assert low < 0.0 and high > 0.26
    assert "scattermode" not in specification(figure)["layout"]
