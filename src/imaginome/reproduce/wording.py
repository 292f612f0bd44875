"""A reproduction in words: the page as Markdown for the docs, the short table for a README."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev

from imaginome.reproduce.results import (
    Analysis,
    ChapterResult,
    PanelResult,
    Reading,
    Reproduction,
    Score,
    SetFacts,
)
from imaginome.results.wording import known, number, signed

# -- Numbers in words ------------------------------------------------------------------------------


QUICK = (
    "This is a quick run: fits of seconds, few people, few measures. It shows that everything "
    "works, and nothing about how good the models are."
)
PUBLISHED = (
    "Released sets were made from everyone in the panel, train and holdout alike. How real they "
    "are can be judged; their privacy cannot."
)


def spread(values: Sequence[float | None]) -> str:
    """Write values of several seeds as mean ± standard deviation; one value as it is."""
    finite = [v for v in values if known(v)]
    if not finite:
        return "–"
    text = number(fmean(finite))
    return text if len(finite) == 1 else f"{text} ± {number(stdev(finite), 2)}"


def compared(reading: Reading) -> str:
    """Write how a reading stands to its ceiling: a multiple, else a difference, else nothing."""
    if known(reading.multiple):
        return f"{number(reading.multiple, 2)}×"
    if known(reading.difference):
        return signed(reading.difference, 2)
    return ""


def reading_text(score: Score, set_id: str) -> str:
    """Write what a set reaches in a measure, and beside it how that stands to the ceiling."""
    reading = reading_of(score, set_id)
    if reading is None:
        return "–"
    beside = compared(reading)
    text = spread(reading.values)
    return f"{text} ({beside})" if beside and text != "–" else text


def reading_of(score: Score, set_id: str) -> Reading | None:
    """Return what a set reaches in a measure; None where it was not computed."""
    return next((one for one in score.readings if one.set == set_id), None)


def seconds_text(values: Sequence[float]) -> str:
    """Write times of several seeds."""
    return f"{fmean(values):.0f} s" if values else "–"


def made_by(facts: SetFacts) -> str:
    """Say how a set was made."""
    if facts.skipped:
        return f"not judged: {facts.skipped}"
    if facts.kind == "published":
        return "released with its paper"
    settings = " ".join(facts.settings)
    return f"`{facts.model}`" + (f" with `{settings}`" if settings else ", defaults")


def sizes(panel: PanelResult) -> str:
    """Say how many people and sites were compared."""
    return (
        f"{panel.train:,} people in train, {panel.holdout:,} in the holdout and as many "
        f"artificial ones are compared at {panel.sites:,} sites."
    )


def shown_sets(panel: PanelResult) -> list[SetFacts]:
    """Return the sets that were judged: released ones first, then ours."""
    judged = [facts for facts in panel.sets if not facts.skipped]
    return sorted(judged, key=lambda facts: facts.kind != "published")


# -- The page as Markdown, and the short table -----------------------------------------------------


def markdown_page(result: Reproduction) -> str:
    """Return the whole page without its figures, the same results to the same bytes."""
    lines = [f"# {result.title}", "", result.description, "", result.citation, ""]
    lines += [f"> **{QUICK}**", ""] if result.quick else []
    lines += _table(["", ""], list(result.provenance.items()))
    lines += ["## In short", "", _reading_help(result), ""]
    lines += _headline(result)
    for panel in result.panels:
        lines += [f"## {panel.title}", "", panel.text, "", sizes(panel), ""]
        lines += _sets(panel)
    for chapter in result.chapters:
        lines += _chapter(chapter, result)
    return "\n".join(lines).rstrip() + "\n"


def headline_tables(result: Reproduction) -> str:
    """Return the short table of every panel."""
    lines = [f"**{QUICK}**", ""] if result.quick else []
    return "\n".join([*lines, *_headline(result)]).rstrip() + "\n"


def _reading_help(result: Reproduction) -> str:
    several = "Values are mean ± standard deviation over seeds. " if len(result.seeds) > 1 else ""
    return (
        f"{several}In brackets: the multiple of the ceiling (what real people of the train half "
        "reach against the holdout) where a measure is an error, else the difference to it. "
        f"{PUBLISHED}"
    )


def _headline(result: Reproduction) -> list[str]:
    lines: list[str] = []
    for panel in result.panels:
        scores = result.scores(panel.id)
        columns = [(key, name) for key, name in result.headline if key in scores]
        rows = [["**ceiling: real people**", *(spread(scores[k].reference) for k, _ in columns)]]
        for facts in shown_sets(panel):
            rows.append([facts.name, *(reading_text(scores[k], facts.id) for k, _ in columns)])
        lines += [f"**{panel.title}**", ""]
        lines += _table(["artificial genomes", *(name for _, name in columns)], rows)
    return lines


def _sets(panel: PanelResult) -> list[str]:
    rows = [
        [
            facts.name,
            made_by(facts),
            seconds_text(facts.fit_seconds),
            seconds_text(facts.draw_seconds),
            ", ".join(facts.verdicts) or "cannot be judged",
        ]
        for facts in panel.sets
    ]
    return _table(["artificial genomes", "made by", "fit", "draw", "audit"], rows)


def _chapter(chapter: ChapterResult, result: Reproduction) -> list[str]:
    lines = [f"## {chapter.title}", "", chapter.text, ""]
    for analysis in chapter.analyses:
        panel = next(panel for panel in result.panels if panel.id == analysis.panel)
        lines += [f"### {panel.title}", ""]
        lines += _analysis(analysis, panel)
        lines += [f"- {note}" for note in analysis.notes] + ([""] if analysis.notes else [])
    return lines


def _analysis(analysis: Analysis, panel: PanelResult) -> list[str]:
    if not analysis.scores:
        return ["Nothing was computed here.", ""]
    sets = shown_sets(panel)
    head = ["", "ceiling or guessing", *(facts.name for facts in sets)]
    rows = [
        [score.name, spread(score.reference), *(reading_text(score, s.id) for s in sets)]
        for score in analysis.scores
    ]
    return _table(head, rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
