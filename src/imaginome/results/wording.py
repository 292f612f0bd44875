"""How numbers are put into words, the same on the page and in the terminal."""

from __future__ import annotations

import math
import re
from typing import TypeGuard

from imaginome.results import Cell, Estimate

NOT_COMPUTED = "not computed"


def known(value: float | None) -> TypeGuard[float]:
    """Say whether a number was computed and is finite."""
    return value is not None and math.isfinite(value)


def number(value: float | None, digits: int = 3) -> str:
    """Write a number with `digits` significant digits; never in a form that hides a null."""
    if value is None or not math.isfinite(value):
        return NOT_COMPUTED
    if value == 0:
        return "0"
    size = abs(value)
    if size < 1e-4 or size >= 1e7:
        return f"{value:.{digits - 1}e}".replace("-", "−")
    if size >= 10 ** (digits - 1):
        return f"{value:,.0f}".replace("-", "−")
    places = digits - 1 - math.floor(math.log10(float(f"{size:.{digits - 1}e}")))
    return f"{value:.{places}f}".replace("-", "−")


def signed(value: float, digits: int = 3) -> str:
    """Write a difference with its sign."""
    return f"{'+' if value >= 0 else ''}{number(value, digits)}"


def interval(estimate: Estimate | None) -> str:
    """Write the 95% interval, or nothing where there is none."""
    if estimate is None or not (known(estimate.low) and known(estimate.high)):
        return ""
    return f"[{number(estimate.low)}, {number(estimate.high)}]"


def with_interval(estimate: Estimate) -> str:
    """Write a value with its interval, where it has one."""
    return f"{number(estimate.value)} {interval(estimate)}".strip()


def cell(value: Cell) -> str:
    """Write one cell of a table."""
    if value is None or isinstance(value, float):
        return number(value, 4)
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


def times(ratio: float) -> str:
    """Write a ratio: ``1.7 times``."""
    return f"{ratio:.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def seconds(value: float) -> str:
    """Write a duration."""
    return f"{value:.1f} s" if value < 90 else f"{value / 60:.1f} min"


def slug(text: str) -> str:
    """Return an anchor made of ``a-z``, ``0-9`` and ``-`` only."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "item"
