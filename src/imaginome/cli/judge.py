"""Verbs that judge and show: ``evaluate``, ``audit``, ``redact``, ``report``, ``emergence``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import (
    comparison,
    policy_of,
    refuse_outputs,
)
from imaginome.cli.redact import redact
from imaginome.cli.shared import takes
from imaginome.errors import errors_of_files
from imaginome.runs.request import known_attacks, known_metrics

PANEL = "Judge people"
JsonOutput = Annotated[
    Path | None, typer.Option("-o", "--output", help="JSON to write; default: stdout.")
]
ModelFolder = Annotated[
    Path | None,
    typer.Option(
        metavar="MODEL",
        help="Folder of the fitted model: what it says of people is judged too.",
    ),
]


@takes("compared", comparison)
def evaluate(
    *,
    output: JsonOutput = None,
    only: o.OnlyMetrics = [],  # noqa: B006
    model: ModelFolder = None,
    force: o.Force = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    compared: Callable[[], Any],
) -> None:
    """Tell how real an artificial panel is, each measure beside its ceiling.

    Example: `imaginome evaluate --panel panel.vcf.gz --split split.tsv artificial.vcf.gz`
    """
    from imaginome.cli.console import show_progress
    from imaginome.metrics.evaluate import evaluate as evaluate_panels
    from imaginome.models.registry import load_model
    from imaginome.runs.evidence import with_evidence

    refuse_outputs(output, force=force)
    chosen = known_metrics(only)
    with errors_of_files():
        generator = load_model(model) if model else None
    panels = compared()
    if generator is not None:
        panels = with_evidence(panels, generator)
    result = evaluate_panels(panels, only=chosen, progress=show_progress(quiet, verbose))
    _emit(result, output, force, json, quiet)


@takes("compared", comparison)
def audit(
    *,
    output: JsonOutput = None,
    only: o.OnlyAttacks = [],  # noqa: B006
    model: ModelFolder = None,
    policy: o.Policy = None,
    no_power: o.NoPower = False,
    force: o.Force = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    compared: partial[Any],
) -> None:
    """Attack an artificial panel, and judge whom it might betray; exit code 3 if it fails.

    Known leaks are planted into half of the holdout, to show what the attacks would find here.
    With --train alone few attacks can be run, and nothing passes.

    Example: `imaginome audit --panel panel.vcf.gz --split split.tsv artificial.vcf.gz`
    """
    from imaginome.cli.console import show_progress
    from imaginome.models.registry import load_model
    from imaginome.privacy.audit import audit as audit_panels
    from imaginome.runs.evidence import with_evidence

    refuse_outputs(output, force=force)
    chosen = known_attacks(only)
    thresholds = policy_of(policy)
    with errors_of_files():
        generator = load_model(model) if model else None
    panels = compared(needs_holdout=False)
    if generator is not None and panels.holdout.n_individuals:
        panels = with_evidence(panels, generator)
    result = audit_panels(
        panels,
        policy=thresholds,
        only=chosen,
        power=not no_power,
        progress=show_progress(quiet, verbose),
    )
    _emit(result, output, force, json, quiet)
    if result.verdict == "fail":
        raise typer.Exit(3)


def _emit(result: Any, output: Path | None, force: bool, json: bool, quiet: bool) -> None:
    """Write all of it to a file and show a table; without a file, print it on stdout.

    With `json` the short version goes to stdout, whether or not there is a file.
    """
    from imaginome.cli.summary import print_json, print_result, short_version
    from imaginome.outputs import write_text

    text = result.as_file()
    if output is not None:
        write_text(output, text, force=force)
    if json:
        print_json(short_version(result))
    elif output is None:
        print(text, end="")  # noqa: T201
    elif not quiet:
        print_result(result, output)


def report(
    directories: Annotated[
        list[str],
        typer.Argument(metavar="DIR...", help="Folder of a run; several, also as NAME=DIR."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Page to write.")],
    force: o.Force = False,
) -> None:
    """Draw one offline page from the metrics.json and audit.json of a folder.

    Several folders (runs, or sets that were judged) are put side by side: a ranking, curves laid
    over each other, realism against leakage.

    Example: `imaginome report out -o report.html`
    """
    from imaginome.report.compare.page import report_folders

    report_folders(directories, output, force=force)


def emergence(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder of a fitted model.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to make.")],
    alike: Annotated[
        bool, typer.Option("--alike", help="Order sites by likeness, not along the genome.")
    ] = False,
    force: o.Force = False,
) -> None:
    """Draw the training as pictures: haplotypes taking shape from noise, as GIF and stills.

    Example: `imaginome emergence out/model -o emergence`
    """
    from imaginome.models.registry import load_model
    from imaginome.outputs import refuse_existing
    from imaginome.report.emergence.player import require_frames
    from imaginome.report.emergence.stills import GIF, write_pictures

    refuse_existing(output, force, folder_with=GIF)
    frames = require_frames(load_model(model).emergence, str(model))
    write_pictures(frames, output, alike=alike, force=force)


VERBS = (evaluate, audit, redact, report, emergence)
