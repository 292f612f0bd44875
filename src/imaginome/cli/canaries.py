"""The verb that tests a way of fitting by attack: ``canaries``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import read_options, refuse_outputs
from imaginome.cli.shared import takes
from imaginome.reading import ReadOptions
from imaginome.runs.request import promise, thread_count

PANEL = "Judge people"


@takes("reading", read_options)
def canaries(
    panel: o.PanelPath,
    model: Annotated[
        str, typer.Option("--model", metavar="ID", help="Generator, see `imaginome models`.")
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSON to write; default: stdout.")
    ] = None,
    split: o.SplitPath = None,
    set_: o.Set = [],  # noqa: B006
    epsilon: o.Epsilon = None,
    delta: o.Delta = None,
    number: Annotated[int, typer.Option("--canaries", min=20, help="Canaries of each fit.")] = 500,
    kind: Annotated[
        Literal["random", "people"],
        typer.Option(help="random: an allele by a coin at each site; people: of the panel."),
    ] = "random",
    fits: Annotated[int, typer.Option(min=1, help="Fits, each with coins of its own.")] = 1,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    device: o.Device = "auto",
    force: o.Force = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    *,
    reading: Callable[[], ReadOptions],
) -> None:
    """Prove by attack how much a way of fitting leaks at least; exit code 3 if it breaks its claim.

    Canaries enter the training panel by the toss of a coin. How often the model gives away how
    the coins fell is a lower bound on epsilon, with 95% confidence; --epsilon is the claim that
    it is held against. The model is thrown away.

    Example: `imaginome canaries panel.vcf.gz --model independent --epsilon 3 -o canaries.json`
    """
    from imaginome.cli.console import show_progress
    from imaginome.formats import learnable, read_panel
    from imaginome.outputs import write_text
    from imaginome.panel.split import take_part
    from imaginome.runs.canaries import CanaryPlan, audit_with_canaries, in_one_line
    from imaginome.runs.fitting import create
    from imaginome.runs.learning import refuse_chosen_sites

    refuse_outputs(output, force=force)
    create(model, set_)
    options = reading()
    promised = promise(epsilon, delta)
    refuse_chosen_sites(options, promised)
    people = learnable(read_panel(panel, options), options)
    if split is not None:
        people = take_part(people, split, "train", restricted=bool(options.samples))
    progress = show_progress(quiet, verbose)
    plan = CanaryPlan(
        number, kind, fits, seed, thread_count(threads), device, promised, progress=progress
    )
    result = audit_with_canaries(people, model, set_, plan)
    text = result.as_file()
    if output is None:
        print(text, end="")  # noqa: T201
    else:
        write_text(output, text, force=force)
        progress.note(in_one_line(result))
    if result.contradicted:
        raise typer.Exit(3)


VERBS = (canaries,)
