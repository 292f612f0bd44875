"""A generator in a notebook: what it is, what it was fitted to, how that went."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from imaginome.display import card, facts, folded, line
from imaginome.models.base import Generator
from imaginome.settings import setting_text


def generator_card(generator: Generator[Any]) -> str:
    """Return the HTML that a notebook shows of a generator, fitted or not."""
    fitted = generator.is_fitted
    rows = [("settings", _settings(generator))]
    rows += [("can", ", ".join(sorted(generator.abilities)).replace("_", " ") or "sample only")]
    rows += _fitted(generator) if fitted else []
    limits = folded(
        "assumptions and limitations", line(generator.assumptions), line(generator.limitations)
    )
    cites = folded("cite", *(line(citation.text()) for citation in generator.citations))
    title = Markup("Generator <code>{}</code>").format(generator.id)
    state = f"fitted at {len(generator.sites):,} sites" if fitted else "not fitted"
    return str(card(title, state, line(generator.description), facts(rows), limits, cites))


def _settings(generator: Generator[Any]) -> str:
    """Name the settings that differ from the defaults."""
    fields = type(generator.settings).model_fields
    changed = [
        f"{name}={setting_text(value)}"
        for name, value in generator.settings.model_dump(mode="json").items()
        if value != fields[name].default
    ]
    return ", ".join(changed) or "defaults"


def _fitted(generator: Generator[Any]) -> list[tuple[str, str]]:
    rows = []
    known = [name for name in generator.frame.populations if name]
    if known:
        rows.append(("populations", ", ".join(known)))
    history = generator.history
    if history is not None and not math.isnan(history.best_value):
        rows.append(("best held-out value", f"{history.best_value:.4g} at {history.best_step}"))
    if generator.spending is not None:
        rows.append(("guarantee", generator.spending.facts()["Guarantee"]))
    return rows
