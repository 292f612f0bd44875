"""Runs, models and published sets side by side on one offline page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from imaginome.outputs import refuse_existing, write_text
from imaginome.report.compare.frontier import frontier_figures, frontier_table
from imaginome.report.compare.ground import Ground, ground, same_ceiling
from imaginome.report.compare.overlay import overlay
from imaginome.report.compare.rank import (
    Overall,
    Row,
    finding_row,
    glance,
    measure_row,
    overalls,
    shared_keys,
)
from imaginome.report.compare.read import (
    Entry,
    Judged,
    costs_table,
    judged,
    named_folder,
    read_entries,
    settings_tables,
)
from imaginome.report.figures.series import Drawn
from imaginome.report.folder import report_folder
from imaginome.report.page.sections import Drawn as Placed
from imaginome.report.page.sections import Places
from imaginome.report.page.shell import render_shell
from imaginome.results import AttackResult, Figure, Measure, MetricResult
from imaginome.results.order import attacks_in_order, metrics_in_order
from imaginome.results.wording import interval, number, slug

# -- The page --------------------------------------------------------------------------------------


R = TypeVar("R", MetricResult, AttackResult)
WIDE = ("heatmaps", "rows")


@dataclass(frozen=True)
class View:
    """One metric or attack on the page.

    `wide` are figures that need the whole width; `absent` says which sets lack it, and why.
    """

    anchor: str
    name: str
    description: str
    reference: str
    rows: list[Row]
    wide: list[Placed]
    figures: list[Placed]
    absent: list[str]


@dataclass(frozen=True)
class Line:
    """One set in the ranking of the first screen."""

    overall: Overall
    mean: str
    mean_interval: str
    judged: Judged


def render_comparison(entries: Sequence[Entry]) -> str:
    """Return the page as text; the same results give the same bytes.

    Parameters
    ----------
    entries
        At least two sets, in the order of their columns.
    """
    entries = list(entries)
    alike, places = ground(entries), Places()
    overall = overalls(entries, alike.ranked)
    return render_shell(
        "compare.html.j2",
        places.figures,
        names=[entry.name for entry in entries],
        ground=alike,
        lines=_lines(entries, overall),
        areas=_in_order(area for entry in entries for area, _, _ in judged(entry).areas),
        keys=shared_keys(entries),
        glance=places.drawn(glance(entries)),
        frontier=places.drawn(frontier_figures(entries, overall)),
        frontier_table=frontier_table(entries, overall),
        metrics=_metrics(entries, alike, places),
        attacks=_attacks(entries, places),
        settings=settings_tables(entries),
        unrecorded=[entry.name for entry in entries if not entry.facts],
        costs=costs_table(entries),
        references=_references(entries),
    )


def _lines(entries: list[Entry], overall: list[Overall]) -> list[Line]:
    """Return the sets, nearest to real people first; those that cannot be set in order last."""
    lines = [
        Line(one, number(one.multiple.value), interval(one.multiple), judged(entry))
        for one, entry in zip(overall, entries, strict=True)
    ]
    if not any(line.overall.rank for line in lines):
        return lines
    return sorted(lines, key=lambda line: line.overall.multiple.value or float("inf"))


def _metrics(entries: list[Entry], alike: Ground, places: Places) -> list[View]:
    columns = [entry.metrics for entry in entries]
    views = []
    firsts = {metric: one for column in reversed(columns) for metric, one in column.items()}
    for metric in (one.metric for one in metrics_in_order(firsts.values())):
        results = [column.get(metric) for column in columns]
        present = [one for one in results if one is not None]
        items = _in_order(m.id for one in present for m in one.measures)
        rows = [measure_row(item, entries, alike.ranked) for item in items]
        drawn = _overlaid(entries, results, alike=_same_real_people(present))
        views.append(_view(entries, results, rows, places, drawn, f"metric-{slug(metric)}"))
    return views


def _attacks(entries: list[Entry], places: Places) -> list[View]:
    columns = [entry.attacks for entry in entries]
    views = []
    firsts = {attack: one for column in reversed(columns) for attack, one in column.items()}
    for attack in (one.attack for one in attacks_in_order(firsts.values())):
        results = [column.get(attack) for column in columns]
        items = _in_order(f.id for one in results if one is not None for f in one.findings)
        rows = [finding_row(item, entries) for item in items]
        drawn = _overlaid(entries, results, alike=True, attack=True)
        views.append(_view(entries, results, rows, places, drawn, f"attack-{slug(attack)}"))
    return views


def _view(
    entries: list[Entry],
    results: Sequence[MetricResult | AttackResult | None],
    rows: list[Row],
    places: Places,
    figures: list[Figure],
    anchor: str,
) -> View:
    first = next(one for one in results if one is not None)
    metric = isinstance(first, MetricResult)
    return View(
        places.anchor(anchor),
        first.name,
        first.description,
        "Ceiling" if metric else "Guessing",
        rows,
        places.drawn(f for f in figures if f.kind in WIDE),
        places.drawn(f for f in figures if f.kind not in WIDE),
        _absent(entries, results),
    )


def _absent(
    entries: list[Entry], results: Sequence[MetricResult | AttackResult | None]
) -> list[str]:
    """Say for which sets nothing was computed; those for the same reason together."""
    names: dict[str, list[str]] = {}
    for entry, one in zip(entries, results, strict=True):
        why = one.skipped if isinstance(one, MetricResult) else ""
        if one is None or why:
            names.setdefault(why, []).append(entry.name)
    return [
        f"Not computed for {', '.join(who)}{': ' if why else '.'}{why}"
        for why, who in names.items()
    ]


def _overlaid(
    entries: list[Entry], results: Sequence[R | None], *, alike: bool, attack: bool = False
) -> list[Figure]:
    """Return figures with the curves of all sets."""
    columns = [{f.id: f for f in one.figures if f.series} if one else {} for one in results]
    figures = []
    for item in _ids(columns):
        all_drawn = [
            Drawn(i, entries[i].name, column[item])
            for i, column in enumerate(columns)
            if item in column
        ]
        kind = all_drawn[0].figure.kind
        same = [one for one in all_drawn if one.figure.kind == kind]
        figures.append(overlay(same, alike=alike, attack=attack))
    return figures


def _same_real_people(present: list[MetricResult]) -> bool:
    """Say whether a metric looked at the same real people in the same way: its ceilings agree."""
    first: dict[str, Measure] = {}
    return all(same_ceiling(first.setdefault(m.id, m), m) for one in present for m in one.measures)


def _ids(columns: Sequence[Mapping[str, object]]) -> list[str]:
    return _in_order(item for column in columns for item in column)


def _in_order(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _references(entries: list[Entry]) -> list[str]:
    metrics = [one.citations for entry in entries for one in entry.metrics.values()]
    attacks = [one.citations for entry in entries for one in entry.attacks.values()]
    return _in_order(text for group in (*metrics, *attacks) for text in group)


# -- From folders to the page ----------------------------------------------------------------------


def report_folders(words: Sequence[str], output: Path, *, force: bool = False) -> None:
    """Draw the report of one folder, or the comparison of several.

    Parameters
    ----------
    words
        ``DIR`` or ``NAME=DIR``: folders that `run`, or `evaluate` and `audit`, left behind.
    output
        The page to write.
    force
        Replace an existing page.

    Raises
    ------
    SettingsError
        When names or folders are there twice, or are none.
    FormatError
        When a folder holds no result, or a damaged one.
    OutputError
        When the page cannot be written.
    """
    if len(words) == 1:
        report_folder(named_folder(words[0])[1], output, force=force)
        return
    refuse_existing(output, force)
    write_text(output, render_comparison(read_entries(words)), force=force)
