"""What panels, models and results show of themselves in a notebook.

Nothing here runs or loads anything: no script, no link, no picture. Whatever is shown is escaped
by `markupsafe`, so that a hostile name stays a name.

What is shown here knows nothing of who shows it: a result asks here, and its plain text does where
nobody answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any, Literal, overload

from markupsafe import Markup

# -- Small pieces of HTML for notebooks ------------------------------------------------------------


CARD = (
    "border:1px solid rgba(128,128,128,.4);border-radius:6px;padding:.6em .9em;margin:.2em 0;"
    "max-width:60em;overflow-x:auto;font-size:90%"
)
DIM = "opacity:.75"
CELL = "padding:.1em 1em .1em 0;vertical-align:top;border:0;background:none"


def card(title: object, subtitle: object = "", *parts: Markup) -> Markup:
    """Return a box with a title, a dim line beside it, and parts below."""
    head = Markup('<div><b>{}</b> <span style="{}">{}</span></div>').format(title, DIM, subtitle)
    return Markup('<div style="{}">{}{}</div>').format(CARD, head, Markup("").join(parts))


def line(text: object, *, dim: bool = False) -> Markup:
    """Return one line of text."""
    return Markup('<div style="margin:.2em 0;{}">{}</div>').format(DIM if dim else "", text)


def table(headings: Sequence[object], rows: Iterable[Sequence[Any]]) -> Markup:
    """Return a table; cells that are no `Markup` are escaped."""
    head = _row("th", headings, f"{CELL};{DIM};font-weight:normal") if headings else Markup("")
    body = Markup("").join(_row("td", row, CELL) for row in rows)
    style = "border-collapse:collapse;margin:.4em 0;border:0"
    return Markup('<table style="{}">{}{}</table>').format(style, head, body)


def facts(pairs: Iterable[tuple[object, object]]) -> Markup:
    """Return a table of labels and values."""
    dim = Markup('<span style="{}">{}</span>')
    return table((), [(dim.format(DIM, name), value) for name, value in pairs])


def folded(title: object, *parts: Markup) -> Markup:
    """Return parts that open at a click."""
    inside = Markup("").join(parts)
    return Markup("<details><summary>{}</summary>{}</details>").format(title, inside)


def _row(tag: str, cells: Sequence[Any], style: str) -> Markup:
    one = Markup(f'<{tag} style="text-align:left;{{}}">{{}}</{tag}>')
    return Markup("<tr>{}</tr>").format(Markup("").join(one.format(style, c) for c in cells))


# -- What is shown, and by whom --------------------------------------------------------------------


Form = Literal["html", "bundle"]
"""HTML, or a dictionary of MIME types, as in `_repr_html_` and `_repr_mimebundle_`."""

FORMATTERS: dict[tuple[Form, str], str] = {
    ("html", "imaginome.models.base.Generator"): "imaginome.models.shared.card.generator_card",
    ("html", "imaginome.results.figures.Result"): "imaginome.report.notebook.cards.result_card",
    ("bundle", "imaginome.results.figures.Figure"): (
        "imaginome.report.notebook.plotting.mime_bundle"
    ),
}
"""Who shows things of a class, and of those derived from it: dotted names of class and function.

Generators and results may not import the rooms that show them; a panel shows itself.
"""


@overload
def in_notebook(form: Literal["html"], thing: object) -> str | None: ...


@overload
def in_notebook(form: Literal["bundle"], thing: object) -> dict[str, Any] | None: ...


def in_notebook(form: Form, thing: object) -> Any:
    """Return what a notebook shows of a thing; None where its plain text will do."""
    for kind in type(thing).__mro__:
        formatter = FORMATTERS.get((form, f"{kind.__module__}.{kind.__qualname__}"))
        if formatter is not None:
            module, _, name = formatter.rpartition(".")
            return getattr(import_module(module), name)(thing)
    return None
