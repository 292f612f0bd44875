"""One page for each generator, metric and attack, written from what the code says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from imaginome.metrics.registry import metrics
from imaginome.models.registry import models
from imaginome.privacy.registry import attacks
from imaginome.settings import setting_text

FOLDER = "reference"
KINDS = {
    "models": ("Generators", models, "What each learns, assumes, costs and cannot do."),
    "metrics": ("Metrics", metrics, "What each measures, and where it comes from."),
    "attacks": ("Attacks", attacks, "What each tries, and what it cannot see."),
}
SAID = {
    "assumptions": "Assumptions",
    "limitations": "Limitations",
    "blind_spot": "What it cannot see",
}


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before anything is read."""
    app.connect("builder-inited", lambda app: write_pages(Path(app.srcdir)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(docs: Path) -> None:
    """Write ``reference/<kind>/<id>.md`` and one index a kind; leave equal files untouched."""
    for kind, (title, registry, about) in KINDS.items():
        folder = docs / FOLDER / kind
        folder.mkdir(parents=True, exist_ok=True)
        items = list(registry)
        wanted = {f"{item.id}.md": page(kind, item, docs) for item in items}
        wanted["index.md"] = index(title, about, items)
        for name, text in wanted.items():
            path = folder / name
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
        for path in folder.glob("*.md"):
            if path.name not in wanted:
                path.unlink()


def index(title: str, about: str, items: list[Any]) -> str:
    """Return the page that lists the items of one kind."""
    rows = [f"| [`{item.id}`]({item.id}.md) | {item.description} |" for item in items]
    pages = "\n".join(item.id for item in items)
    table = "\n".join(["| id | what it is |", "|---|---|", *rows])
    return f"# {title}\n\n{about}\n\n{table}\n\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


def page(kind: str, item: Any, docs: Path) -> str:
    """Return the page of one item."""
    parts = [f"# {item.id}", _sentence(item.description)]
    parts += [
        f"**{label}.** {getattr(item, name)}" for name, label in SAID.items() if hasattr(item, name)
    ]
    parts += [_facts(item), _settings(item)]
    by_hand = docs / kind / f"{item.id}.md"
    if by_hand.is_file():
        parts.append(
            f"How it works, what it costs, what was tried: [{item.id}](../../{kind}/{item.id}.md)."
        )
    parts.append(_citations(item))
    return "\n\n".join(part for part in parts if part) + "\n"


def _sentence(text: str) -> str:
    line = text[:1].upper() + text[1:]
    return line if line.endswith(".") else f"{line}."


def _facts(item: Any) -> str:
    """Say what an item declares besides words."""
    facts = []
    if hasattr(item, "capabilities"):
        facts.append(f"- capabilities: {', '.join(sorted(item.capabilities)) or 'none'}")
    if hasattr(item, "area"):
        facts.append(f"- what the attacker would gain: {item.area}")
        having = "the artificial panel" if item.access == "panel" else "the fitted model too"
        facts.append(f"- what the attacker has: {having}")
    return "\n".join(facts)


def _settings(item: Any) -> str:
    if not hasattr(item, "Settings") or not item.Settings.model_fields:
        return ""
    rows = [
        f"| `{name}` | `{setting_text(field.default)}` | {field.description} |"
        for name, field in item.Settings.model_fields.items()
    ]
    table = "\n".join(["| setting | default | what it is (unit) |", "|---|---|---|", *rows])
    return f"## Settings\n\nGiven as `--set name=value`.\n\n{table}"


def _citations(item: Any) -> str:
    if not item.citations:
        return ""
    lines = [f"- {c.text()}{f' *{c.reason}*' if c.reason else ''}" for c in item.citations]
    entries = "\n\n".join(c.bibtex() for c in item.citations)
    return "## Citations\n\n" + "\n".join(lines) + f"\n\n```bibtex\n{entries}\n```"
