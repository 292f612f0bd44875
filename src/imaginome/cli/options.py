"""Options that several verbs share, spelt as bcftools and plink2 spell them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

READING = "Reading the panel"
RUNNING = "Running"
PRIVACY = "A guarantee for everyone in the panel"


Multiallelic = Literal["drop", "split", "error"]
Keep = Literal["keep", "drop", "error"]
Missing = Literal["error", "drop"]
Unphased = Literal["error", "drop", "keep"]

PanelPath = Annotated[str, typer.Argument(metavar="PANEL", help="VCF, BCF or .hapt; path or URL.")]
Samples = Annotated[
    Path | None,
    typer.Option(
        "--samples",
        metavar="TSV",
        help="Labels: a header with sample and any of population, superpopulation, sex, family.",
        rich_help_panel=READING,
    ),
]
Phenotype = Annotated[
    str | None,
    typer.Option(
        "--phenotype",
        metavar="COLUMN",
        help="Categorical column of --samples that is learned with the genome.",
        rich_help_panel=READING,
    ),
]
Regions = Annotated[
    str,
    typer.Option(
        "-r",
        "--regions",
        metavar="REGIONS",
        help="Comma-separated chr, chr:pos or chr:from-to, 1-based and inclusive.",
        rich_help_panel=READING,
    ),
]
RegionsFile = Annotated[
    Path | None,
    typer.Option(
        "-R",
        "--regions-file",
        metavar="FILE",
        help="Regions one a line: BED (.bed, 0-based) or tab-separated, 1-based.",
        rich_help_panel=READING,
    ),
]
SampleList = Annotated[
    str,
    typer.Option(
        "-s",
        "--sample-list",
        metavar="IDS",
        help="Comma-separated samples to keep.",
        rich_help_panel=READING,
    ),
]
SampleFile = Annotated[
    Path | None,
    typer.Option(
        "-S",
        "--sample-file",
        metavar="FILE",
        help="Samples to keep, one a line.",
        rich_help_panel=READING,
    ),
]
Legend = Annotated[
    Path | None,
    typer.Option(
        help="Legend of a .hapt file; default: the .legend of its stem.", rich_help_panel=READING
    ),
]
MultiallelicOption = Annotated[
    Multiallelic,
    typer.Option("--multiallelic", help="Multi-allelic records.", rich_help_panel=READING),
]
Indels = Annotated[Keep, typer.Option("--indels", help="Indels.", rich_help_panel=READING)]
Monomorphic = Annotated[
    Keep, typer.Option("--monomorphic", help="Constant sites.", rich_help_panel=READING)
]
Duplicates = Annotated[
    Literal["first", "error"],
    typer.Option("--duplicates", help="Sites that appear twice.", rich_help_panel=READING),
]
MissingOption = Annotated[
    Missing,
    typer.Option("--missing", help="Sites with missing genotypes.", rich_help_panel=READING),
]
UnphasedOption = Annotated[
    Unphased,
    typer.Option("--unphased", help="Sites with unphased heterozygotes.", rich_help_panel=READING),
]
Seed = Annotated[int, typer.Option(min=0, help="Root seed: same seed, same bytes.")]
Threads = Annotated[
    int,
    typer.Option(min=0, help="Threads; 0 takes all. No result depends on it."),
]
Device = Annotated[
    Literal["cpu", "cuda", "auto"], typer.Option(help="auto: a GPU when there is one.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an existing output.")]
CheckpointSeconds = Annotated[
    float, typer.Option(min=0, help="Least time between two saves of an unfinished fit.")
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
Verbose = Annotated[
    bool, typer.Option("-v", "--verbose", help="Say more: every held-out measurement.")
]
Json = Annotated[
    bool,
    typer.Option("--json", help="Print verdicts and key figures as JSON on stdout, not as tables."),
]
ModelId = Annotated[
    str,
    typer.Option(
        "--model",
        metavar="ID",
        help="Generator, see `imaginome models`; auto chooses one by people held out of train.",
    ),
]
Budget = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="For --model auto: time to compare and fit, as 20m, 90s or 1h; default: 20m.",
    ),
]
Epsilon = Annotated[
    float | None,
    typer.Option(
        metavar="E",
        help="Fit with differential privacy: nobody's presence changes the odds of any model by "
        "more than e^E. Needs a --model that can; see docs/private.md.",
        rich_help_panel=PRIVACY,
    ),
]
Delta = Annotated[
    float | None,
    typer.Option(
        metavar="D",
        help="With --epsilon: probability outside the promise; default: 1e-6.",
        rich_help_panel=PRIVACY,
    ),
]
Set = Annotated[
    list[str],
    typer.Option("--set", metavar="KEY=VALUE", help="A setting of the generator; may be repeated."),
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
NoPower = Annotated[
    bool,
    typer.Option(
        "--no-power", help="Do not plant known leaks to show what attacks find; nothing passes."
    ),
]
Replicates = Annotated[
    int, typer.Option(min=10, help="Bootstrap replicates over individuals for intervals.")
]
OnlyMetrics = Annotated[
    list[str],
    typer.Option("--metric", metavar="ID", help="Only this metric; may be repeated."),
]
OnlyAttacks = Annotated[
    list[str],
    typer.Option("--attack", metavar="ID", help="Only this attack; may be repeated."),
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


def _share(value: float) -> float:
    if not 0 < value < 1:
        raise typer.BadParameter(f"{value:g} is not between 0 and 1.")
    return value


HoldoutShare = Annotated[
    float, typer.Option(callback=_share, help="Share of individuals that no model sees.")
]
