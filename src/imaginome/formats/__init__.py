"""Formats: one file a format, chosen by content."""

from imaginome.formats.completed import write_completed
from imaginome.formats.io import learnable, read_panel, write_panel
from imaginome.formats.records import Tally
from imaginome.reading import ReadOptions

__all__ = ["ReadOptions", "Tally", "learnable", "read_panel", "write_completed", "write_panel"]
