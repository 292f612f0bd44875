"""What the page, the picture and the JSON say of measured points."""

from __future__ import annotations

import json
import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from benchmarks.frontier.axes import AUC, LD, LONGEST, LOSS
from benchmarks.frontier.chart import Scale
from benchmarks.frontier.page import page
from benchmarks.frontier.picture import HEIGHT, WIDTH, picture
from benchmarks.shared.drawing import Words, svg
from imaginome.errors import ComparisonError
from tests.support.frontiers import CEILING, frontier, score


@pytest.fixture(scope="module")
def found():
    return frontier()


def test_standings(found):
    standing = {group.name: found.standing(group) for group in found.of_kind("model")}
    assert standing == {"good": "beyond", "half": "not beyond", "poor": "not beyond"}


def test_margins_are_read_at_each_seed(found):
    good = found.of_kind("model")[0]
    margin = found.margin(good, LONGEST, LD)
    # At both seeds the model copies as much as mosaics of 50 sites.
    assert margin.values == pytest.approx((9.0 - 1.4, 1.05 * (9.0 - 1.4)))
    assert found.margin(good, LOSS, AUC).values == pytest.approx((0.35, 0.35))


def test_the_ceiling_copies_nothing_and_is_one_in_linkage(found):
    assert [found.real(axis).mean for axis in (AUC, LD, LONGEST, LOSS)] == [0.5, 1.0, 0.5, 0.0]


def test_no_multiple_of_a_perfect_ceiling():
    perfect = score("good", "model", 0.6, 1.0, 0.0).model_copy(
        update={"ceiling": CEILING | {"linkage.mae": 0.0}}
    )
    with pytest.raises(ComparisonError, match="no error of LD"):
        LD.of(perfect)


def test_data_survive_json(found):
    data = json.loads(json.dumps(found.as_data()))
    by_name = {point["name"]: point for point in data["points"]}
    assert by_name["good"]["standing"] == "beyond"
    assert len(by_name["good"]["margins"]) == 6
    assert "margins" not in by_name["released <set>"]
    assert by_name["mosaic 50"]["values"]["ld"] == pytest.approx([9.0, 9.45])


def test_page_has_a_row_for_every_point_and_the_verdicts(found):
    text = page(found, "command", "../images/frontier-panel.png")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    widths = {line.count("|") for line in rows if line.startswith("| mosaic")}
    assert len(widths) == 1
    for group in found.groups:
        assert any(row.startswith((f"| {group.name} ", f"| `{group.name}` ")) for row in rows)
    assert re.search(r"\| `good` .*\*\*beyond\*\* \|", text)
    assert re.search(r"\| `poor` .*\*\*not beyond\*\* \|", text)
    # The made-up set of both halves has values, no margin.
    assert sum(row.startswith("| released") for row in rows) == 1
    assert "50 to 10,000 sites" in text
    assert "frontier-panel.svg" in text


def test_every_point_is_named_in_all_four_charts(found):
    texts = [mark.text for mark in picture(found) if isinstance(mark, Words)]
    for name in ("50", "200", "10,000", "good", "half", "poor", "released <set>", "real"):
        assert texts.count(name) == 4


def test_labels_do_not_cover_each_other(found):
    labels = {"50", "200", "10,000", "good", "half", "poor", "released <set>", "real"}
    words = [m for m in picture(found) if isinstance(m, Words) and m.text in labels]
    for a, b in combinations(words, 2):
        same_line = abs(a.where[1] - b.where[1]) < 8
        assert not (same_line and abs(a.where[0] - b.where[0]) < 4)


def test_picture_is_well_formed_and_stays_on_its_paper(found):
    marks = picture(found)
    root = ET.fromstring(svg(marks, WIDTH, HEIGHT, "frontier"))
    assert len(root) == len(marks) + 2
    for mark in marks:
        places = [mark.where] if isinstance(mark, Words) else mark.points
        assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in places)


@pytest.mark.parametrize(
    ("axis", "values"), [(AUC, [0.5, 1.0]), (LD, [1.0, 14.0]), (LOSS, [-0.01, 0.4])]
)
def test_scales_rise_and_hold_their_values(axis, values):
    scale = Scale.over(axis, values, 100.0, 500.0)
    places = [scale(value) for value in (values[0], *scale.ticks(), values[1])]
    assert all(100 <= place <= 500 for place in places)
    assert sorted(scale.ticks()) == scale.ticks()
    assert scale(values[0]) < scale(sum(values) / 2) < scale(values[1])
    assert len(scale.ticks()) >= 3
