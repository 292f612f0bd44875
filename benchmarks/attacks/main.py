"""What attacks find of known leaks, how often they cry at strangers, and what the audit says.

``python -m benchmarks.attacks PANEL [--samples TSV] [--seeds 20] [--model hmm]
[--published NAME=FILE] [--docs]``

The panel is divided into thirds: train, holdout, and people who are in neither. Known leaks are
planted into the last at the first seed; without leaks they are attacked at every seed. Generators
and published sets then get a whole audit on halves. Every trial and audit is kept in the output
folder as a small file and not made again (`--again ATTACK` or a name forgets it). With ``--docs``
a page in ``docs/benchmarks``.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attacks.audits import Bench
from benchmarks.attacks.page import Tried, page, registered
from benchmarks.attacks.trials import SAFE, Ground, Trial
from benchmarks.shared.command_line import (
    DOCS,
    OUT,
    Parser,
    ask_for_panel,
    make_folders,
    panel_name,
    reading_of,
    require,
    short,
)
from benchmarks.shared.page import machine
from benchmarks.shared.points import Fitted, Published, learned, published
from imaginome.cli.console import show_progress
from imaginome.errors import SettingsError
from imaginome.outputs import write_text
from imaginome.privacy.leaks.registry import leaks
from imaginome.progress import Progress
from imaginome.runs.request import thread_count

SEEDS = 20


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    argument_parser = Parser("attacks", description="What attacks find of known leaks on a panel.")
    ask_for_panel(argument_parser)
    add = argument_parser.add_argument
    add("--name", help="name of the panel; default: of its file or folder")
    add("--attack", action="append", metavar="ID", help="default: all")
    add("--leak", action="append", metavar="ID", help="default: all; none")
    add("--model", action="append", default=[], metavar="ID[:KEY=VALUE,...]", help="to audit")
    add("--published", action="append", default=[], metavar="NAME=FILE", help="a released set")
    add("--seed", type=int, default=1, help="first seed: leaks and audits")
    add("--seeds", type=int, default=SEEDS, help="how many divide the panel, without leaks")
    add("--again", action="append", default=[], metavar="NAME", help="do this attack or set anew")
    add("--threads", type=int, default=0)
    add("--device", default="auto")
    add("-o", "--output", type=Path, help="folder; default: benchmarks/out/attacks-NAME")
    add("--docs", action="store_true", help="write the page into docs")
    add("-q", "--quiet", action="store_true")
    return argument_parser


def measure(given: argparse.Namespace, ground: Ground, progress: Progress) -> Tried:
    """Try and audit what is not kept."""
    chosen, points = _attacks(given), _points(given)
    bench = Bench(ground, given.seed, given.device, tuple(given.attack or ()))
    for attack in given.again:
        ground.forget(attack)
    for point in points:
        if point.name in given.again:
            bench.forget(point)
    seeds = range(given.seed, given.seed + given.seeds)

    def trials(leak: str, seed: int) -> list[Trial]:
        return [ground.trial(attack, leak, seed, progress) for attack in chosen]

    planted = [trial for leak in _leaks(given) for trial in trials(leak, given.seed)]
    safe = [trial for seed in seeds for trial in trials(SAFE, seed)]
    audits = [bench.audited(point, progress) for point in points]
    return Tried(
        panel_name(given), command(given), machine(), tuple(planted), tuple(safe), tuple(audits)
    )


def run(words: Sequence[str], docs: Path = DOCS) -> Tried:
    """Do what the words of a command line ask for.

    Raises
    ------
    ImaginomeError
        For wrong words, and for panels that cannot be read or attacked.
    """
    given = parser().parse_args(words)
    _check(given)
    folder = given.output or OUT / f"attacks-{panel_name(given)}"
    make_folders(
        folder / "trials", folder / "audits", *([docs / "benchmarks"] if given.docs else [])
    )
    options = reading_of(given)
    progress = show_progress(given.quiet)
    tried = measure(
        given, Ground(given.panel, options, folder, thread_count(given.threads)), progress
    )
    written = folder / "attacks.md"
    if given.docs:
        written = docs / "benchmarks" / f"attacks-{tried.panel}.md"
    write_text(written, page(tried), force=True)
    progress.note(f"wrote {written}")
    return tried


def command(given: argparse.Namespace) -> str:
    """Return a command that repeats the measurement; files by name, wherever they lie."""
    words = ["python", "-m", "benchmarks.attacks", short(given.panel)]
    words += ["--samples", given.samples.name] if given.samples else []
    words += ["--legend", given.legend.name] if given.legend else []
    words += ["-r", given.regions] if given.regions else []
    for option in ("attack", "leak", "model"):
        for value in getattr(given, option) or ():
            words += [f"--{option}", value]
    for one in given.published:
        name, _, file = one.partition("=")
        words += ["--published", f"{name}={Path(file).name}"]
    return shlex.join([*words, "--seed", str(given.seed), "--seeds", str(given.seeds)])


def _check(given: argparse.Namespace) -> None:
    """Refuse early what would fail late."""
    require(given.panel, given.samples, given.legend)
    if given.seeds < 1 or given.seed < 0:
        raise SettingsError("seeds count from 0 on, and at least one is needed")
    names = [*_attacks(given), *(point.name for point in _points(given))]
    _leaks(given)
    unknown = [name for name in given.again if name not in names]
    if unknown:
        raise SettingsError(f"nothing is called '{unknown[0]}'", f"known: {', '.join(names)}")


def _attacks(given: argparse.Namespace) -> list[str]:
    known = registered()
    return _chosen(given.attack, known, "attack without the model")


def _leaks(given: argparse.Namespace) -> list[str]:
    if given.leak == ["none"]:
        return []
    return _chosen(given.leak, leaks.ids(), "leak")


def _chosen(wanted: list[str] | None, known: list[str], kind: str) -> list[str]:
    unknown = [one for one in wanted or () if one not in known]
    if unknown:
        raise SettingsError(f"there is no {kind} '{unknown[0]}'", f"known: {', '.join(known)}")
    return wanted or known


def _points(given: argparse.Namespace) -> list[Fitted | Published]:
    points: list[Fitted | Published] = [published(words, given) for words in given.published]
    return points + [learned(words) for words in given.model]
