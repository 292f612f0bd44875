"""The page in a real browser: every figure is drawn, nothing fails."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from imaginome.reproduce.page import render_page
from imaginome.reproduce.results import (
    Analysis,
    ChapterResult,
    PanelResult,
    Reading,
    Reproduction,
    Score,
    SetFacts,
)
from imaginome.results import Figure, Series

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-dev-shm-usage", "--enable-logging=stderr"),
    *("--v=0", "--virtual-time-budget=15000", "--window-size=1400,1000"),
]
HOSTILE = "</script><img src=x onerror=alert(1)>"
SETS = ["RBM", "GAN", HOSTILE, *(f"set {i}" for i in range(7))]


def lines(kind: str) -> Figure:
    series = [
        Series(name=n, role="artificial", x=[0.1, 0.2], y=[i, 1.0]) for i, n in enumerate(SETS)
    ]
    real = Series(name="holdout", role="holdout", x=[0.1, 0.2], y=[0.5, 1.0])
    return Figure(
        id=f"a.{kind}",
        title=kind,
        reading="Read it.",
        kind=kind,
        x_label="x",
        y_label="y",
        series=[real, *series],
    )


def maps() -> Figure:
    z = [[0.0, 1.0], [2.0, None]]
    series = [Series(name=n, role="artificial", x=[0.0, 1.0], y=[0.0, 1.0], z=z) for n in SETS]
    return lines("heatmaps").model_copy(update={"series": series})


def reproduction() -> Reproduction:
    """Ten sets, one of them hostile, in one chapter."""
    sets = [SetFacts(id=n, name=n, kind="ours", model="rbm", verdicts=["pass"]) for n in SETS]
    readings = [
        Reading(set=n, values=[0.2], low=0.1, high=0.3, multiple=1.5, level="near") for n in SETS
    ]
    score = Score(id="a.error", name="Error", key=True, reference=[0.1], readings=readings)
    return Reproduction(
        programme="tiny",
        title="A paper",
        description="What it is.",
        citation="Somebody 2021.",
        quick=False,
        seeds=[1],
        headline=[("a.error", "error"), ("b.absent", "absent")],
        provenance={"Seed": "1"},
        panels=[
            PanelResult(id="p", title="P", text="A panel.", train=9, holdout=9, sites=3, sets=sets)
        ],
        chapters=[
            ChapterResult(
                id="frequencies",
                title="Allele frequencies",
                text="Each allele.",
                analyses=[
                    Analysis(
                        panel="p",
                        scores=[score],
                        figures=[lines("lines"), lines("points"), maps()],
                        notes=[HOSTILE],
                    )
                ],
            )
        ],
    )


def test_every_figure_is_drawn_and_nothing_fails(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no chromium on the path")
    page = tmp_path / "page.html"
    page.write_text(render_page(reproduction()), encoding="utf-8")
    command = [chromium, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [*command, f"{page.as_uri()}#all"], capture_output=True, text=True, timeout=180, check=True
    )
    html = re.search(r"<html[^>]*>", done.stdout)
    assert html
    assert 'data-errors="0"' in html[0], done.stderr[-2000:]
    assert 'data-figures="3/3"' in html[0]
    assert "<img" not in done.stdout.split('id="data"')[0]


def test_names_cannot_end_the_script() -> None:
    page = render_page(reproduction())
    assert HOSTILE not in page
    assert "absent" not in page.split("<tbody>")[0].split("<thead>")[-1], "no empty column"
    assert page.count("1.5×") == 2 * len(SETS)
