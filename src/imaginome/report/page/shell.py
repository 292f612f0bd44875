"""What every page shares: one HTML file that needs no network and nothing beside it.

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
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from imaginome import __version__
from imaginome.report.figures.draw import plain, specification
from imaginome.report.figures.palette import PALETTES
from imaginome.report.page.sections import Drawn
from imaginome.results import Figure, wording
from imaginome.results.status import LOOKS


def render_shell(
    template: str,
    figures: Sequence[Drawn],
    *,
    scripts: Sequence[str] = ("report.js",),
    data: Mapping[str, Any] = {},
    **values: Any,
) -> str:
    """Return a page as text; the same values give the same bytes.

    Parameters
    ----------
    template
        Name of a template of this package.
    figures
        Figures with their places; the page's script draws them.
    scripts
        Names of static scripts, run in this order at the end of the page.
    data
        What the scripts find beside figures and palettes, JSON-ready.
    **values
        What the template shows.
    """
    embedded = {drawn.place: _embedded(drawn.figure) for drawn in figures}
    content = {"figures": embedded, "palettes": PALETTES, **data}
    boot, plotly = _static("boot.js"), _plotly()
    script = "".join(_static(name) for name in scripts)
    return (
        _environment()
        .get_template(template)
        .render(
            version=__version__,
            data=_json(content),
            css=Markup(_static("report.css")),
            boot=Markup(boot),
            script=Markup(script),
            plotly=Markup(plotly),
            policy=_policy(boot, script, plotly),
            **values,
        )
    )


def _embedded(figure: Figure) -> dict[str, Any]:
    return {
        "id": figure.id,
        "title_plotly": plain(figure.title),
        "x": plain(figure.x_label),
        "y": plain(figure.y_label),
        "groups": [plain(s) for s in dict.fromkeys(s.group for s in figure.series) if s],
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
    environment.globals |= {"looks": LOOKS}
    return environment
