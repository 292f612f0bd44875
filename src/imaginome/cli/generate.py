"""The verb that draws artificial people from a fitted model: ``generate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import policy_of, read_options, refuse_outputs
from imaginome.cli.redact import audit_again, comparison_with
from imaginome.cli.shared import takes
from imaginome.errors import errors_of_files
from imaginome.formats.options import ReadOptions
from imaginome.runs.request import known_attacks, thread_count

if TYPE_CHECKING:
    from imaginome.models.base import Generator

PANEL = "Make people"


@takes("reading", read_options)
def generate(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="Folder that `fit` wrote.")],
    n: Annotated[int, typer.Option("-n", min=1, help="Artificial individuals.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help=".vcf.gz, .vcf, .bcf or .hapt.gz.")
    ],
    population: Annotated[str | None, typer.Option(help="Draw everyone from this one.")] = None,
    phenotype: Annotated[str | None, typer.Option(help="Draw everyone with this one.")] = None,
    labels_out: o.LabelsOut = None,
    exclude_risky: Annotated[
        bool,
        typer.Option(
            "--exclude-risky",
            help="Draw people who betray somebody in train again, and audit; needs the real panel.",
        ),
    ] = False,
    train: o.TrainPath = None,
    holdout: o.HoldoutPath = None,
    panel: o.RealPath = None,
    split: o.SplitPath = None,
    only: o.OnlyAttacks = [],  # noqa: B006
    policy: o.Policy = None,
    seed: o.Seed = 1,
    threads: o.Threads = 0,
    force: o.Force = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    *,
    reading: Callable[[], ReadOptions],
) -> None:
    """Draw artificial individuals from a fitted model.

    With --exclude-risky, people whom the attack `records` names are drawn again until nobody is
    named, and exit code 3 says that the audit of what was written fails. That choice looks at
    the real panel: a model with a guarantee refuses it.

    Example: `imaginome generate model -n 500 -o artificial.vcf.gz`
    """
    from imaginome.cli.console import show_progress
    from imaginome.formats import write_panel
    from imaginome.formats.samples_table import has_labels, samples_table_text
    from imaginome.outputs import write_text
    from imaginome.privacy.redaction import draw_clean
    from imaginome.runs.pipeline import artificial_notes

    refuse_outputs(output, labels_out, force=force)
    generator = _loaded(model, labels=labels_out is not None)
    real = (train, holdout, panel, split)
    if not exclude_risky and any(real):
        raise typer.BadParameter("real panels are looked at with --exclude-risky only")
    progress, notes = show_progress(quiet, verbose), artificial_notes(generator, seed)
    how: dict[str, Any] = {
        "population": population,
        "phenotype": phenotype,
        "threads": thread_count(threads),
    }
    thresholds, chosen, clean = policy_of(policy), known_attacks(only), None
    if exclude_risky:
        beside = comparison_with(reading(), *real, seed=seed, threads=how["threads"])
        clean = draw_clean(generator, n, seed, beside, policy=thresholds, progress=progress, **how)
        again = f"{clean.removed} risky people were drawn again"
        notes.append(f"imaginome generate: {again}")
        progress.note(again)
    with progress.task(f"generate {n} individuals"):
        made = clean.panel if clean else generator.sample(n, seed, **how)
        write_panel(made, output, notes=notes, force=force)
        if labels_out is not None:
            write_text(labels_out, samples_table_text(made.samples), force=force)
    if ".hapt" in output.suffixes and has_labels(made.samples) and labels_out is None:
        progress.note(f"{output.name} cannot hold labels: --labels-out writes them to a table")
    if clean:
        audit_again(clean.comparison, thresholds, chosen, None, force, quiet, progress)


def _loaded(model: Path, *, labels: bool) -> Generator[Any]:
    """Load the model; refuse one that draws people without the labels that are asked for."""
    from imaginome.errors import ModelError
    from imaginome.models.registry import load_model

    with errors_of_files():
        generator = load_model(model)
    if labels and not generator.draws_labels:
        raise ModelError(
            f"this {generator.id} model draws people without labels",
            "leave out --labels-out, or fit a model that knows populations with --samples",
        )
    return generator


VERBS = (generate,)
