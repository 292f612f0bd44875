"""Pictures of lines, areas, dots and words: the same marks as SVG and as PNG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from itertools import pairwise
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
FACE = "Helvetica, Arial, 'Liberation Sans', sans-serif"
DASH = (6.0, 4.0)
FINE = 2
"""Pixels of a PNG for each unit; it is drawn twice as fine and blended."""


@dataclass(frozen=True)
class Line:
    """A line through points."""

    points: tuple[Point, ...]
    colour: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True)
class Area:
    """A filled polygon; a dot where it has many sides."""

    points: tuple[Point, ...]
    fill: str
    edge: str = ""
    width: float = 1.5


@dataclass(frozen=True)
class Words:
    """One line of text; `y` is its base line. Turned text runs upwards."""

    where: Point
    text: str
    colour: str
    size: float = 13.0
    anchor: Anchor = "start"
    turned: bool = False


Mark = Line | Area | Words


def disc(centre: Point, radius: float, fill: str, edge: str = "") -> Area:
    """Return a dot."""
    return Area(_around(centre, [radius] * 32, 0.0), fill, edge)


def square(centre: Point, radius: float, fill: str, edge: str = "") -> Area:
    """Return a square on its corner."""
    return Area(_around(centre, [radius] * 4, 0.0), fill, edge)


def star(centre: Point, radius: float, fill: str, edge: str = "") -> Area:
    """Return a star of five points."""
    return Area(_around(centre, [radius, radius * 0.42] * 5, -math.pi / 2), fill, edge)


def _around(centre: Point, radii: Sequence[float], start: float) -> tuple[Point, ...]:
    step = 2 * math.pi / len(radii)
    return tuple(
        (centre[0] + r * math.cos(start + i * step), centre[1] + r * math.sin(start + i * step))
        for i, r in enumerate(radii)
    )


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is."""
    return float(_font(size).getlength(text))


# -- SVG ----------------------------------------------------------------------------------


def svg(marks: Sequence[Mark], width: int, height: int, title: str) -> str:
    """Return a picture as SVG, on white paper."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" font-family="{FACE}">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *map(_svg_mark, marks),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _svg_mark(mark: Mark) -> str:
    if isinstance(mark, Words):
        return _svg_words(mark)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)
    if isinstance(mark, Area):
        edge = f' stroke="{mark.edge}" stroke-width="{mark.width:g}"' if mark.edge else ""
        return f'<polygon points="{points}" fill="{mark.fill}"{edge}/>'
    dash = f' stroke-dasharray="{DASH[0]:g} {DASH[1]:g}"' if mark.dashed else ""
    style = f'fill="none" stroke="{mark.colour}" stroke-width="{mark.width:g}"{dash}'
    return f'<polyline points="{points}" {style} stroke-linejoin="round"/>'


def _svg_words(mark: Words) -> str:
    x, y = mark.where
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if mark.turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{mark.size:g}" fill="{mark.colour}" '
        f'text-anchor="{mark.anchor}"{turn}>{escape(mark.text)}</text>'
    )


# -- PNG ----------------------------------------------------------------------------------


def png(marks: Sequence[Mark], width: int, height: int) -> bytes:
    """Return a picture as PNG, on white paper, two pixels a unit."""
    scale = 2 * FINE
    page = Image.new("RGB", (width * scale, height * scale), "#ffffff")
    for mark in marks:
        if isinstance(mark, Words):
            _png_words(page, mark, scale)
        elif isinstance(mark, Area):
            _png_area(ImageDraw.Draw(page), mark, scale)
        else:
            _png_line(ImageDraw.Draw(page), mark, scale)
    file = BytesIO()
    small = page.resize((width * FINE, height * FINE), Image.Resampling.BOX)
    small.quantize(128, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


def _png_area(page: ImageDraw.ImageDraw, mark: Area, scale: int) -> None:
    points = [(x * scale, y * scale) for x, y in mark.points]
    page.polygon(points, fill=mark.fill)
    if mark.edge:
        page.line([*points, points[0]], mark.edge, round(mark.width * scale), joint="curve")


def _png_line(page: ImageDraw.ImageDraw, mark: Line, scale: int) -> None:
    pieces = _dashes(mark.points) if mark.dashed else [mark.points]
    for piece in pieces:
        points = [(x * scale, y * scale) for x, y in piece]
        page.line(points, mark.colour, max(1, round(mark.width * scale)), joint="curve")


def _dashes(points: tuple[Point, ...]) -> list[tuple[Point, ...]]:
    """Cut a line into dashes; the pattern goes on round corners."""
    pieces: list[tuple[Point, ...]] = []
    on, left = True, DASH[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        length, done = math.hypot(x1 - x0, y1 - y0), 0.0
        while done < length:
            step = min(left, length - done)
            ends = [done / length, (done + step) / length]
            if on:
                pieces.append(tuple((x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in ends))
            done, left = done + step, left - step
            if left <= 0:
                on = not on
                left = DASH[0] if on else DASH[1]
    return pieces


def _png_words(page: Image.Image, mark: Words, scale: int) -> None:
    font = _font(mark.size * scale)
    where = (round(mark.where[0] * scale), round(mark.where[1] * scale))
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[mark.anchor]
    if not mark.turned:
        ImageDraw.Draw(page).text(where, mark.text, mark.colour, font=font, anchor=anchor)
        return
    room = 2 * int(font.getlength(mark.text)) + 4
    mask = Image.new("L", (room, room), 0)
    centre = (room // 2, room // 2)
    ImageDraw.Draw(mask).text(centre, mark.text, 255, font=font, anchor=anchor)
    turned = mask.rotate(90)
    page.paste(mark.colour, (where[0] - room // 2, where[1] - room // 2), turned)


def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
