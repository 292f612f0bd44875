"""The page in a real browser: every figure is drawn, nothing fails, nothing leaves."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

from imaginome.report.emergence.player import alike_sites, in_order
from imaginome.report.figures.palette import DARK, LIGHT
from imaginome.report.page.page import render_report, write_report
from imaginome.results.emergence import SHADES
from tests.support import examples
from tests.support.films import film
from tests.support.page import Elements, opened


@pytest.mark.parametrize("flags", [("--window-size=1400,1000",), ("--window-size=500,900",)])
def test_every_figure_is_drawn(
    chromium: str, served: tuple[Path, str, list[str]], tmp_path: Path, flags: tuple[str, ...]
) -> None:
    folder, address, asked = served
    write_report(
        examples.evaluation(),
        examples.audit(),
        folder / "report.html",
        facts=examples.FACTS,
        history=examples.HISTORY,
    )
    dom, said = opened(chromium, f"{address}/report.html#all", tmp_path / "profile", *flags)
    html = re.search(r"<html[^>]*>", dom)
    assert html
    assert 'data-ready="yes"' in html[0]
    assert 'data-errors="0"' in html[0], said
    assert 'data-figures="8/8"' in html[0], said
    assert said == ""
    for tag, attributes in Elements(dom).found:
        assert tag != "img"
        assert not [name for name in attributes if name.startswith("on")]
    assert asked == ["/report.html"]


HANDS = """
setTimeout(function () {
  var root = document.documentElement, said = [];
  var slider = document.getElementById("emergence-step");
  var play = document.getElementById("emergence-play");
  var canvas = document.getElementById("emergence-artificial");
  function look() {
    var pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    var reds = [];
    for (var i = 0; i < pixels.length; i += 4) reds.push(pixels[i]);
    said.push({
      step: root.dataset.emergence, text: slider.getAttribute("aria-valuetext"),
      play: play.textContent, live: document.getElementById("emergence-at").ariaLive,
      figure: document.querySelector("#emergence-figures dd").textContent, reds: reds
    });
  }
  look();
  slider.value = "1";
  slider.dispatchEvent(new Event("input"));
  look();
  play.click();
  setTimeout(function () {
    look();
    play.click();
    look();
    root.dataset.theme = "dark";
    setTimeout(function () {
      look();
      document.getElementById("emergence-alike").click();
      look();
      root.dataset.said = btoa(encodeURIComponent(JSON.stringify(said)));
    }, 100);
  }, 700);
}, 500);
"""


# Neither page plays by itself: one is for programs, the other's reader asked for calm.
@pytest.mark.parametrize(
    ("end", "flags"), [("#all", ()), ("", ("--force-prefers-reduced-motion",))]
)
def test_the_film_plays_pauses_and_scrubs(
    chromium: str, served: tuple[Path, str, list[str]], tmp_path: Path, end: str, flags: list[str]
) -> None:
    folder, address, asked = served
    recorded = film()
    page = render_report(None, None, emergence=recorded)
    digest = base64.b64encode(hashlib.sha256(HANDS.encode()).digest()).decode()
    page = page.replace("script-src ", f"script-src 'sha256-{digest}' ")
    page = page.replace("</body>", f"<script>{HANDS}</script></body>")
    (folder / "report.html").write_text(page, "utf-8")
    # Tall enough that the film is in view.
    flags = ["--window-size=1400,4000", *flags]
    dom, said = opened(chromium, f"{address}/report.html{end}", tmp_path / "profile", *flags)
    html = re.search(r"<html[^>]*>", dom)
    assert html
    assert 'data-errors="0"' in html[0], said
    found = re.search(r'data-said="([^"]*)"', html[0])
    assert found
    start, scrubbed, playing, paused, dark, alike = json.loads(
        unquote(base64.b64decode(found[1]).decode())
    )
    assert (start["step"], start["text"]) == ("16", "step 16, kept")
    assert (scrubbed["step"], scrubbed["text"]) == ("1", "step 1")
    assert (scrubbed["figure"], scrubbed["live"]) == ("−9.000", "polite")
    # Pressed at the second frame, it goes on from there.
    assert ("Pause" in playing["play"], playing["live"]) == (True, "off")
    assert int(playing["step"]) > 1
    assert (paused["step"], "Play" in paused["play"]) == (playing["step"], True)
    ordered = in_order(recorded)
    for look, palette in ((start, LIGHT), (scrubbed, LIGHT), (paused, LIGHT), (dark, DARK)):
        (frame,) = np.flatnonzero(recorded.steps == int(look["step"]))
        reds = np.array([int(colour[1:3], 16) for colour in palette["@allele"]])
        assert look["reds"] == reds[ordered.frames[frame].ravel() * SHADES].tolist()
    rows = np.reshape(dark["reds"], ordered.frames.shape[1:])
    assert alike["reds"] == rows[:, alike_sites(ordered)].ravel().tolist()
    assert asked == ["/report.html"]


def test_an_injected_handler_would_not_run(
    chromium: str, served: tuple[Path, str, list[str]], tmp_path: Path
) -> None:
    folder, address, _ = served
    path = folder / "report.html"
    write_report(None, None, path)
    mark = "document.documentElement.dataset.ran='yes'"
    attack = f'<img src=x onerror="{mark}"><script>{mark}</script>'
    path.write_text(path.read_text("utf-8").replace("<footer>", attack + "<footer>"), "utf-8")
    dom, said = opened(chromium, f"{address}/report.html", tmp_path / "profile")
    assert 'data-ran="yes"' not in dom
    assert "Content Security Policy" in said
