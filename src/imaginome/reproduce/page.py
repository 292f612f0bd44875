"""The page of a programme: ours beside the released sets beside the ceiling, chapter by chapter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imaginome.report.page.sections import Drawn, Places
from imaginome.report.page.shell import render_shell
from imaginome.reproduce import wording
from imaginome.reproduce.results import (
    Analysis,
    ChapterResult,
    PanelResult,
    Reading,
    Reproduction,
    Score,
    SetFacts,
)
from imaginome.results import Estimate, Status
from imaginome.results.status import LEVELS
from imaginome.results.wording import interval


@dataclass(frozen=True)
class Cell:
    """One set in one measure."""

    value: str
    beside: str
    interval: str
    status: Status
    word: str


@dataclass(frozen=True)
class Row:
    """One measure: its ceiling, and a cell for each set."""

    id: str
    name: str
    unit: str
    key: bool
    reference_name: str
    reference: str
    cells: list[Cell]


@dataclass(frozen=True)
class View:
    """One chapter on one panel as the template shows it."""

    panel: PanelResult
    anchor: str
    sets: list[SetFacts]
    rows: list[Row]
    figures: list[Drawn]
    notes: list[str]


def render_page(result: Reproduction) -> str:
    """Return the page as text; the same results give the same bytes."""
    places = Places()
    chapters = [_chapter(chapter, result, places) for chapter in result.chapters]
    return render_shell(
        "reproduction.html.j2",
        places.figures,
        result=result,
        panels=[_panel(panel, result) for panel in result.panels],
        chapters=chapters,
        quick=wording.QUICK,
        published=wording.PUBLISHED,
        sizes=wording.sizes,
        made_by=lambda facts: wording.made_by(facts).replace("`", ""),
        seconds_text=wording.seconds_text,
    )


def _panel(panel: PanelResult, result: Reproduction) -> dict[str, Any]:
    """Return a panel with its short table: a row a set, a column a measure."""
    scores = result.scores(panel.id)
    columns = [(key, name) for key, name in result.headline if key in scores]
    sets = wording.shown_sets(panel)
    return {
        "panel": panel,
        "columns": [name for _, name in columns],
        "ceiling": [wording.spread(scores[key].reference) for key, _ in columns],
        "rows": [(one, [_cell(scores[key], one.id) for key, _ in columns]) for one in sets],
    }


def _chapter(
    chapter: ChapterResult, result: Reproduction, places: Places
) -> tuple[ChapterResult, list[View]]:
    panels = {panel.id: panel for panel in result.panels}
    return chapter, [_view(chapter.id, a, panels[a.panel], places) for a in chapter.analyses]


def _view(chapter: str, analysis: Analysis, panel: PanelResult, places: Places) -> View:
    sets = wording.shown_sets(panel)
    return View(
        panel,
        places.anchor(f"{chapter}-{panel.id}"),
        sets,
        [_row(score, sets) for score in analysis.scores],
        places.drawn(analysis.figures),
        analysis.notes,
    )


def _row(score: Score, sets: list[SetFacts]) -> Row:
    return Row(
        score.id,
        score.name,
        score.unit,
        score.key,
        score.reference_name,
        wording.spread(score.reference),
        [_cell(score, one.id) for one in sets],
    )


def _cell(score: Score, set_id: str) -> Cell:
    reading = wording.reading_of(score, set_id)
    if reading is None:
        return Cell("–", "", "", "unknown", "")
    judged = reading.level != "unknown"
    return Cell(
        wording.spread(reading.values),
        wording.compared(reading),
        _interval(reading),
        LEVELS[reading.level].status,
        LEVELS[reading.level].words if judged else "",
    )


def _interval(reading: Reading) -> str:
    """Write the interval of a single seed; several seeds show their spread instead."""
    if len(reading.values) > 1:
        return ""
    return interval(Estimate(value=reading.values[0], low=reading.low, high=reading.high))
