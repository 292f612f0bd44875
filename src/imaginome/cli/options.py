"""Options that several verbs share, spelt as bcftools and plink2 spell them.

Those of a run are declared by `RunRequest` and `ReadOptions`; here stand what other verbs take of
them one by one, and what no request holds.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from imaginome.cli.shared import option_of
from imaginome.reading import ReadOptions
from imaginome.runs.request import RunRequest

PanelPath = Annotated[str, typer.Argument(metavar="PANEL", help="VCF, BCF or .hapt; path or URL.")]
Phenotype = Annotated[str | None, option_of(ReadOptions, "phenotype")]
Set = Annotated[list[str], option_of(RunRequest, "settings")]
Epsilon = Annotated[float | None, option_of(RunRequest, "guarantee", "epsilon")]
Delta = Annotated[float | None, option_of(RunRequest, "guarantee", "delta")]
Seed = Annotated[int, option_of(RunRequest, "seed")]
Threads = Annotated[int, option_of(RunRequest, "threads")]
Device = Annotated[Literal["cpu", "cuda", "auto"], option_of(RunRequest, "device")]
Replicates = Annotated[int, option_of(RunRequest, "replicates")]
OnlyMetrics = Annotated[list[str], option_of(RunRequest, "metrics")]
OnlyAttacks = Annotated[list[str], option_of(RunRequest, "attacks")]
NoPower = Annotated[bool, option_of(RunRequest, "power")]
HoldoutShare = Annotated[float, option_of(RunRequest, "holdout")]

Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Say more: every held-out measurement.")
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print verdicts and key figures as JSON on stdout, not as tables."),
]
TrainPath = Annotated[
    str | None, typer.Option("--train", metavar="PANEL", help="People the model has seen.")
]
HoldoutPath = Annotated[
    str | None, typer.Option("--holdout", metavar="PANEL", help="People it has not seen.")
]
RealPath = Annotated[
    str | None,
    typer.Option(
        "--panel", metavar="PANEL", help="Instead of both: one real panel, divided by --split."
    ),
]
SplitPath = Annotated[
    Path | None,
    typer.Option("--split", metavar="TSV", help="Who is in train and who in holdout."),
]
Policy = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Thresholds of the audit, JSON or TOML.")
]

ArtificialPath = Annotated[
    str, typer.Argument(metavar="ARTIFICIAL", help="The panel to judge: VCF, BCF or .hapt.")
]
ArtificialLegend = Annotated[
    Path | None,
    typer.Option(
        help="Legend of an artificial .hapt file; default: the .legend of its stem, else that of "
        "the real panel."
    ),
]

ArtificialSamples = Annotated[
    Path | None,
    typer.Option(
        metavar="TSV",
        help="Labels of the artificial people where their file has none, as --samples.",
    ),
]
LabelsOut = Annotated[
    Path | None,
    typer.Option(
        "--labels-out", metavar="TSV", help="Table of their labels to write, as plink2 reads it."
    ),
]
