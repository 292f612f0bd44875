"""Verbs that learn from people: ``run``, ``demo`` and ``fit``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import policy_of, resumable
from imaginome.cli.shared import request_of, takes
from imaginome.reading import ReadOptions
from imaginome.runs.choose.budget import AUTO
from imaginome.runs.request import RunRequest

PANEL = "Make people"
DEMO_BUDGET = 60.0
"""Seconds."""
Folder = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to make.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")]


@takes("request", request_of(RunRequest))
def run(
    panel: o.PanelPath,
    output: Folder,
    request: Callable[..., RunRequest],
    policy: o.Policy = None,
    resume: Resume = False,
    force: o.Force = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> None:
    """Panel in, artificial people out, with the evidence beside them.

    Leaves artificial.vcf.gz, split.tsv, model/, metrics.json, audit.json, report.html,
    datasheet.md, run.json and run.log in a folder, and artificial.samples.tsv where the
    artificial people have labels.

    Example: `imaginome run panel.vcf.gz --samples samples.tsv -o out`
    """
    _run(request(panel=panel, output=output), policy, resume, force, json, quiet, verbose)


@takes("request", request_of(RunRequest, "demo"))
def demo(
    output: Folder,
    request: Callable[..., RunRequest],
    resume: Resume = False,
    force: o.Force = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> None:
    """Do the same on a small simulated panel that ships with the package.

    Example: `imaginome demo -o demo-out`
    """
    from imaginome.data import DEMO_PANEL, DEMO_SAMPLES

    reading = ReadOptions(samples_table=DEMO_SAMPLES)
    wanted = request(panel=str(DEMO_PANEL), output=output, options=reading)
    if wanted.model == AUTO and wanted.budget is None:
        wanted = replace(wanted, budget=DEMO_BUDGET)
    _run(wanted, None, resume, force, json, quiet, verbose)


def _run(
    request: RunRequest,
    policy: Path | None,
    resume: bool,
    force: bool,
    json: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run, show the key figures, and say by the exit code whether the audit failed."""
    from imaginome.cli.console import show_progress
    from imaginome.cli.summary import print_digest, print_json
    from imaginome.runs.pipeline import run as run_pipeline
    from imaginome.runs.workspace import partial_name

    thresholds = policy_of(policy)
    with resumable(partial_name(request.output)):
        result = run_pipeline(
            request,
            policy=thresholds,
            resume=resume,
            force=force,
            progress=show_progress(quiet, verbose),
        )
    if json:
        print_json(result.digest())
    elif not quiet:
        print_digest(result.digest())
    if result.audit.verdict == "fail":
        raise typer.Exit(3)


@takes("request", request_of(RunRequest, "fit"))
def fit(
    panel: o.PanelPath,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="Folder.")],
    request: Callable[..., RunRequest],
    split: o.SplitPath = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with an interrupted fit.")
    ] = False,
    force: o.Force = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> None:
    """Learn a model from a panel: from everyone in it, or from the train part of --split.

    Example: `imaginome fit panel.vcf.gz --split split.tsv --model hmm -o model`
    """
    from imaginome.cli.console import show_progress
    from imaginome.runs.learning import learn
    from imaginome.runs.workspace import FitFiles

    wanted, progress = request(panel=panel, output=output), show_progress(quiet, verbose)
    with resumable(*FitFiles.beside(output)):
        learn(wanted, split=split, resume=resume, force=force, progress=progress)


VERBS = (run, demo, fit)
