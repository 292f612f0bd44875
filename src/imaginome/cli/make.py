"""Verbs that learn from people: ``run``, ``demo`` and ``fit``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import (
    budget_seconds,
    file_errors,
    guarantee,
    known_ids,
    read_options,
    resumable,
    thread_count,
)
from imaginome.cli.shared import takes

if TYPE_CHECKING:
    from imaginome.runs.request import RunRequest

PANEL = "Make people"
DEFAULT_MODEL = "auto"
DEMO_BUDGET = "1m"
Count = Annotated[
    int | None,
    typer.Option("-n", min=1, help="Artificial individuals; default: as many as in train."),
]
Folder = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder to make.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run.")]


@takes("reading", read_options)
def run(
    panel: o.PanelPath,
    reading: Callable[[], Any],
    output: Folder,
    model: o.ModelId = DEFAULT_MODEL,
    budget: o.Budget = None,
    n: Count = None,
    phenotype: o.Phenotype = None,
    holdout: o.HoldoutShare = 0.5,
    set_: o.Set = [],  # noqa: B006
    epsilon: o.Epsilon = None,
    delta: o.Delta = None,
    metric: o.OnlyMetrics = [],  # noqa: B006
    attack: o.OnlyAttacks = [],  # noqa: B006
    policy: o.Policy = None,
    no_power: o.NoPower = False,
    replicates: o.Replicates = 100,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    device: o.Device = "auto",
    checkpoint_seconds: o.CheckpointSeconds = 10.0,
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
    from imaginome.runs.request import RunRequest

    request = RunRequest(
        panel,
        output,
        model,
        settings=tuple(set_),
        budget=budget_seconds(budget),
        individuals=n,
        holdout=holdout,
        seed=seed,
        threads=thread_count(threads),
        device=device,
        options=replace(reading(), phenotype=phenotype),
        replicates=replicates,
        metrics=known_ids("metrics", metric),
        attacks=known_ids("attacks", attack),
        power=not no_power,
        checkpoint_seconds=checkpoint_seconds,
        guarantee=guarantee(epsilon, delta),
    )
    _run(request, policy, resume, force, json, quiet, verbose)


def demo(
    output: Folder,
    model: o.ModelId = DEFAULT_MODEL,
    budget: o.Budget = None,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
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
    from imaginome.formats import ReadOptions
    from imaginome.runs.request import RunRequest

    request = RunRequest(
        str(DEMO_PANEL),
        output,
        model,
        budget=budget_seconds(budget or (DEMO_BUDGET if model == DEFAULT_MODEL else None)),
        seed=seed,
        threads=thread_count(threads),
        options=ReadOptions(samples_table=DEMO_SAMPLES),
    )
    _run(request, None, resume, force, json, quiet, verbose)


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
    from imaginome.privacy.policy import load_policy
    from imaginome.runs.pipeline import run as run_pipeline
    from imaginome.runs.workspace import partial_name

    with file_errors():
        thresholds = load_policy(policy) if policy else None
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


@takes("reading", read_options)
def fit(
    panel: o.PanelPath,
    reading: Callable[[], Any],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="MODEL", help="Folder.")],
    model: o.ModelId = DEFAULT_MODEL,
    budget: o.Budget = None,
    split: o.SplitPath = None,
    phenotype: o.Phenotype = None,
    set_: o.Set = [],  # noqa: B006
    epsilon: o.Epsilon = None,
    delta: o.Delta = None,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    device: o.Device = "auto",
    checkpoint_seconds: o.CheckpointSeconds = 10.0,
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
    from imaginome.formats import learnable, read_panel
    from imaginome.outputs import refuse_existing
    from imaginome.panel.split import take_part
    from imaginome.runs.choose.fitting import asked, fit_asked
    from imaginome.runs.fitting import refuse_looking
    from imaginome.runs.workspace import fit_files
    from imaginome.training.control import FitControl

    refuse_existing(output, force, folder_with="model.json")
    options = replace(reading(), phenotype=phenotype)
    promised = guarantee(epsilon, delta)
    wanted = asked(
        model, set_, budget_seconds(budget), phenotype=phenotype is not None, guarantee=promised
    )
    refuse_looking(options, promised)
    train = learnable(read_panel(panel, options), options)
    if split is not None:
        train = take_part(train, split, "train", restricted=bool(options.samples))
    control = FitControl(
        seed, thread_count(threads), device, show_progress(quiet, verbose), guarantee=promised
    )
    with fit_files(output, resume=resume, force=force) as files, resumable(*files):
        fitted = fit_asked(wanted, train, control, files, checkpoint_seconds)
        fitted.save(output, force=force)
    model, people = fitted.generator.id, f"{train.n_individuals:,} individuals"
    control.progress.note(f"{model} fitted to {people} at {train.n_sites:,} sites")
    if fitted.generator.spending is not None:
        control.progress.note(fitted.generator.spending.facts()["Guarantee"])


VERBS = (run, demo, fit)
