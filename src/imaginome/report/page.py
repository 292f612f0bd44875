"""The report of one artificial panel: one HTML page that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from imaginome.emergence import Emergence
from imaginome.outputs import refuse_existing, write_text
from imaginome.report.choice import compared_table
from imaginome.report.emergence import emergence_view
from imaginome.report.parts import attack_parts, metric_parts
from imaginome.report.references import cited
from imaginome.report.safety import power_view, risky_records
from imaginome.report.sections import (
    Places,
    key_bar,
)
from imaginome.report.shell import render_shell
from imaginome.report.summary import key_figures
from imaginome.report.training import training_figures
from imaginome.report.verdict import how_real, how_safe
from imaginome.results import Audit, Choice, Evaluation

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
