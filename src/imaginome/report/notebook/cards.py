"""Results in a notebook: verdicts, key figures beside their ceilings, what is not known."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch

from markupsafe import Markup

from imaginome.display import card, facts, folded, line, table
from imaginome.results import (
    AttackResult,
    Audit,
    Choice,
    Evaluation,
    MetricResult,
    PanelSizes,
    Result,
    Status,
    Table,
)
from imaginome.results.digest import (
    Digest,
    Judgement,
    KeyFinding,
    KeyMeasure,
    digest,
    key_finding,
    key_measure,
)
from imaginome.results.status import LOOKS, STATUS_WORDS
from imaginome.results.wording import cell, number, with_interval
from imaginome.results.wording import seconds as duration

ROWS = 20


@singledispatch
def result_card(result: Result) -> str | None:
    """Return what a notebook shows of a result; None where its plain text will do."""
    return None


@result_card.register
def _(result: Evaluation) -> str:
    return str(card("Evaluation", _sizes(result.sizes), *_real(digest(result))))


@result_card.register
def _(result: Audit) -> str:
    return str(card("Audit", _sizes(result.sizes), *_safe(digest(None, result))))


@result_card.register
def _(result: MetricResult) -> str:
    if result.skipped:
        return str(card(result.name, "not computed", line(result.skipped)))
    rows = [key_measure(result, measure) for measure in result.measures]
    parts = [line(result.description, dim=True), _measures(rows), *_figure_ids(result)]
    return str(card(result.name, result.metric, *parts))


@result_card.register
def _(result: AttackResult) -> str:
    rows = [key_finding(result, finding) for finding in result.findings]
    about = f"{result.attack} · {result.area}"
    parts = [line(result.description, dim=True), _findings(rows), *_figure_ids(result)]
    return str(card(result.name, about, *parts))


@result_card.register
def _(result: Choice) -> str:
    rows = [
        (
            badge(row.model, "pass") if row.chosen else row.model,
            " ".join(row.settings),
            number(row.score) if row.score is not None else "",
            row.struck,
        )
        for row in result.compared
    ]
    parts = [
        line(result.reason),
        table(("model", "settings", "score (1: as real people)", "struck because"), rows),
        line(f"predicted {duration(result.predicted_seconds)}", dim=True),
    ]
    return str(card(f"Choice: {result.model}", " ".join(result.settings), *parts))


@result_card.register
def _(result: Table) -> str:
    rows = [[cell(value) for value in row] for row in result.rows[:ROWS]]
    more = len(result.rows) - ROWS
    rest = [line(f"and {more} more rows", dim=True)] if more > 0 else []
    return str(card(result.title, result.id, table(result.columns, rows), *rest))


def run_card(short: Digest) -> str:
    """Return what a notebook shows of a finished run."""
    where = [(name, getattr(short, name)) for name in ("model", "folder", "report")]
    parts = [*_real(short), *_safe(short), facts((n, value) for n, value in where if value)]
    return str(card("Run", _sizes(short.sizes), *parts))


def badge(word: object, status: Status) -> Markup:
    """Return a word in the colour of a status."""
    style = f"color:{LOOKS[status].colour};font-weight:600"
    return Markup('<span style="{}">{}</span>').format(style, word)


def _sizes(sizes: PanelSizes) -> str:
    return (
        f"{sizes.train:,} train · {sizes.holdout:,} holdout · {sizes.artificial:,} artificial "
        f"individuals · {sizes.sites:,} sites"
    )


def _real(short: Digest) -> list[Markup]:
    parts = [_verdict("How real", short.how_real), _measures(short.measures)]
    if short.not_computed:
        rows = [(missing.name, missing.reason) for missing in short.not_computed]
        parts.append(folded(f"not computed: {len(rows)}", table((), rows)))
    return parts


def _safe(short: Digest) -> list[Markup]:
    areas = [*short.areas, short.model_file] if short.model_file else short.areas
    rows = [
        (area.area, badge(STATUS_WORDS[area.verdict], area.verdict), area.reasons[0])
        for area in areas
        if area.reasons
    ]
    return [
        _verdict("How safe", short.how_safe),
        table(("what an attacker gains", "verdict", "because"), rows) if rows else Markup(""),
        folded(f"findings: {len(short.findings)}", _findings(short.findings)),
        folded(f"not tested: {len(short.not_tested)}", *(line(text) for text in short.not_tested)),
    ]


def _verdict(question: str, judged: Judgement | None) -> Markup:
    if judged is None:
        return Markup("")
    word = STATUS_WORDS[judged.verdict]
    headline = f". {judged.headline}" if judged.headline != word else ""
    head = Markup("{}: {}{}").format(question, badge(word, judged.verdict), headline)
    reasons = folded(f"reasons: {len(judged.reasons)}", *(line(text) for text in judged.reasons))
    return line(head) + reasons


def _measures(measures: Iterable[KeyMeasure]) -> Markup:
    rows = [
        (m.name, with_interval(m.artificial), with_interval(m.ceiling), badge(m.words, m.status))
        for m in measures
    ]
    return table(("measure", "artificial", "ceiling (real people)", ""), rows)


def _findings(findings: Iterable[KeyFinding]) -> Markup:
    rows = [
        (
            f.name,
            with_interval(f.strength),
            "" if f.baseline is None else number(f.baseline),
            "" if f.control is None else with_interval(f.control),
            badge(STATUS_WORDS[f.status], f.status),
        )
        for f in findings
    ]
    return table(("finding", "strength", "guessing", "on the holdout", ""), rows)


def _figure_ids(result: MetricResult | AttackResult) -> list[Markup]:
    names = ", ".join(figure.id for figure in result.figures)
    return [line(f"figures: {names}", dim=True)] if names else []
