"""What pages of benchmarks share: Markdown tables, and on what was measured."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from imaginome import provenance


def machine() -> str:
    """Return one line: processor, cores, Python and date."""
    day = datetime.now(UTC).date().isoformat()
    return f"{provenance.machine()}, Python {platform.python_version()}, {day}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of a Markdown table, with an empty one behind."""
    return [*heading(head), *map(row, rows), ""]


def heading(head: Sequence[str]) -> list[str]:
    """Return the two lines with which a Markdown table begins."""
    return [row(head), f"|{'---|' * len(head)}"]


def row(cells: Sequence[str]) -> str:
    """Return one line of a Markdown table."""
    return f"| {' | '.join(cells)} |"
