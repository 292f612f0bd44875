"""What command lines of benchmarks share: parser, places, names of panels, one-line errors."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from imaginome.errors import FormatError, ImaginomeError, SettingsError
from imaginome.formats import ReadOptions
from imaginome.formats.options import parse_regions
from imaginome.outputs import output_error

OUT = Path(__file__).parents[1] / "out"
"""What is measured is kept here, unless another folder is asked for."""
DOCS = Path(__file__).parents[2] / "docs"


class Parser(argparse.ArgumentParser):
    """Wrong usage is one line, as everywhere in imaginome."""

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong.

        Raises
        ------
        SettingsError
            Always.
        """
        raise SettingsError(" ".join(message.split()))


def ask_for_panel(parser: argparse.ArgumentParser) -> None:
    """Add the words that say which panel to read, and how; see `reading_of`."""
    add = parser.add_argument
    add("panel", type=Path, help="VCF, BCF or .hapt")
    add("--samples", type=Path, help="table of labels")
    add("--legend", type=Path, help="legend of .hapt files that have none beside them")
    add("-r", "--regions", default="", help="comma-separated chr:from-to")


def require(*paths: Path | None) -> None:
    """Raise for the first file that was given and is not there.

    Raises
    ------
    FormatError
        Names it.
    """
    for path in paths:
        if path is not None and not path.is_file():
            raise FormatError(f"there is no file {path}", "check the path")


def reading_of(given: argparse.Namespace) -> ReadOptions:
    """Return how the words ``--regions``, ``--legend`` and ``--samples`` want a panel read."""
    return ReadOptions(
        regions=parse_regions(given.regions) if given.regions else (),
        legend=given.legend,
        samples_table=given.samples,
    )


def make_folders(*folders: Path) -> None:
    """Make the folders that are written into, before anything is computed.

    Raises
    ------
    OutputError
        For the first that cannot be made.
    """
    for path in folders:
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_error(path, error) from error


def short(panel: Path) -> str:
    """Return a panel's file with its folder, wherever that lies."""
    return f"{panel.resolve().parent.name}/{panel.name}"


def stem_of(panel: Path) -> str:
    """Return what a panel is called: by its file, or its folder for ``real.*``."""
    stem = panel.name.split(".")[0]
    return panel.resolve().parent.name if stem == "real" else stem


def panel_name(given: argparse.Namespace) -> str:
    """Return what the panel is called: as asked, or by its file (folder for ``real.*``), region."""
    if given.name:
        return str(given.name)
    return re.sub(r"[^\w.-]+", "-", f"{stem_of(given.panel)}-{given.regions}").strip("-")


def main(name: str, run: Callable[[Sequence[str]], object], interrupted: str) -> None:
    """Run on the words of the command line; a failure is one line on stderr and an exit code."""
    try:
        run(sys.argv[1:])
    except ImaginomeError as error:
        print(f"{name}: error: {' '.join(str(error).split())}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        print(f"{name}: error: {interrupted}", file=sys.stderr)
        raise SystemExit(1) from None
