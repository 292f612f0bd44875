"""What a benchmark ran on."""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from imaginome import provenance


def machine() -> str:
    """Return one line: processor, cores, Python and date."""
    day = datetime.now(UTC).date().isoformat()
    return f"{provenance.machine()}, Python {platform.python_version()}, {day}"
