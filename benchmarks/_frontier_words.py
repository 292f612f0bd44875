"""The command line of the frontier: words, and what they ask for."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from benchmarks._command_line import Parser, ask_for_panel, require, short, stem_of
from benchmarks._frontier_points import MOSAIC, Point, Published, learned, mosaic
from imaginome.errors import SettingsError
from imaginome.formats.items.hapt import Hapt
from imaginome.models.registry import models

LENGTHS = (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0)
HOLDOUT = 0.5
NONE = "none"
ABOUT = "Realism against copying of a panel: generators beside mosaics of real haplotypes."


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    argument_parser = Parser("frontier", description=ABOUT)
    ask_for_panel(argument_parser)
    add = argument_parser.add_argument
    add("--name", help="name of the panel; default: of its file or folder")
    add("--model", action="append", metavar="ID[:KEY=VALUE,...]", help="default: all; none")
    add("--published", action="append", default=[], metavar="NAME=FILE", help="a released set")
    add("--lengths", type=float, nargs="+", default=LENGTHS, help="mean pieces (sites)")
    add("--holdout", type=float, default=HOLDOUT, help="share of individuals that no model sees")
    add("-n", type=int, dest="individuals", help="artificial individuals; default: as train")
    add("--seed", type=int, default=1, help="first seed")
    add("--seeds", type=int, default=1, help="how many, each with its own split and fits")
    add(
        "--again",
        action="append",
        default=[],
        metavar="NAME",
        help="measure this point anew",
    )
    add("--threads", type=int, default=0)
    add("--device", default="auto")
    add("-o", "--output", type=Path, help="folder; default: benchmarks/out/frontier-NAME")
    add("--docs", action="store_true", help="write the page and its picture into docs")
    add("-q", "--quiet", action="store_true")
    return argument_parser


def check(given: argparse.Namespace) -> None:
    """Refuse early what would fail late.

    Raises
    ------
    ImaginomeError
        For the first of it.
    """
    require(given.panel, given.samples, given.legend)
    if given.seeds < 1 or given.seed < 0:
        raise SettingsError("seeds count from 0 on, and at least one is needed")
    if given.individuals is not None and given.individuals < 2:
        raise SettingsError("-n must be at least 2")
    if given.name and not re.fullmatch(r"[\w.-]+", given.name):
        raise SettingsError(f"--name '{given.name}' cannot name a file", "use letters and digits")
    points(given)


def points(given: argparse.Namespace) -> list[Point]:
    """Return all points: those that take longest come last."""
    chosen = given.model
    if chosen is None:
        chosen = [model for model in models.ids() if model != MOSAIC]
    chosen = [words for words in chosen if words != NONE]
    planned: list[Point] = [mosaic(length) for length in sorted(given.lengths)]
    planned += [published(words, given) for words in given.published]
    planned += [learned(words) for words in chosen]
    names = [point.name for point in planned]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise SettingsError(f"'{twice[0]}' is there twice", "give every point once")
    unknown = [name for name in given.again if name not in names]
    if unknown:
        raise SettingsError(f"no point is called '{unknown[0]}'", f"known: {', '.join(names)}")
    return planned


def published(words: str, given: argparse.Namespace) -> Published:
    """Return the released set that ``NAME=FILE`` names."""
    name, equals, file = words.partition("=")
    if not name or not equals:
        raise SettingsError(f"--published '{words}' names no file", "write NAME=FILE")
    require(Path(file))
    legend = None
    if file.endswith(Hapt.suffixes) and not Hapt.legend_beside(Path(file)).is_file():
        legend = given.legend or Hapt.legend_beside(given.panel)
    return Published(name, file=Path(file), legend=legend)


def panel_name(given: argparse.Namespace) -> str:
    """Return what the panel is called: as asked, or by its file (folder for ``real.*``), region."""
    if given.name:
        return str(given.name)
    return re.sub(r"[^\w.-]+", "-", f"{stem_of(given.panel)}-{given.regions}").strip("-")


def command(given: argparse.Namespace) -> str:
    """Return a command that repeats the measurement; files by name, wherever they lie."""
    words = ["python", "-m", "benchmarks.frontier", short(given.panel)]
    words += ["--samples", given.samples.name] if given.samples else []
    words += ["--legend", given.legend.name] if given.legend else []
    words += ["-r", given.regions] if given.regions else []
    for model in given.model or ():
        words += ["--model", model]
    for published in given.published:
        name, _, file = published.partition("=")
        words += ["--published", f"{name}={Path(file).name}"]
    if tuple(given.lengths) != LENGTHS:
        words += ["--lengths", *(f"{length:g}" for length in given.lengths)]
    words += ["--holdout", f"{given.holdout:g}"] if given.holdout != HOLDOUT else []
    words += ["-n", str(given.individuals)] if given.individuals else []
    return shlex.join([*words, "--seed", str(given.seed), "--seeds", str(given.seeds)])
