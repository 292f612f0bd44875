"""Verbs that list what is there: ``models``, ``metrics`` and ``attacks``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from imaginome.registry import Registry

PANEL = "What is there"
ItemId = Annotated[str | None, typer.Argument(metavar="[ID]", help="Tell all about one.")]
Bibtex = Annotated[bool, typer.Option("--bibtex", help="Print the citations as BibTeX.")]


def models(item: ItemId = None, bibtex: Bibtex = False) -> None:
    """List the generators, or tell settings, limits and citations of one.

    Example: `imaginome models hmm`
    """
    from imaginome.models.registry import models as registry

    _show(registry, item, bibtex)


def metrics(item: ItemId = None, bibtex: Bibtex = False) -> None:
    """List the metrics, or tell what one measures and where it comes from.

    Example: `imaginome metrics --bibtex`
    """
    from imaginome.metrics.registry import metrics as registry

    _show(registry, item, bibtex)


def attacks(item: ItemId = None, bibtex: Bibtex = False) -> None:
    """List the attacks, or tell what one tries and cannot see.

    Example: `imaginome attacks segments`
    """
    from imaginome.privacy.registry import attacks as registry

    _show(registry, item, bibtex)


def _show(registry: Registry[Any], item: str | None, bibtex: bool) -> None:
    kinds = [registry.get(item)] if item else list(registry)
    if bibtex:
        entries = {c.key: c.bibtex() for kind in kinds for c in kind.citations}
        print("\n\n".join(entries[key] for key in sorted(entries)))  # noqa: T201
    elif item:
        print("\n".join(_details(kinds[0])))  # noqa: T201
    else:
        width = max(len(kind.id) for kind in kinds)
        for kind in kinds:
            print(f"{kind.id:<{width}}  {kind.description}")  # noqa: T201


def _details(kind: Any) -> list[str]:
    """Return all that an item says of itself, line by line."""
    lines = [f"{kind.id}: {kind.description}"]
    for label in ("assumptions", "limitations", "blind_spot"):
        if hasattr(kind, label):
            lines.append(f"{label.replace('_', ' ')}: {getattr(kind, label)}")
    if hasattr(kind, "capabilities"):
        lines.append(f"capabilities: {', '.join(sorted(kind.capabilities)) or 'none'}")
    if hasattr(kind, "Settings"):
        from imaginome.settings import setting_text

        lines.append("settings (--set key=value):")
        for name, setting in kind.Settings.model_fields.items():
            lines.append(f"  {name}={setting_text(setting.default)}  {setting.description}")
    lines += ["cite:"] if kind.citations else []
    lines += [f"  {c.text()}{f' ({c.reason})' if c.reason else ''}" for c in kind.citations]
    return lines


VERBS = (models, metrics, attacks)
