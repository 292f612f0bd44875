"""The verb that takes risky people out of an artificial panel."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from imaginome.cli import options as o
from imaginome.cli.reading import (
    comparison,
    legend_of,
    options_of_artificial,
    policy_of,
    read_options,
    real_panels,
    refuse_outputs,
)
from imaginome.cli.shared import takes
from imaginome.runs.request import known_attacks

NO_LEAKS = "no leaks were planted here, so nothing passes: `imaginome audit` judges the new file"
AuditOut = Annotated[
    Path | None,
    typer.Option("--audit-out", metavar="JSON", help="The audit of what was written, as JSON."),
]


@takes("compared", comparison)
def redact(
    *,
    output: Annotated[
        Path, typer.Option("-o", "--output", help=".vcf.gz, .vcf, .bcf or .hapt.gz.")
    ],
    audit_out: AuditOut = None,
    only: o.OnlyAttacks = [],  # noqa: B006
    policy: o.Policy = None,
    force: o.Force = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    compared: partial[Any],
) -> None:
    """Take out artificial people who betray somebody, and audit the others again.

    People with a haplotype that the attack `records` names are left out; those who stay keep
    their names and their order. Exit code 3 if the audit of what was written fails.

    Example: `imaginome redact artificial.vcf.gz --panel panel.vcf.gz --split split.tsv -o kept.bcf`
    """
    from imaginome.cli.console import show_progress
    from imaginome.formats import write_panel
    from imaginome.privacy.redaction import redact as redact_panel

    refuse_outputs(output, audit_out, force=force)
    chosen, thresholds = known_attacks(only), policy_of(policy)
    panels, progress = compared(), show_progress(quiet, verbose)
    with progress.task("look for risky people"):
        redaction = redact_panel(_whole(compared), panels, thresholds)
    had = panels.artificial.n_individuals
    note = f"{redaction.removed} of {had} artificial people taken out as risky"
    write_panel(redaction.panel, output, notes=[f"imaginome redact: {note}"], force=force)
    progress.note(note if redaction.removed else f"nobody of {had} stands out: none is taken out")
    audit_again(redaction.comparison, thresholds, chosen, audit_out, force, quiet, progress)


def comparison_with(
    options: Any,
    train: str | None,
    holdout: str | None,
    panel: str | None,
    split: Path | None,
    *,
    seed: int,
    threads: int,
) -> Callable[[Any], Any]:
    """Return what puts an artificial panel beside the real ones that the words name."""
    from imaginome.metrics.comparison import Comparison

    known, unseen = real_panels(options, train, holdout, panel, split)
    assert unseen is not None
    return partial(Comparison.of, known, unseen, seed=seed, threads=threads)


def audit_again(
    panels: Any,
    policy: Any,
    only: tuple[str, ...],
    output: Path | None,
    force: bool,
    quiet: bool,
    progress: Any,
) -> None:
    """Audit what was written; exit code 3 if it fails."""
    from imaginome.cli.summary import print_result
    from imaginome.outputs import write_text
    from imaginome.privacy.audit import audit

    result = audit(panels, policy, only=only, power=False, progress=progress)
    if output is not None:
        write_text(output, result.as_file(), force=force)
    if not quiet:
        print_result(result)
        if result.verdict != "fail":
            progress.note(NO_LEAKS)
    if result.verdict == "fail":
        raise typer.Exit(3)


def _whole(compared: partial[Any]) -> Any:
    """Return the artificial panel at all its sites, not only those shared with real people."""
    from imaginome.formats import read_panel

    given = compared.keywords
    options = read_options(
        **{name: given[name] for name in inspect.signature(read_options).parameters}
    )
    real = given["panel"] or given["train"]
    legend = given["artificial_legend"] or legend_of(given["artificial"], options.legend, real)
    real_ones = replace(options, regions=(), phenotype=given["phenotype"])
    made = options_of_artificial(real_ones, legend, given["artificial_samples"])
    return read_panel(given["artificial"], made)
