"""The frontier as a page of the docs: the rule, the picture, all values and margins."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.frontier.axes import ALL, LONGEST, LOSS, REALISM, SITEWISE, Axis
from benchmarks.frontier.curve import Margin
from benchmarks.frontier.picture import title
from benchmarks.frontier.result import Frontier, Group, Spread
from benchmarks.shared.page import table

READING = """\
A mosaic is a sequence of pieces of real haplotypes, of donors of one population. Short pieces
copy little and look wrong; long pieces look real because they are copies. Mosaics with pieces of
{lengths} sites on average trace a curve: what realism copying buys. A model that has
learnt something must be more real than a mosaic that copies as much.

**Realism**: the area under the curve of classifiers told to separate artificial people from the
holdout (the stronger of trees and network; 0.5 is perfect), and the mean absolute error of LD r2,
as a multiple of the ceiling (train against holdout). **Copying**: the probability that an
artificial haplotype shares a longer run with train than with the holdout, and privacy loss. The
star is the ceiling: other real people of the train half. By construction it copies nothing (0.5;
0) and its LD error is 1."""

RULE = """\
The curve to beat is the lower convex hull of the mosaics of the same split: people of two mosaics
can be mixed, and the mixture lies on the straight line between them or below (exactly so for the
segment attack and for classifiers, by rule for LD and privacy loss). It is made monotone, and
left of all mosaics it stays at the error of the mosaic that copies least: nothing is claimed where
no mosaic was measured. The margin of a model is how far below this curve
it lies at its own copying, computed at each seed against the mosaics of that seed. It is
**beyond** where the margin is positive at every seed, **not beyond** where it is positive at none
(the verdict: in any of the four pictures), else undecided. *As real at*: a mosaic that copies so
much is as real as the model; "none" where no mosaic is."""

PUBLISHED = """\
Published sets were made from people of both halves: they copy from train and holdout alike, so
these attacks cannot see it, and they get no margin."""


def page(frontier: Frontier, command: str, picture: str) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    frontier
        What was measured.
    command
        The command that does it again.
    picture
        Path of the picture from the page; the same path with ``.svg`` holds the same as SVG.
    """
    mosaics = frontier.of_kind("mosaic")
    lengths = " to ".join(f"{g.length:,g}" for g in (mosaics[0], mosaics[-1]))
    vector = picture.removesuffix(".png") + ".svg"
    lines = [f"# {title(frontier)}", "", _facts(frontier, command), ""]
    lines += [READING.format(lengths=lengths), ""]
    lines += [f"![{title(frontier)}]({picture})", "", f"The same as [SVG]({vector}).", ""]
    lines += ["## Beyond the curve", "", RULE, "", *_margins(frontier)]
    lines += ["## All points", "", *_points(frontier)]
    if frontier.of_kind("published"):
        lines += [PUBLISHED, ""]
    return "\n".join(lines).rstrip() + "\n"


def _facts(frontier: Frontier, command: str) -> str:
    first, seeds = frontier.first, ", ".join(map(str, frontier.seeds))
    several = " Values are means over seeds, in brackets least to greatest."
    return (
        f"`{command}`; seed {seeds}; {frontier.machine}. {first.sites:,} sites; "
        f"{first.individuals:,} people in train, from whom everything is made; judged on the "
        "others." + several * (len(frontier.seeds) > 1)
    )


def _margins(frontier: Frontier) -> list[str]:
    """Return a table a model: margins, and what a mosaic must copy to be as real."""
    pairs = [(realism, copying) for realism in REALISM for copying in (LONGEST, LOSS, SITEWISE)]
    head = ["model", *(f"{r.short} at equal {c.short}" for r, c in pairs)]
    head += [f"as real at ({LONGEST.short}): {r.short}" for r in REALISM]
    rows = [_margin_row(frontier, group, pairs) for group in frontier.of_kind("model")]
    if not rows:
        return ["No model was measured.", ""]
    note = "Site by site stands beside the verdict, it has no part in it."
    return [*table([*head, "verdict"], rows), note, ""]


def _margin_row(frontier: Frontier, group: Group, pairs: Sequence[tuple[Axis, Axis]]) -> list[str]:
    cells = [_margin(frontier.margin(group, copying, realism)) for realism, copying in pairs]
    for realism in REALISM:
        needed = frontier.margin(group, LONGEST, realism).needed
        cells.append("none" if needed is None else f"{needed:.2f}")
    return [f"`{group.name}`", *cells, f"**{frontier.standing(group)}**"]


def _margin(margin: Margin) -> str:
    if len(margin.values) == 1:
        return f"{margin.mean:+.3f}"
    return f"{margin.mean:+.3f} ({margin.least:+.3f} to {max(margin.values):+.3f})"


def _points(frontier: Frontier) -> list[str]:
    head = ["people", *(axis.title for axis in ALL), "fit s", "draw s", "judge s"]
    real = ["**real: train**", *(_spread(frontier.real(axis)) for axis in ALL), "-", "-", "-"]
    rows = [real]
    for group in (g for kind in ("mosaic", "published", "model") for g in frontier.of_kind(kind)):
        name = f"`{group.name}`" if group.kind == "model" else group.name
        seconds = [_seconds(group.seconds(stage)) for stage in ("fit", "draw", "judge")]
        rows.append([name, *(_spread(group.spread(axis)) for axis in ALL), *seconds])
    return table(head, rows)


def _spread(spread: Spread) -> str:
    if spread.low == spread.high:
        return f"{spread.mean:.3f}"
    return f"{spread.mean:.3f} ({spread.low:.3f} to {spread.high:.3f})"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}" if value >= 10 else f"{value:.1f}"
