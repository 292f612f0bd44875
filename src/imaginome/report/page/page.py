"""The page of one artificial panel: its report in one file that needs nothing beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from imaginome.outputs import refuse_existing, write_text
from imaginome.report.emergence.player import emergence_view
from imaginome.report.page.parts import attack_parts, metric_parts, power_view, risky_records
from imaginome.report.page.sections import Places, key_bar
from imaginome.report.page.shell import render_shell
from imaginome.results import (
    AttackResult,
    Audit,
    Cell,
    Choice,
    Compared,
    Evaluation,
    Figure,
    MetricResult,
    Series,
    Table,
)
from imaginome.results.emergence import Emergence
from imaginome.results.order import attacks_in_order, metrics_in_order
from imaginome.results.standing import how_real, how_safe
from imaginome.results.summary import key_figures

# -- The training curve ----------------------------------------------------------------------------


STEPS = ("step", "epoch", "round", "update", "iteration")


def training_figures(history: Sequence[Mapping[str, float]]) -> list[Figure]:
    """Return one figure for each quantity that was recorded along the training.

    Parameters
    ----------
    history
        One mapping a measurement; the step is under one of `STEPS`, else records are counted.
    """
    names = list(dict.fromkeys(name for record in history for name in record))
    clock = next((name for name in STEPS if name in names), None)
    figures = []
    for name in names:
        if name == clock or name in STEPS:
            continue
        pairs = [
            (record.get(clock, i) if clock else i, record[name])
            for i, record in enumerate(history)
            if name in record
        ]
        figures.append(_figure(name, clock or "measurement", pairs))
    return figures


def _figure(name: str, clock: str, pairs: list[tuple[float, float]]) -> Figure:
    words = name.replace("_", " ")
    y: list[float | str | None] = [v if math.isfinite(v) else None for _, v in pairs]
    return Figure(
        id=f"training.{name}",
        title=words[:1].upper() + words[1:],
        reading="Measured while the model learnt; a curve that has levelled off says that more "
        "training would change little.",
        kind="lines",
        x_label=clock,
        y_label=words,
        series=[Series(name=words, role="artificial", x=[float(x) for x, _ in pairs], y=y)],
    )


# -- The choice of this model ----------------------------------------------------------------------


def compared_table(choice: Choice) -> Table:
    """Return a row for each candidate, the best score first."""
    measures = list(dict.fromkeys(name for row in choice.compared for name in row.ratios))
    return Table(
        id="choice.compared",
        title="What was compared",
        columns=[
            "Model",
            "Score",
            *(f"{name}, multiple of ceiling" for name in measures),
            "Held-out log-likelihood, nats",
            "Rounds",
            "Trials, s",
            "Trials, predicted s",
            "Fit, predicted s",
            "Outcome",
        ],
        rows=[_row(row, measures) for row in choice.compared],
    )


def _row(row: Compared, measures: list[str]) -> list[Cell]:
    return [
        " ".join([row.model, *row.settings]),
        row.score,
        *(row.ratios.get(name) for name in measures),
        row.log_likelihood,
        row.rounds,
        *(_whole(time) for time in (row.seconds, row.trial_seconds, row.fit_seconds)),
        "chosen" if row.chosen else row.struck or "compared",
    ]


def _whole(seconds: float | None) -> int | None:
    """Return whole seconds, at least one: nobody chooses by fractions."""
    return max(1, round(seconds)) if seconds else None


# -- References, with BibTeX where it is known -----------------------------------------------------


@dataclass(frozen=True)
class Reference:
    """One publication; `bibtex` is empty where only its text was recorded."""

    text: str
    bibtex: str = ""


def cited(
    evaluation: Evaluation | None,
    audit: Audit | None,
    choice: Choice | None,
    model: Mapping[str, str] = {},
) -> list[Reference]:
    """Return the publications in order of their first use; those of the model come first."""
    references = dict(model)
    metrics = metrics_in_order(evaluation.metrics if evaluation else [])
    attacks = attacks_in_order(audit.attacks if audit else [])
    results: list[MetricResult | AttackResult] = [*metrics, *attacks]
    for result in results:
        entries = dict(zip(result.citations, result.bibtex, strict=False))
        for text in result.citations:
            entry = entries.get(text, "")
            references[text] = references.get(text) or entry
    for text in choice.citations if choice else []:
        references.setdefault(text, "")
    return [Reference(text, entry) for text, entry in references.items()]


# -- The report ------------------------------------------------------------------------------------


TITLE = "Artificial genomes: how real, how safe"
UNTOLD = ("none", "defaults")
"""Facts that need not stand on the first screen."""


def write_report(
    evaluation: Evaluation | None,
    audit: Audit | None,
    path: str | Path,
    *,
    facts: Mapping[str, str] = {},
    history: Sequence[Mapping[str, float]] | None = None,
    emergence: Emergence | None = None,
    choice: Choice | None = None,
    citations: Mapping[str, str] = {},
    title: str = TITLE,
    force: bool = False,
) -> None:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    evaluation, audit
        Results; None where nothing was computed, which the page says.
    path
        Where the page shall appear.
    facts
        What was made from what: labels and texts, in order.
    history
        Held-out figures along the training, one mapping a measurement.
    emergence
        Frames along the training.
    choice
        What was compared before this model was taken; None where it was named.
    citations
        Of the model: texts and their BibTeX.
    title
        Heading of the page.
    force
        Replace an existing page.

    Raises
    ------
    OutputError
        When the page exists and `force` is off, or it cannot be written.
    """
    refuse_existing(Path(path), force)
    page = render_report(
        evaluation,
        audit,
        facts=facts,
        history=history,
        emergence=emergence,
        choice=choice,
        citations=citations,
        title=title,
    )
    write_text(Path(path), page, force=force)


def render_report(
    evaluation: Evaluation | None,
    audit: Audit | None,
    *,
    facts: Mapping[str, str] = {},
    history: Sequence[Mapping[str, float]] | None = None,
    emergence: Emergence | None = None,
    choice: Choice | None = None,
    citations: Mapping[str, str] = {},
    title: str = TITLE,
) -> str:
    """Return the page as text; the same results give the same bytes. See `write_report`."""
    places = Places()
    metrics = metric_parts(evaluation, places)
    attacks = attack_parts(audit, places)
    training = places.drawn(training_figures(history or []))
    keys = key_figures(evaluation, audit)
    film = emergence_view(emergence)
    return render_shell(
        "page.html.j2",
        places.figures,
        scripts=("report.js", "emergence.js"),
        data={"emergence": film.data if film else None},
        title=title,
        evaluation=evaluation,
        audit=audit,
        facts=dict(facts),
        told=[(label, text) for label, text in facts.items() if text not in UNTOLD],
        verdicts=[how_real(evaluation), how_safe(audit)],
        keys=[(figure, key_bar(figure)) for figure in keys],
        metrics=metrics,
        attacks=attacks,
        anchors=places.anchors,
        power=power_view(audit),
        risky=risky_records(audit),
        training=training,
        emergence=film,
        choice=choice,
        compared=compared_table(choice) if choice else None,
        references=cited(evaluation, audit, choice, citations),
    )
