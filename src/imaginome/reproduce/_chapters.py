"""Chapters: the scores and the overlaid figures of each analysis, panel by panel."""

from __future__ import annotations

from imaginome.metrics.registry import metrics
from imaginome.privacy.registry import attacks
from imaginome.reproduce._overlay import Drawn, overlay
from imaginome.reproduce._scores import Judged, finding_scores, measure_scores
from imaginome.reproduce.base import Chapter, PlannedPanel, Programme
from imaginome.reproduce.results import Analysis, ChapterResult
from imaginome.results import AttackResult, Figure, MetricResult, Role

MOST_SERIES = 40
"""A figure with more lines than this says nothing."""


def chapter_result(
    chapter: Chapter, programme: type[Programme], judged: dict[str, list[Judged]]
) -> ChapterResult:
    """Return a chapter on every panel on which any of it is computed.

    Parameters
    ----------
    chapter, programme
        What belongs into it, and the panels in their order.
    judged
        Results of the sets of each panel, by the panel's id.
    """
    return ChapterResult(
        id=chapter.id,
        title=chapter.title,
        text=chapter.text,
        analyses=[
            _analysis(chapter, panel, judged[panel.id])
            for panel in programme.panels
            if _belongs(chapter, panel)
        ],
    )


def _belongs(chapter: Chapter, panel: PlannedPanel) -> bool:
    """Say whether a chapter has anything that is computed on a panel."""
    measured = not panel.metrics or set(panel.metrics) & set(chapter.metrics)
    attacked = not panel.attacks or set(panel.attacks) & set(chapter.attacks)
    return bool((chapter.metrics and measured) or (chapter.attacks and attacked))


def _analysis(chapter: Chapter, panel: PlannedPanel, judged: list[Judged]) -> Analysis:
    scores = [s for metric in chapter.metrics for s in measure_scores(judged, metric)]
    scores += [s for attack in chapter.attacks for s in finding_scores(judged, attack)]
    return Analysis(
        panel=panel.id,
        scores=scores,
        figures=_figures(chapter, judged),
        notes=_notes(chapter, panel, judged),
    )


def _notes(chapter: Chapter, panel: PlannedPanel, judged: list[Judged]) -> list[str]:
    """Say of what was not computed that it was not, and why; the same reason once."""
    notes = [f"{item}: this version has no such analysis" for item in _unknown(chapter)]
    for metric in chapter.metrics:
        if panel.metrics and metric not in panel.metrics:
            continue
        for reason, names in _reasons(metric, judged).items():
            whom = "" if len(names) == len(judged) else f" ({', '.join(names)})"
            notes.append(f"{metric}{whom}: {reason}")
    return notes


def _reasons(metric: str, judged: list[Judged]) -> dict[str, list[str]]:
    """Return why a metric was not computed, and for which sets."""
    reasons: dict[str, list[str]] = {}
    for one in judged:
        results = [r for r in one.evaluations[0].metrics if r.metric == metric]
        if not results and metric in metrics.ids():
            reasons.setdefault("not computed in a quick run", []).append(one.name)
        for result in results:
            if result.skipped:
                reasons.setdefault(result.skipped, []).append(one.name)
    return reasons


def _unknown(chapter: Chapter) -> list[str]:
    there = {*metrics.ids(), *attacks.ids()}
    return [item for item in (*chapter.metrics, *chapter.attacks) if item not in there]


def _figures(chapter: Chapter, judged: list[Judged]) -> list[Figure]:
    """Return the chapter's figures, each with all sets, in the chapter's order."""
    sources = [_sources(chapter, one) for one in judged]
    found: dict[str, list[Drawn]] = {}
    for one, results in zip(judged, sources, strict=True):
        role: Role = "artificial" if one.kind == "ours" else "neutral"
        for result in results:
            for figure in result.figures:
                found.setdefault(figure.id, []).append(
                    Drawn(one.name, role, figure, isinstance(result, AttackResult))
                )
    chosen = [f for f in chapter.figures if f in found] + _first_ones(chapter, sources, found)
    figures = [overlay(found[figure_id]) for figure_id in chosen]
    return [figure for figure in figures if len(figure.series) <= MOST_SERIES]


def _sources(chapter: Chapter, one: Judged) -> list[MetricResult | AttackResult]:
    """Return the chapter's results of a set at the first seed."""
    measured = [r for r in one.evaluations[0].metrics if r.metric in chapter.metrics]
    attacked = [r for r in one.audits[0].attacks if r.attack in chapter.attacks]
    return [*measured, *attacked]


def _first_ones(
    chapter: Chapter,
    sources: list[list[MetricResult | AttackResult]],
    found: dict[str, list[Drawn]],
) -> list[str]:
    """Return the first figure of each result that has none of the chapter's figures."""
    firsts: list[str] = []
    for results in sources:
        for result in results:
            ids = [figure.id for figure in result.figures]
            if ids and not set(ids) & {*chapter.figures, *firsts}:
                firsts.append(ids[0])
    return [figure for figure in firsts if figure in found]


def beyond(programme: type[Programme]) -> list[Chapter]:
    """Return chapters for the registered metrics and attacks that no other chapter names."""
    named = {
        item for chapter in programme.chapters for item in (*chapter.metrics, *chapter.attacks)
    }
    more = [metric for metric in metrics.ids() if metric not in named]
    threats = [attack for attack in attacks.ids() if attack not in named]
    return [
        Chapter(
            "beyond",
            "Beyond the paper: how real",
            "Measures that this project adds.",
            metrics=tuple(more),
        ),
        Chapter(
            "audit",
            "Beyond the paper: how safe",
            "Attacks that this project adds. Released sets were made from everyone, train and "
            "holdout alike: what these attacks give for them says nothing about privacy.",
            attacks=tuple(threats),
        ),
    ]
