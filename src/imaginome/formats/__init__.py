"""Formats: one file a format, chosen by content.

Names are imported when they are first used: the command line reads the options of this room
before it knows its verb, and no numerics.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from imaginome.formats.completed import write_completed
    from imaginome.formats.io import learnable, read_panel, write_panel
    from imaginome.formats.options import ReadOptions
    from imaginome.formats.records import Tally

__all__ = ["ReadOptions", "Tally", "learnable", "read_panel", "write_completed", "write_panel"]
_HOMES = {
    "ReadOptions": "options",
    "Tally": "records",
    "learnable": "io",
    "read_panel": "io",
    "write_completed": "completed",
    "write_panel": "io",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
