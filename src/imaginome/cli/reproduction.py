"""The verb that runs the programme of a paper again: ``reproduce``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from imaginome.cli import options as o
from imaginome.runs.request import thread_count

PANEL = "Reproduce"


def reproduce(
    programme: Annotated[
        str, typer.Argument(metavar="PROGRAMME", help="What to reproduce: yelmen2021.")
    ],
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            metavar="DIR",
            envvar="IMAGINOME_PANELS",
            help="Folder of panels and released sets, laid out as docs/reproduce.md says.",
        ),
    ],
    output: Annotated[
        Path,
        typer.Option("-o", "--output", metavar="DIR", help="Folder to make, or to go on with."),
    ],
    quick: Annotated[
        bool, typer.Option("--quick", help="Minutes: short fits, few people, few measures.")
    ] = False,
    seed: o.Seed = 1,
    seeds: Annotated[
        int, typer.Option(min=1, help="How many seeds, each with a split and fits of its own.")
    ] = 1,
    threads: o.Threads = 0,
    device: o.Device = "auto",
    force: Annotated[
        bool, typer.Option("--force", help="Discard what is finished in the folder.")
    ] = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> None:
    """Run a paper's whole programme and write one page in its order.

    Leaves page.html, page.md, table.md, reproduce.json and a folder for every run. Repeat the
    command to go on after an interrupt: what is finished is not done again.

    Example: `imaginome reproduce yelmen2021 --data data --quick -o reproduced`
    """
    from imaginome.cli.console import show_progress, stderr
    from imaginome.reproduce.run import ReproduceRequest
    from imaginome.reproduce.run import reproduce as reproduce_programme

    request = ReproduceRequest(
        programme, data, output, quick, seed, seeds, thread_count(threads), device
    )
    try:
        reproduce_programme(request, force=force, progress=show_progress(quiet, verbose))
    except KeyboardInterrupt:
        raise KeyboardInterrupt("repeat the command to go on") from None
    if not quiet:
        stderr().print(f"page: {output / 'page.html'}", soft_wrap=True)


VERBS = (reproduce,)
