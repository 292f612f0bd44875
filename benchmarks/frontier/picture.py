"""The picture of the frontier: realism against copying, two by two."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np

from benchmarks.frontier.axes import COPYING, REALISM, Axis
from benchmarks.frontier.chart import LABEL, Chart, Scale
from benchmarks.frontier.result import Frontier, Group, Spread
from benchmarks.shared.drawing import Area, Mark, Point, Words, disc, square, star, text_width
from imaginome.report.figures.palette import LIGHT

WIDTH, HEIGHT = 1240, 1070
LEFT, TOP, GAP_X, GAP_Y = 78, 128, 100, 96
CHART = (500, 390)
INK = LIGHT["@group"][0]
COLOURS = {
    "mosaic": LIGHT["@baseline"],
    "model": LIGHT["@artificial"],
    "published": LIGHT["@neutral"],
    "real": LIGHT["@real"],
}
BEYOND = "#e9f3ef"
STEPS = 24
"""Pieces in which a straight side of the curve is drawn: on bent scales it is not straight."""


def picture(frontier: Frontier) -> list[Mark]:
    """Return the marks of the whole picture, `WIDTH` by `HEIGHT`."""
    marks: list[Mark] = _head(frontier)
    for (row, realism), (column, copying) in product(enumerate(REALISM), enumerate(COPYING)):
        left = LEFT + column * (CHART[0] + GAP_X)
        bottom = TOP + row * (CHART[1] + GAP_Y) + CHART[1]
        marks += _chart(frontier, copying, realism, (left, bottom))
    return marks


def title(frontier: Frontier) -> str:
    """Return the title of picture and page."""
    return f"Mosaic frontier: {frontier.panel}"


def _head(frontier: Frontier) -> list[Mark]:
    first, seeds = frontier.first, ", ".join(map(str, frontier.seeds))
    facts = (
        f"{first.sites:,} sites, {first.individuals:,} people in train; seed {seeds}"
        + ("; points are means, whiskers reach from least to greatest" * (len(frontier.seeds) > 1))
        + ". Lower left is better."
    )
    marks: list[Mark] = [Words((LEFT, 40), title(frontier), INK, 22)]
    marks += [Words((LEFT, 64), facts, LIGHT["@text"], 13)]
    return marks + _legend(frontier)


def _legend(frontier: Frontier) -> list[Mark]:
    names = {
        "mosaic": "mosaics, by mean length of pieces (sites)",
        "real": "real people, the ceiling",
    }
    names |= {"model": "generators"} if frontier.of_kind("model") else {}
    if frontier.of_kind("published"):
        names["published"] = "published sets: made from both halves, copying cannot be judged"
    marks: list[Mark] = []
    x = float(LEFT + 7)
    for kind, name in names.items():
        marks += [_symbol(kind, (x, 84)), Words((x + 16, 88), name, LIGHT["@text"], LABEL)]
        x += text_width(name, LABEL) + 44
    swatch = ((x, 78), (x + 16, 78), (x + 16, 90), (x, 90))
    return [
        *marks,
        Area(swatch, BEYOND),
        Words((x + 22, 88), "beyond the curve", LIGHT["@text"], LABEL),
    ]


def _symbol(kind: str, where: Point) -> Area:
    """Return the mark of a kind: a shape of its own, so that colour is not the only signal."""
    if kind == "real":
        return star(where, 11, COLOURS[kind])
    if kind == "published":
        return square(where, 6.5, "#ffffff", COLOURS[kind])
    return disc(where, 3.6 if kind == "mosaic" else 6, COLOURS[kind])


def _chart(frontier: Frontier, copying: Axis, realism: Axis, corner: Point) -> list[Mark]:
    """Return one chart whose lower left corner is given."""
    left, bottom = corner
    x = Scale.over(copying, _extent(frontier, copying), left, left + CHART[0])
    y = Scale.over(realism, _extent(frontier, realism), bottom, bottom - CHART[1])
    chart = Chart(x, y)
    curve = frontier.mean_curve(copying, realism)
    corners = _fine(list(zip(curve.copying.tolist(), curve.error.tolist(), strict=True)))
    chart.shade(corners, BEYOND)
    chart.axes(f"{realism.short} against {copying.short}")
    real = [frontier.real(axis).mean for axis in (copying, realism)]
    spreads = {
        group.name: (group.spread(copying), group.spread(realism)) for group in frontier.groups
    }
    _draw_mosaics(chart, frontier, spreads)
    for group in (*frontier.of_kind("published"), *frontier.of_kind("model")):
        _draw_point(chart, group, *spreads[group.name])
    chart.point(_symbol("real", chart.at(real[0], real[1])))
    _write_labels(chart, frontier, spreads, (real[0], real[1]))
    return chart.marks


def _extent(frontier: Frontier, axis: Axis) -> list[float]:
    spreads = [frontier.real(axis), *(group.spread(axis) for group in frontier.groups)]
    return [value for spread in spreads for value in (spread.low, spread.high)]


def _fine(corners: list[Point]) -> list[Point]:
    """Divide the sides of a curve."""
    shares = np.linspace(0, 1, STEPS, endpoint=False)
    path = [
        (a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1]))
        for a, b in pairwise(corners)
        for t in shares.tolist()
    ]
    return [*path, corners[-1]]


Spreads = dict[str, tuple[Spread, Spread]]


def _draw_mosaics(chart: Chart, frontier: Frontier, spreads: Spreads) -> None:
    mosaics = frontier.of_kind("mosaic")
    means = [(spreads[group.name][0].mean, spreads[group.name][1].mean) for group in mosaics]
    chart.path([chart.at(*point) for point in _fine(means)], COLOURS["mosaic"], 1.6)
    for group in mosaics:
        _draw_point(chart, group, *spreads[group.name])


def _draw_point(chart: Chart, group: Group, x: Spread, y: Spread) -> None:
    colour = COLOURS[group.kind]
    if len(group.scores) > 1:
        chart.whiskers((x.mean, x.low, x.high), (y.mean, y.low, y.high), colour)
    chart.point(_symbol(group.kind, chart.at(x.mean, y.mean)))


def _write_labels(
    chart: Chart, frontier: Frontier, spreads: Spreads, real: tuple[float, float]
) -> None:
    """Write names beside points: the most wanted first, while there is room everywhere."""
    chart.label(chart.at(*real), "real", COLOURS["real"], 13)
    for kind in ("model", "published", "mosaic"):
        for group in frontier.of_kind(kind):
            x, y = spreads[group.name]
            text = f"{group.length:,g}" if group.length is not None else group.name
            size = LABEL if kind == "mosaic" else 13
            chart.label(chart.at(x.mean, y.mean), text, COLOURS[kind], size)
