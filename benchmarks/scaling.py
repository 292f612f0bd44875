"""Time and memory of a generator against sites, train haplotypes and clusters.

``python -m benchmarks.scaling PANEL [--samples TSV] [--model hmm] [--set KEY=VALUE]``

One thing varies at a time around a base point; each point runs in a process of its own. The page
states how fast costs grow: the slope of log cost against log size. It also says how long a large
draw takes. Written to ``docs/benchmarks/scaling.md``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool

from benchmarks._command_line import main, stem_of
from benchmarks._scaling_page import Long, Scaling, page
from benchmarks._scaling_plan import Plan, Size, part
from benchmarks._scaling_point import Cost, Job, measured_apart
from benchmarks._scaling_words import command, parser, plan_of, settings_of, units_of
from benchmarks.machine import machine
from imaginome.cli.console import show_progress
from imaginome.errors import ModelError
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.panel.split import split
from imaginome.progress import Progress
from imaginome.runs.fitting import create
from imaginome.runs.request import thread_count

HAPLOTYPES = 1000
"""Drawn at every point."""


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
    found = _measured(bench, plan)
    write_text(given.output, page(found), force=True)
    bench.progress.note(f"wrote {given.output}")
    return found


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


if __name__ == "__main__":
    main("scaling", run, "interrupted")
