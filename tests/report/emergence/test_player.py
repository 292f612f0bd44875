"""Emergence on the page and as pictures: what is drawn is what was recorded."""

from __future__ import annotations

import base64
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaginome.errors import ModelError, OutputError
from imaginome.report.emergence.player import (
    alike_sites,
    by_likeness,
    emergence_view,
    in_order,
    require_frames,
)
from imaginome.report.emergence.stills import painted_shades, stills, write_pictures
from imaginome.report.page.page import render_report
from imaginome.results.emergence import SHADES
from tests.support.films import film


def embedded(page: str) -> dict:
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert text
    return json.loads(text[1])["emergence"]


def decoded(data: dict) -> np.ndarray:
    size = data["rows"] * data["sites"]
    packed = np.frombuffer(base64.b64decode(data["frames"]), dtype=np.uint8)
    bits = np.unpackbits(packed.reshape(len(data["steps"]), -1), axis=1, count=size)
    return bits.reshape(-1, data["rows"], data["sites"])


def test_the_page_holds_the_frames_as_recorded():
    found = film()
    data = embedded(render_report(None, None, emergence=found))
    ordered = in_order(found)
    assert np.array_equal(decoded(data), ordered.frames)
    real = np.frombuffer(base64.b64decode(data["real"]), dtype=np.uint8)
    assert np.array_equal(real.reshape(ordered.groups.shape), ordered.groups)
    assert data["steps"] == [0, 1, 2, 4, 8, 16]
    assert data["figures"][2] == ["−8.000", "0.2000"]


def test_all_frames_have_one_order_in_which_like_is_together():
    found = film()
    ordered = in_order(found)
    rows = [row.tobytes() for row in ordered.frames[-1]]
    assert sum(a != b for a, b in itertools.pairwise(rows)) == 1
    whole = lambda frames: sorted(frames[:, i].tobytes() for i in range(frames.shape[1]))  # noqa: E731
    assert whole(ordered.frames) == whole(found.frames)
    assert sorted(map(bytes, ordered.groups)) == sorted(map(bytes, found.groups))


def test_sites_that_vary_alike_are_neighbours():
    found = film(n_groups=6)
    found.groups[:, :] = 0
    found.groups[:3, ::2] = SHADES
    order = alike_sites(found)
    assert sorted(order) == list(range(21))
    assert sum(one % 2 != other % 2 for one, other in itertools.pairwise(order)) == 1
    assert list(alike_sites(film(n_groups=0))) == list(range(21))


def test_the_page_shows_the_kept_step_and_its_figures():
    view = emergence_view(replace(film(), kept=4))
    assert view is not None
    assert view.shown == 3
    assert view.lines == [("Log likelihood", "−7.000"), ("Zeal", "0.3000")]


def test_a_figure_that_is_missing_at_a_step_says_so():
    found = film()
    view = emergence_view(replace(found, figures=({}, *found.figures[1:])))
    assert view is not None
    assert view.data["figures"][0] == ["not computed", "not computed"]


def test_without_frames_the_page_says_why():
    page = render_report(None, None)
    assert "There are no frames of the training" in page
    assert embedded(page) is None
    with pytest.raises(ModelError, match="my model holds no frames"):
        require_frames(None, "my model")


def test_without_groups_the_page_says_why():
    page = render_report(None, None, emergence=film(n_groups=0))
    assert "too few people for a group" in page
    assert 'id="emergence-real"' not in page


def test_hostile_contigs_stay_text():
    page = render_report(None, None, emergence=replace(film(), where="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in page


def test_one_row_and_one_frame_are_enough(tmp_path: Path):
    one = film(n_frames=2, n_rows=1, n_groups=0)
    single = replace(one, steps=one.steps[:1], frames=one.frames[:1], figures=one.figures[:1])
    assert embedded(render_report(None, None, emergence=single))["steps"] == [0]
    write_pictures(single, tmp_path / "e")
    assert sorted(p.name for p in (tmp_path / "e").iterdir()) == ["4-kept.png", "emergence.gif"]


@pytest.mark.parametrize("alike", [False, True])
def test_pictures_show_the_alleles(tmp_path: Path, alike: bool):
    found = film()
    write_pictures(found, tmp_path / "e", alike=alike)
    names = sorted(path.name for path in (tmp_path / "e").iterdir())
    assert names == [
        *("1-start.png", "2-early.png", "3-middle.png", "4-kept.png", "5-real.png"),
        "emergence.gif",
    ]
    ordered = in_order(found)
    ordered = by_likeness(ordered) if alike else ordered
    pictures = {
        "1-start": ordered.frames[0] * SHADES,
        "4-kept": ordered.frames[-1] * SHADES,
        "5-real": ordered.groups,
    }
    for name, shades in pictures.items():
        with Image.open(tmp_path / "e" / f"{name}.png") as picture:
            assert picture.size == (1920, 1080)
            pixels = np.asarray(picture.convert("RGB"))
        middles = (
            (first + (np.arange(n) + 0.5) * pixels_ / n).astype(int)
            for first, n, pixels_ in zip((190, 60), shades.shape, (795, 1800), strict=True)
        )
        cells = pixels[np.ix_(*middles)]
        assert np.array_equal(cells, painted_shades(shades)), name


def test_long_words_stay_within_the_picture(tmp_path: Path):
    long = replace(
        film(), where="512 of 65,535 sites, " + "scaffold_" * 9 + ", ordered by likeness"
    )
    write_pictures(long, tmp_path / "e")
    with Image.open(tmp_path / "e" / "4-kept.png") as picture:
        pixels = np.asarray(picture.convert("L"))
    assert (pixels[1000:, -40:] == 255).all()
    assert (pixels[1000:, 60:] < 255).any()


def test_the_gif_ends_with_the_kept_step(tmp_path: Path):
    write_pictures(replace(film(), kept=4), tmp_path / "e")
    with Image.open(tmp_path / "e" / "emergence.gif") as gif:
        assert gif.n_frames == 4
        assert gif.info["loop"] == 0
    assert stills(replace(film(), kept=4)) == {
        "1-start": 0,
        "2-early": 1,
        "3-middle": 2,
        "4-kept": 3,
    }


def test_pictures_are_the_same_each_time_and_never_replaced_unasked(tmp_path: Path):
    for name in ("one", "two"):
        write_pictures(film(), tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    with pytest.raises(OutputError, match="exists"):
        write_pictures(film(), tmp_path / "one")
    write_pictures(film(n_groups=0), tmp_path / "one", force=True)
    assert not (tmp_path / "one" / "5-real.png").exists()
