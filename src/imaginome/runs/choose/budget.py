"""The time budget of a choice: `20m`, `90s`, `1h`, and what part of it is for what."""

from __future__ import annotations

import math
import re

from imaginome.errors import SettingsError
from imaginome.settings import Given, settings_text

AUTO = "auto"
"""In the place of a generator's id: choose one."""
DEFAULT_BUDGET = 1200.0
"""Seconds."""
COMPARING = 0.5
"""Share of the budget that trials may take; the rest is for the fit."""
LEAST = 10.0
MOST = 1_000_000.0
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?)([smh])")


def parse_budget(text: str) -> float:
    """Return the seconds of a budget such as ``20m``, ``90s``, ``1.5h`` or ``1h30m``.

    Raises
    ------
    SettingsError
        When the text is no such time, or less than ten seconds.
    """
    parts = _FORM.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise SettingsError(f"budget '{text}' is no time", "write --budget 20m, 90s or 1h")
    seconds = math.fsum(float(number) * _UNITS[unit] for number, unit in parts)
    if not LEAST <= seconds <= MOST:
        raise SettingsError(
            f"budget '{text}' is not between {LEAST:g} seconds and {MOST / 3600:.0f} hours",
            "choose a model with --model where there is no time to compare",
        )
    return seconds


def refuse_mixture(model: str, settings: Given, budget: float | None) -> None:
    """Raise where settings are given for a choice, or a budget for a generator.

    Raises
    ------
    SettingsError
        Says which of the two to leave out.
    """
    if model == AUTO and settings:
        raise SettingsError(
            f"--set {settings_text(settings)[0]} is a setting of one generator, and --model auto "
            "chooses it",
            "name the generator with --model, or leave out --set",
        )
    if model != AUTO and budget is not None:
        raise SettingsError(
            f"--budget is for --model auto, and with --model {model} nothing is compared",
            "leave out one of the two",
        )


def budget_text(seconds: float) -> str:
    """Return seconds as `parse_budget` reads them, in the largest unit that is whole."""
    for unit in ("h", "m"):
        count = seconds / _UNITS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return f"{seconds:g}s"
