"""The same marks as SVG and as PNG."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from benchmarks.shared.drawing import FINE, Area, Line, Words, _dashes, disc, png, star, svg

SIDE = 60
RED, BLUE = "#c00000", "#0000c0"


def painted(marks) -> Image.Image:
    return Image.open(BytesIO(png(marks, SIDE, SIDE))).convert("RGB")


def test_an_area_is_where_it_should_be():
    page = painted([Area(((10, 20), (30, 20), (30, 40), (10, 40)), RED)])
    assert page.size == (SIDE * FINE, SIDE * FINE)
    assert page.getpixel((20 * FINE, 30 * FINE)) == (192, 0, 0)
    assert page.getpixel((40 * FINE, 30 * FINE)) == (255, 255, 255)


def test_svg_holds_every_mark_and_escapes_words():
    marks = [
        Line(((0, 0), (10, 10)), BLUE, dashed=True),
        disc((20, 20), 5, RED, BLUE),
        star((40, 40), 5, RED),
        Words((5, 5), "a < b & c", BLUE, turned=True, anchor="end"),
    ]
    root = ET.fromstring(svg(marks, SIDE, SIDE, "what <it> is"))
    kinds = [child.tag.split("}")[1] for child in root]
    assert kinds == ["title", "rect", "polyline", "polygon", "polygon", "text"]
    assert root[0].text == "what <it> is"
    assert root[-1].text == "a < b & c"


@pytest.mark.parametrize("turned", [False, True])
def test_words_begin_at_their_place_or_run_upwards_from_it(turned):
    page = painted([Words((30, 30), "mmm", BLUE, 10, turned=turned)])
    blue = [
        (x / FINE, y / FINE)
        for x in range(page.width)
        for y in range(page.height)
        if page.getpixel((x, y))[0] < 128
    ]
    xs, ys = zip(*blue, strict=True)
    low, high = (29, 60) if not turned else (22, 31)
    assert low <= min(xs) and max(xs) <= high
    low, high = (22, 31) if not turned else (0, 31)
    assert low <= min(ys) and max(ys) <= high
    assert (max(xs) - min(xs) > max(ys) - min(ys)) is not turned


def test_dashes_go_on_round_corners():
    pieces = _dashes(((0, 0), (8, 0), (8, 100)))
    assert pieces[0] == ((0, 0), (6, 0))
    # Four off: two before the corner, two after it.
    assert pieces[1] == ((8, 2), (8, 8))
