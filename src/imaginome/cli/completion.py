"""The verb that completes real people: ``complete``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import read_options
from imaginome.cli.shared import takes
from imaginome.errors import errors_of_files
from imaginome.reading import ReadOptions
from imaginome.runs.request import thread_count

PANEL = "Complete people"


@takes("reading", read_options)
def complete(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `fit` wrote.")],
    panel: o.PanelPath,
    output: Annotated[Path, typer.Option("-o", "--output", help=".vcf.gz or .vcf.")],
    draw: Annotated[
        bool,
        typer.Option("--draw", help="Genotypes drawn by their chances, not the likelier alleles."),
    ] = False,
    population: Annotated[
        str | None,
        typer.Option(help="Population of everyone; default: the labels of the panel, if any."),
    ] = None,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    force: o.Force = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    *,
    reading: Callable[[], ReadOptions],
) -> None:
    """Impute the sites of a model that a panel of phased people does not hold.

    Writes all sites of the model: genotypes (GT), expected ALT counts of each person (DS) and
    haplotype (HDS). These are real people with guessed alleles, not artificial ones: treat the
    file as you treat the panel.

    Example: `imaginome complete model panel.vcf.gz -o completed.vcf.gz`
    """
    from imaginome.cli.console import show_progress
    from imaginome.formats import read_panel, write_completed
    from imaginome.formats.completed import check_suffix
    from imaginome.models.registry import load_model
    from imaginome.outputs import refuse_existing
    from imaginome.runs.completion import complete_panel, completion_notes

    check_suffix(output)
    refuse_existing(output, force)
    with errors_of_files():
        generator = load_model(model)
    people = read_panel(panel, reading())
    progress = show_progress(quiet, verbose)
    with progress.task(f"complete {people.n_individuals} individuals"):
        done = complete_panel(
            generator,
            people,
            draw=draw,
            seed=seed,
            population=population,
            threads=thread_count(threads),
            progress=progress,
        )
        notes = completion_notes(generator, seed if draw else None)
        write_completed(done.panel, done.dosages, done.observed, output, notes=notes, force=force)


VERBS = (complete,)
