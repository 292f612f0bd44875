"""The report: one HTML page that needs no network and nothing beside it.

All code on the page is named by its SHA-256 in a content security policy that forbids every
other script, every inline handler and every connection. A hostile name that slipped through the
escaping of the templates could still not run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from imaginome import __version__
from imaginome.emergence import Emergence
from imaginome.outputs import refuse_existing, write_text
from imaginome.report import wording
from imaginome.report.emergence import emergence_view
from imaginome.report.figures import plain, specification
from imaginome.report.palette import PALETTES
from imaginome.report.sections import (
    Places,
    attack_sections,
    key_bar,
    metric_sections,
    references,
)
from imaginome.report.summary import key_figures
from imaginome.report.training import training_figures
from imaginome.report.verdict import how_real, how_safe
from imaginome.results import Audit, Evaluation

TITLE = "Artificial genomes: how real, how safe"


def write_report(
    evaluation: Evaluation | None,
    audit: Audit | None,
    path: str | Path,
    *,
    facts: Mapping[str, str] = {},
    history: Sequence[Mapping[str, float]] | None = None,
    emergence: Emergence | None = None,
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
        evaluation, audit, facts=facts, history=history, emergence=emergence, title=title
    )
    write_text(Path(path), page, force=force)


def render_report(
    evaluation: Evaluation | None,
    audit: Audit | None,
    *,
    facts: Mapping[str, str] = {},
    history: Sequence[Mapping[str, float]] | None = None,
    emergence: Emergence | None = None,
    title: str = TITLE,
) -> str:
    """Return the page as text; the same results give the same bytes. See `write_report`."""
    places = Places()
    metrics = metric_sections(evaluation, places)
    attacks = attack_sections(audit, places)
    training = places.drawn(training_figures(history or []))
    figures = {drawn.place: _embedded(drawn.figure) for drawn in places.figures}
    keys = key_figures(evaluation, audit)
    film = emergence_view(emergence)
    content = {
        "figures": figures,
        "palettes": PALETTES,
        "emergence": film.data if film else None,
    }
    boot, plotly = _static("boot.js"), _plotly()
    script = _static("report.js") + _static("emergence.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            title=title,
            version=__version__,
            evaluation=evaluation,
            audit=audit,
            facts=dict(facts),
            verdicts=[how_real(evaluation), how_safe(audit)],
            keys=[(figure, key_bar(figure)) for figure in keys],
            metrics=metrics,
            attacks=attacks,
            training=training,
            emergence=film,
            references=references(metrics, attacks),
            data=_json(content),
            css=Markup(_static("report.css")),
            boot=Markup(boot),
            script=Markup(script),
            plotly=Markup(plotly),
            policy=_policy(boot, script, plotly),
        )
    )


def _embedded(figure: Any) -> dict[str, Any]:
    return {
        "id": figure.id,
        "title_plotly": plain(figure.title),
        "x": plain(figure.x_label),
        "y": plain(figure.y_label),
        **specification(figure),
    }


def _json(value: Any) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _policy(*scripts: str) -> str:
    """Return a content security policy that allows these scripts and nothing from outside."""
    digests = [hashlib.sha256(script.encode()).digest() for script in scripts]
    allowed = " ".join(f"'sha256-{base64.b64encode(d).decode()}'" for d in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


@cache
def _static(name: str) -> str:
    return resources.files("imaginome.report").joinpath("static", name).read_text("utf-8")


@cache
def _plotly() -> str:
    """Return plotly's own script; it may not hold what would end a script element."""
    from plotly.offline import get_plotlyjs

    source: str = get_plotlyjs().replace("\r\n", "\n")
    return source.replace("</script", "<\\/script").replace("<!--", "<\\!--")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("imaginome.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": wording.number,
        "interval": wording.interval,
        "cell": wording.cell,
        "seconds": wording.seconds,
        "numeric": lambda value: value is None or isinstance(value, int | float),
    }
    environment.globals |= {"icons": wording.ICONS, "words": wording.STATUS_WORDS}
    return environment
