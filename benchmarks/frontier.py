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
from collections.abc import Sequence
from pathlib import Path

from benchmarks._command_line import main, make_folders, reading_of
from benchmarks._drawing import png, svg
from benchmarks._frontier_page import page
from benchmarks._frontier_picture import HEIGHT, WIDTH, picture, title
from benchmarks._frontier_result import Frontier, Group
from benchmarks._frontier_scores import Bench, Score
from benchmarks._frontier_words import check, command, panel_name, parser, points
from imaginome.cli.console import show_progress
from imaginome.outputs import atomic_file, write_text
from imaginome.progress import Progress
from imaginome.runs.request import thread_count

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"


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
    groups = tuple(Group(tuple(found)) for found in scores.values())
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
    found = docs / "benchmarks" / f"{name}.md"
    write_text(found, page(frontier, command(given), f"../images/{name}.png"), force=True)
    return found


def run(words: Sequence[str], docs: Path = DOCS) -> Frontier:
    """Do what the words of a command line ask for.

    Raises
    ------
    ImaginomeError
        For wrong words, and for panels that cannot be read or measured.
    """
    given = parser().parse_args(words)
    check(given)
    folder = given.output or HERE / "out" / f"frontier-{panel_name(given)}"
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


if __name__ == "__main__":
    main("frontier", run, "interrupted; repeat the command to go on")
