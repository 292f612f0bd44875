"""Time and memory of a generator against sites, train haplotypes and clusters.

``python -m benchmarks.scaling PANEL [--samples TSV] [--model hmm] [--set KEY=VALUE]``

One thing varies at a time around a base point; each point runs in a process of its own. The page
states how fast costs grow: the slope of log cost against log size. It also says how long a large
draw takes. Written to ``docs/benchmarks/scaling.md``.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from benchmarks.scaling.page import Long, Scaling, page
from benchmarks.scaling.plan import Plan, Size, part, positive
from benchmarks.scaling.point import Cost, Job, measured_apart
from benchmarks.shared.command_line import DOCS, Parser, require, short, stem_of
from benchmarks.shared.page import machine
from imaginome.cli.console import show_progress
from imaginome.errors import ModelError, SettingsError
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.panel.split import split
from imaginome.progress import Progress
from imaginome.runs.fitting import create
from imaginome.runs.request import thread_count

PAGE = DOCS / "benchmarks" / "scaling.md"
SETTINGS = {"hmm": ("rounds=3", "full_rounds=2", "patience=0")}
"""Fixed amounts of work, where nobody asks for others."""
BASE = (2500, 313, 32)
SITES, PEOPLE, UNITS = (1250, 2500, 5000, 10_000), (156, 313, 626, 1252), (16, 32, 64, 128)
LONG = (10_000, 10_000)
HOLDOUT = 0.5
HAPLOTYPES = 1000
"""Drawn at every point."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    argument_parser = Parser("scaling", description="What a generator costs as panels grow.")
    add = argument_parser.add_argument
    add("panel", type=Path, help="VCF, BCF or .hapt")
    add("--samples", type=Path, help="table of labels")
    add("--legend", type=Path, help="legend of a .hapt file that has none beside it")
    add("--model", default="hmm", help="id of the generator")
    add("--set", action="append", dest="settings", metavar="KEY=VALUE", help="fixes the work")
    add("--units", default="clusters", metavar="KEY", help="setting that is the model's own size")
    add("--sites", type=int, nargs="+", default=SITES)
    add("--people", type=int, nargs="+", default=PEOPLE, help="train individuals")
    add("--sizes", type=int, nargs="+", default=UNITS, help="values of --units")
    add("--base", type=int, nargs=3, default=BASE, metavar=("SITES", "PEOPLE", "SIZE"))
    add("--draw", type=int, nargs=2, default=LONG, metavar=("HAPLOTYPES", "SITES"))
    add("--holdout", type=float, default=HOLDOUT, help="share of individuals left aside")
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=0)
    add("-o", "--output", type=Path, default=PAGE, help="page to write")
    add("-q", "--quiet", action="store_true")
    return argument_parser


class Bench:
    """Measures points of one generator on one train panel."""

    def __init__(self, train: Panel, given: argparse.Namespace, progress: Progress) -> None:
        self.train, self.given, self.progress = train, given, progress
        self.settings, self.units = settings_of(given), units_of(given)
        self.threads = thread_count(given.threads)

    def cost(self, size: Size, haplotypes: int = HAPLOTYPES, repeats: int = 3) -> Cost:
        """Return what one point costs."""
        given, settings = self.given, self.settings
        if size.units is not None:
            settings = (*settings, f"{self.units}={size.units}")
        panel = part(self.train, size.sites, size.people)
        job = Job(panel, given.model, settings, haplotypes, given.seed, self.threads, repeats)
        cost = measured_apart(job)
        self.progress.note(f"{_title(size)}: fit {cost.fit:.1f} s, draw {cost.draw:.1f} s")
        return cost

    def long(self, plan: Plan) -> Long:
        """Return the large draw, from a model of the generator's own default size."""
        haplotypes, sites = self.given.draw
        default = create(self.given.model).settings.model_dump().get(self.units)
        size = Size(sites, plan.base.people, default)
        return Long(haplotypes, size, self.cost(size, haplotypes, 1))


def run(words: Sequence[str]) -> Scaling:
    """Do what the words of a command line ask for, and write the page.

    Raises
    ------
    ImaginomeError
        For wrong words, and for panels that cannot be read or are too small.
    """
    given = parser().parse_args(words)
    plan = plan_of(given)
    options = ReadOptions(legend=given.legend, samples_table=given.samples)
    train, _ = split(
        learnable(read_panel(given.panel, options), options), given.holdout, given.seed
    )
    part(train, 1, max(size.people for size in plan.sizes()))
    bench = Bench(train, given, show_progress(given.quiet))
    scaling = _measured(bench, plan)
    write_text(given.output, page(scaling), force=True)
    bench.progress.note(f"wrote {given.output}")
    return scaling


def _title(size: Size) -> str:
    units = "" if size.units is None else f", size {size.units}"
    return f"{size.sites} sites, {size.people} people{units}"


def _measured(bench: Bench, plan: Plan) -> Scaling:
    given = bench.given
    try:
        costs = {size: bench.cost(size) for size in plan.sizes()}
        long = bench.long(plan)
    except BrokenProcessPool:
        raise ModelError("a point was ended from outside", "it may need more memory") from None
    return Scaling(
        model=given.model,
        settings=bench.settings,
        units=bench.units,
        panel=stem_of(given.panel),
        command=command(given),
        machine=machine(),
        seed=given.seed,
        threads=bench.threads,
        haplotypes=HAPLOTYPES,
        plan=plan,
        costs=costs,
        long=long,
    )


def settings_of(given: argparse.Namespace) -> tuple[str, ...]:
    """Return the settings that fix how much work a fit is."""
    return tuple(SETTINGS.get(given.model, ()) if given.settings is None else given.settings)


def units_of(given: argparse.Namespace) -> str:
    """Return the setting that is the model's own size; "" where the model has no such setting."""
    fields: dict[str, Any] = type(create(given.model, settings_of(given)).settings).model_fields
    return str(given.units) if given.units in fields else ""


def plan_of(given: argparse.Namespace) -> Plan:
    """Return what to measure.

    Raises
    ------
    ImaginomeError
        For files that are not there, sizes that are not positive, and settings that the
        generator refuses.
    """
    require(given.panel, given.samples, given.legend)
    sites, people, units = positive(given.base, "base")
    values = {
        "sites": positive(given.sites, "sites"),
        "people": positive(given.people, "people"),
        "units": positive(given.sizes, "sizes"),
    }
    if min(given.draw) < 2 or given.draw[0] % 2:
        raise SettingsError("--draw takes an even number of haplotypes and at least two sites")
    plan = Plan(Size(sites, people, units if units_of(given) else None), values)
    for size in plan.along("units"):
        create(given.model, (*settings_of(given), f"{units_of(given)}={size.units}"))
    return plan


def command(given: argparse.Namespace) -> str:
    """Return a command that does it again; files by name, wherever they lie."""
    words = [short(given.panel)]
    words += ["--samples", given.samples.name] if given.samples else []
    words += ["--legend", given.legend.name] if given.legend else []
    words += ["--model", given.model] if given.model != "hmm" else []
    for setting in given.settings or ():
        words += ["--set", setting]
    words += ["--units", given.units] if given.units != "clusters" else []
    usual = {"sites": SITES, "people": PEOPLE, "sizes": UNITS, "base": BASE, "draw": LONG}
    for name, value in usual.items():
        chosen = getattr(given, name)
        words += [f"--{name}", *map(str, chosen)] if tuple(chosen) != value else []
    words += ["--holdout", f"{given.holdout:g}"] if given.holdout != HOLDOUT else []
    return shlex.join(["python", "-m", "benchmarks.scaling", *words, "--seed", str(given.seed)])
