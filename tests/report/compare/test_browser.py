"""The comparison in a real browser: every figure is drawn, nothing fails, nothing leaves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imaginome.report.compare.page import render_comparison
from tests.support.compared import HOSTILE, entry, with_axes
from tests.support.page import Elements, opened


@pytest.mark.parametrize("flags", [("--window-size=1400,1000",), ("--window-size=500,900",)])
def test_every_figure_is_drawn(
    chromium: str,
    served: tuple[Path, str, list[str]],
    tmp_path: Path,
    flags: tuple[str, ...],
) -> None:
    folder, address, asked = served
    entries = [with_axes("one", 1, 0.5), with_axes(HOSTILE, 3, 0.7), entry("three", 2.0)]
    (folder / "compare.html").write_text(render_comparison(entries), "utf-8")
    dom, said = opened(chromium, f"{address}/compare.html#all", tmp_path / "profile", *flags)
    html = re.search(r"<html[^>]*>", dom)
    assert html
    assert 'data-ready="yes"' in html[0]
    assert 'data-errors="0"' in html[0], said
    count = dom.count("data-figure=")
    assert count > 8
    assert f'data-figures="{count}/{count}"' in html[0], said
    assert said == ""
    for tag, attributes in Elements(dom).found:
        assert tag != "img"
        assert not [name for name in attributes if name.startswith("on")]
    assert asked == ["/compare.html"]
