"""The mosaic frontier of a panel: realism against copying, and who lies beyond.

``python -m benchmarks.frontier PANEL [--samples TSV] [--model hmm] [--model gan:steps=300]
[--published NAME=FILE] [--seeds 3] [--docs]``

Mosaics of donors with mean pieces from 50 to 10,000 sites trace a curve; generators, published
sets and the ceiling (real people) are points. The panel is divided anew at each seed and every
point measured on the same halves. Each point at each seed is kept in the output folder as a
small file and not measured again; an interrupted fit goes on. Leaves ``frontier.json``,
``frontier.svg`` and ``frontier.png``; with ``--docs`` a page in ``docs/benchmarks`` too.
"""

from __future__ import annotations

import argparse
import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.frontier.page import page
from benchmarks.frontier.picture import HEIGHT, WIDTH, picture, title
from benchmarks.frontier.result import Frontier, Group
from benchmarks.frontier.scores import Bench, Score
from benchmarks.shared.command_line import (
    DOCS,
    OUT,
    Parser,
    ask_for_panel,
    make_folders,
    panel_name,
    reading_of,
    require,
    short,
)
from benchmarks.shared.drawing import png, svg
from benchmarks.shared.points import MOSAIC, Point, learned, mosaic, published
from imaginome.cli.console import show_progress
from imaginome.errors import SettingsError
from imaginome.models.registry import models
from imaginome.outputs import atomic_file, write_text
from imaginome.progress import Progress
from imaginome.runs.request import thread_count

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


def measure(given: argparse.Namespace, bench: Bench, progress: Progress) -> Frontier:
    """Measure what is not kept, seed by seed."""
    planned, seeds = points(given), range(given.seed, given.seed + given.seeds)
    scores: dict[str, list[Score]] = {point.name: [] for point in planned}
    # Before anything is measured: a later call without --again goes on after an interrupt.
    for point in planned:
        if point.name in given.again:
            for seed in seeds:
                bench.forget(point, seed)
    for seed in seeds:
        for point in planned:
            scores[point.name].append(bench.score(point, seed, progress))
    groups = tuple(Group(tuple(seed_scores)) for seed_scores in scores.values())
    return Frontier(panel_name(given), groups)


def write(frontier: Frontier, folder: Path) -> None:
    """Write data and picture into the output folder."""
    text = json.dumps(frontier.as_data(), indent=1) + "\n"
    write_text(folder / "frontier.json", text, force=True)
    draw(frontier, folder / "frontier")


def draw(frontier: Frontier, stem: Path) -> None:
    """Write the picture as SVG and PNG."""
    marks = picture(frontier)
    vector = svg(marks, WIDTH, HEIGHT, title(frontier))
    write_text(stem.with_name(f"{stem.name}.svg"), vector, force=True)
    with atomic_file(stem.with_name(f"{stem.name}.png"), force=True) as file:
        file.write_bytes(png(marks, WIDTH, HEIGHT))


def write_docs(frontier: Frontier, given: argparse.Namespace, docs: Path) -> Path:
    """Write the page and its picture into the docs; return the page."""
    name = f"frontier-{frontier.panel}"
    draw(frontier, docs / "images" / name)
    target = docs / "benchmarks" / f"{name}.md"
    write_text(target, page(frontier, command(given), f"../images/{name}.png"), force=True)
    return target


def run(words: Sequence[str], docs: Path = DOCS) -> Frontier:
    """Do what the words of a command line ask for.

    Raises
    ------
    ImaginomeError
        For wrong words, and for panels that cannot be read or measured.
    """
    given = parser().parse_args(words)
    check(given)
    folder = given.output or OUT / f"frontier-{panel_name(given)}"
    pages = [docs / part for part in ("benchmarks", "images")] if given.docs else []
    make_folders(folder / "points", *pages)
    bench = Bench(
        given.panel,
        reading_of(given),
        folder,
        given.holdout,
        given.individuals,
        thread_count(given.threads),
        given.device,
    )
    progress = show_progress(given.quiet)
    frontier = measure(given, bench, progress)
    write(frontier, folder)
    progress.note(f"wrote {folder}")
    if given.docs:
        progress.note(f"wrote {write_docs(frontier, given, docs)}")
    return frontier


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


def command(given: argparse.Namespace) -> str:
    """Return a command that repeats the measurement; files by name, wherever they lie."""
    words = ["python", "-m", "benchmarks.frontier", short(given.panel)]
    words += ["--samples", given.samples.name] if given.samples else []
    words += ["--legend", given.legend.name] if given.legend else []
    words += ["-r", given.regions] if given.regions else []
    for model in given.model or ():
        words += ["--model", model]
    for one in given.published:
        name, _, file = one.partition("=")
        words += ["--published", f"{name}={Path(file).name}"]
    if tuple(given.lengths) != LENGTHS:
        words += ["--lengths", *(f"{length:g}" for length in given.lengths)]
    words += ["--holdout", f"{given.holdout:g}"] if given.holdout != HOLDOUT else []
    words += ["-n", str(given.individuals)] if given.individuals else []
    return shlex.join([*words, "--seed", str(given.seed), "--seeds", str(given.seeds)])
