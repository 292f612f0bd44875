"""Progress: bars on a terminal, plain lines with their time elsewhere."""

from __future__ import annotations

import io
import re

from rich.console import Console

from imaginome.cli import console
from imaginome.cli.console import Bars, Lines, duration, show_progress
from imaginome.progress import SILENT


def lines_of(seconds: float, times: list[float], monkeypatch, capsys) -> list[str]:
    """Return what a task of three steps says at these times, without the clock."""
    clock = iter(times)
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with Lines(seconds).task("fit", 4) as task:
        task.advance(1)
        task.advance(1, held_out_error=0.5)
        task.advance(1)
    said = capsys.readouterr().err.splitlines()
    assert all(re.match(r"\d\d:\d\d:\d\d ", line) for line in said)
    return [line[9:] for line in said]


def test_a_log_shows_signs_of_life_with_time_left_and_the_newest_figures(monkeypatch, capsys):
    said = lines_of(10.0, [0.0, 4.0, 8.0, 12.0], monkeypatch, capsys)
    assert said[0] == "fit: 3/4  4.0 s left  held out error 0.5"
    assert said[1].startswith("fit: ")
    assert len(said) == 2


def test_a_log_of_a_task_without_an_end_says_that_it_counts(monkeypatch, capsys):
    clock = iter([0.0, 12.0])
    monkeypatch.setattr(console.time, "monotonic", lambda: next(clock))
    with Lines(10.0).task("choose a model") as task:
        task.advance(1)
    assert capsys.readouterr().err.splitlines()[0][9:] == "choose a model: 1 done"


def test_a_verbose_log_shows_every_measurement(monkeypatch, capsys):
    said = lines_of(0.0, [0.0, 4.0, 8.0, 12.0], monkeypatch, capsys)
    assert said[0] == "fit: 2/4  8.0 s left  held out error 0.5"
    assert len(said) == 2


def test_nobody_watches_bars_in_a_pipe():
    assert isinstance(show_progress(), Lines)
    assert show_progress(quiet=True) is SILENT


def test_a_bar_shows_the_held_out_figure_and_fits(monkeypatch):
    for width in (60, 80, 120):
        paper = io.StringIO()
        monkeypatch.setattr(
            console,
            "stderr",
            lambda width=width, paper=paper: Console(
                file=paper, force_terminal=True, width=width, markup=False, _environ={}
            ),
        )
        with Bars().task("fit [x]", 40) as task:
            for _ in range(20):
                task.advance(1, held_out=0.125, **{f"other_{i}": float(i) for i in range(20)})
        frames = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", paper.getvalue())
        shown = re.split(r"[\r\n]+", frames)
        assert any("20/40" in frame and "held out 0.125" in frame for frame in shown)
        assert max(len(frame.rstrip()) for frame in shown) <= width
        assert "✓ fit [x] (" in frames


def test_times_in_words():
    assert [duration(s) for s in (4.21, 200, 7500)] == ["4.2 s", "3 min 20 s", "2 h 5 min"]
