"""Verbs that look at a panel: ``inspect`` and ``split``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import read_options
from imaginome.cli.shared import takes
from imaginome.reading import ReadOptions

PANEL = "Look at a panel"


@takes("reading", read_options)
def inspect(
    panel: o.PanelPath,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    *,
    reading: Callable[[], ReadOptions],
) -> None:
    """Tell what is in a panel, and what would be dropped and why.

    Example: `imaginome inspect panel.vcf.gz --samples samples.tsv`
    """
    from imaginome.cli.inspection import inspection_text
    from imaginome.formats.inspect import inspect_panel

    summary = inspect_panel(panel, reading())
    print(summary.model_dump_json(indent=1) if json else inspection_text(summary))  # noqa: T201


@takes("reading", read_options)
def split(
    panel: o.PanelPath,
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write.")],
    holdout: o.HoldoutShare = 0.5,
    seed: o.Seed = 1,
    force: o.Force = False,
    *,
    reading: Callable[[], ReadOptions],
) -> None:
    """Divide the individuals into train and holdout, as `run` does.

    Example: `imaginome split panel.vcf.gz --samples samples.tsv -o split.tsv`
    """
    from imaginome.cli.console import show_progress
    from imaginome.formats import read_panel
    from imaginome.outputs import refuse_existing, write_text
    from imaginome.panel.split import split as split_panel
    from imaginome.panel.split import split_table

    refuse_existing(output, force)
    parts = split_panel(read_panel(panel, reading()), holdout, seed)
    write_text(output, split_table(*parts), force=force)
    train, unseen = (part.n_individuals for part in parts)
    show_progress().note(f"{train:,} individuals to train, {unseen:,} held out")


VERBS = (inspect, split)
