"""The command line of the scaling benchmark: words, and what they ask for."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from benchmarks._command_line import Parser, require, short
from benchmarks._scaling_plan import Plan, Size, positive
from imaginome.errors import SettingsError
from imaginome.runs.fitting import create

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks" / "scaling.md"
SETTINGS = {"hmm": ("rounds=3", "full_rounds=2", "patience=0")}
"""Fixed amounts of work, where nobody asks for others."""
BASE = (2500, 313, 32)
SITES, PEOPLE, UNITS = (1250, 2500, 5000, 10_000), (156, 313, 626, 1252), (16, 32, 64, 128)
LONG = (10_000, 10_000)
HOLDOUT = 0.5


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
