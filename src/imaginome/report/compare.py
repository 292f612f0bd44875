"""Runs, models and published sets side by side on one offline page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imaginome.outputs import refuse_existing, write_text
from imaginome.report.compare_page import render_comparison
from imaginome.report.compare_read import named_folder, read_entries
from imaginome.report.folder import report_folder


def report_folders(words: Sequence[str], output: Path, *, force: bool = False) -> None:
    """Draw the report of one folder, or the comparison of several.

    Parameters
    ----------
    words
        ``DIR`` or ``NAME=DIR``: folders that `run`, or `evaluate` and `audit`, left behind.
    output
        The page to write.
    force
        Replace an existing page.

    Raises
    ------
    SettingsError
        When names or folders are there twice, or are none.
    FormatError
        When a folder holds no result, or a damaged one.
    OutputError
        When the page cannot be written.
    """
    if len(words) == 1:
        report_folder(named_folder(words[0])[1], output, force=force)
        return
    refuse_existing(output, force)
    write_text(output, render_comparison(read_entries(words)), force=force)
