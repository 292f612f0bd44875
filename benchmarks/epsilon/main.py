"""What a guarantee costs: quality of every private generator against epsilon and panel size.

``python -m benchmarks.epsilon PANEL [--samples TSV] [--model independent] [--people 500 50000]``

Finished points are kept in ``benchmarks/out/epsilon`` and not repeated. With ``--docs`` the page
goes to ``docs/benchmarks/epsilon.md`` and its picture to ``docs/images``.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.epsilon import picture as drawn
from benchmarks.epsilon.page import page
from benchmarks.epsilon.points import (
    EPSILONS,
    MIDDLE,
    UNLINKED,
    Case,
    cases,
    kept,
    kept_audit,
    private_models,
    spread,
)
from benchmarks.epsilon.result import Curve, Curves
from benchmarks.shared.command_line import DOCS, OUT, Parser, require, short, stem_of
from benchmarks.shared.drawing import png, svg
from benchmarks.shared.page import machine
from imaginome.cli.console import show_progress
from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.errors import CapabilityError
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.models.registry import models
from imaginome.outputs import atomic_file, write_text
from imaginome.panel import Panel, Samples, strings
from imaginome.panel.split import split
from imaginome.progress import Progress
from imaginome.results import Audit
from imaginome.runs.fitting import fit

PEOPLE = (500, 2000, 10_000, 50_000)
SITES = 1000
HOLDOUT = 1000


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    argument_parser = Parser("epsilon", description="What a guarantee costs.")
    add = argument_parser.add_argument
    add("panel", type=Path, help="VCF, BCF or .hapt")
    add("--samples", type=Path, help="table of labels")
    add("--model", action="append", help="generator, ID or ID:KEY=VALUE,...; all private ones")
    add("--epsilon", type=float, nargs="+", default=EPSILONS)
    add("--people", type=int, nargs="*", default=PEOPLE, help="sizes of simulated panels")
    add("--sites", type=int, default=SITES, help="sites of simulated panels")
    add("--holdout", type=int, default=HOLDOUT, help="people of their holdout")
    add("--seeds", type=int, default=3)
    add(
        "--slow",
        action="append",
        default=[],
        metavar="MODEL",
        help=f"on simulated panels only on the largest, at epsilon {MIDDLE:g}, once",
    )
    add(
        "--real-only",
        action="append",
        default=[],
        metavar="MODEL",
        help="not on simulated panels",
    )
    add(
        "--audit",
        action="append",
        default=[],
        metavar="MODEL",
        help=f"audit a fit of it at epsilon {MIDDLE:g} on PANEL",
    )
    add("--docs", action="store_true", help="write docs/benchmarks/epsilon.md and its picture")
    add("-o", "--output", type=Path, default=OUT / "epsilon", help="folder")
    add("-q", "--quiet", action="store_true")
    return argument_parser


def run(words: Sequence[str]) -> Curves:
    """Do what the words of a command line ask for, and write page and picture.

    Raises
    ------
    ImaginomeError
        For wrong words, a panel that cannot be read, and generators that cannot be private.
    """
    given = parser().parse_args(words)
    require(given.panel, given.samples)
    chosen = given.model or private_models()
    _refuse_public([*chosen, *given.audit])
    progress = show_progress(given.quiet)
    options = ReadOptions(samples_table=given.samples)
    parts = split(learnable(read_panel(given.panel, options), options))
    curves = Curves(
        real=_curve(stem_of(given.panel), *parts, given, chosen, progress),
        grown=tuple(_grown(given, chosen, progress)),
        command=_command(given),
        machine=machine(),
        seeds=given.seeds,
        audits=_audits(given, *parts, progress),
    )
    _write(curves, given, progress)
    return curves


def _refuse_public(chosen: Sequence[str]) -> None:
    for model in chosen:
        if "private" not in models.get(model.partition(":")[0]).capabilities:
            raise CapabilityError(
                f"{model} cannot be fitted privately", f"choose of {', '.join(private_models())}"
            )


def _curve(
    title: str,
    train: Panel,
    holdout: Panel,
    given: argparse.Namespace,
    chosen: Sequence[str],
    progress: Progress,
    slow: Sequence[str] = (),
) -> Curve:
    scores = {
        case: kept(case, train, holdout, given.output, progress)
        for case in cases(chosen, given.epsilon, given.seeds, slow)
    }
    unlinked = kept(UNLINKED, train, holdout, given.output, progress)
    return Curve(title, train.n_individuals, train.n_sites, scores, unlinked)


def _grown(given: argparse.Namespace, chosen: Sequence[str], progress: Progress) -> list[Curve]:
    """Return the curves on simulated panels of growing size."""
    if not given.people:
        return []
    everyone = simulated(max(given.people) + given.holdout, given.sites)
    order = spread(everyone.n_individuals, everyone.n_individuals)
    # People are drawn population by population: a stride takes some of each.
    holdout = everyone.take_individuals(order[:: len(order) // given.holdout][: given.holdout])
    left = everyone.take_individuals(
        order[[name not in set(holdout.samples.id) for name in everyone.samples.id]]
    )
    return [
        _curve(
            f"{n:,} simulated people",
            left.take_individuals(spread(left.n_individuals, n)),
            holdout,
            given,
            _affordable(chosen, n, given),
            progress,
            given.slow,
        )
        for n in sorted(given.people)
    ]


def _affordable(chosen: Sequence[str], n: int, given: argparse.Namespace) -> list[str]:
    """Return who is measured on a simulated panel of so many people."""
    skipped = [*given.real_only, *(given.slow if n < max(given.people) else ())]
    return [model for model in chosen if model not in skipped]


def _audits(
    given: argparse.Namespace, train: Panel, holdout: Panel, progress: Progress
) -> dict[Case, Audit]:
    """Return the audit of one private fit of each generator that was asked for."""
    to_audit = [Case(model, MIDDLE, 1) for model in given.audit]
    return {case: kept_audit(case, train, holdout, given.output, progress) for case in to_audit}


def simulated(people: int, sites: int) -> Panel:
    """Return so many people like those of the bundled simulated panel, at its first sites."""
    options = ReadOptions(samples_table=DEMO_SAMPLES)
    panel = learnable(read_panel(DEMO_PANEL, options), options)
    panel = panel.take_sites(slice(0, sites))
    drawn_people = fit("hmm", panel, seed=1, threads=2, device="cpu").sample(people, 1)
    old = drawn_people.samples
    names = strings([f"SIM{i:06d}" for i in range(people)])
    labels = Samples(names, population=old.population, superpopulation=old.superpopulation)
    return drawn_people.with_samples(labels)


def _command(given: argparse.Namespace) -> str:
    words = ["python", "-m", "benchmarks.epsilon", short(given.panel)]
    words += ["--samples", given.samples.name] if given.samples else []
    words += [word for model in given.model or () for word in ("--model", model)]
    words += ["--epsilon", *(f"{e:g}" for e in given.epsilon)]
    words += ["--people", *map(str, given.people), "--seeds", str(given.seeds)]
    for option in ("slow", "real_only", "audit"):
        flag = f"--{option.replace('_', '-')}"
        words += [word for model in getattr(given, option) for word in (flag, model)]
    return shlex.join(words)


def _write(curves: Curves, given: argparse.Namespace, progress: Progress) -> None:
    folder = DOCS / "images" if given.docs else given.output
    target = DOCS / "benchmarks" / "epsilon.md" if given.docs else given.output / "epsilon.md"
    marks, height = drawn.picture(curves), drawn.height(curves)
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_file(folder / "epsilon.png", force=True) as path:
        path.write_bytes(png(marks, drawn.WIDTH, height))
    text = svg(marks, drawn.WIDTH, height, "What a guarantee costs")
    write_text(folder / "epsilon.svg", text, force=True)
    write_text(
        target, page(curves, "../images/epsilon.png" if given.docs else "epsilon.png"), force=True
    )
    progress.note(f"wrote {target}")
