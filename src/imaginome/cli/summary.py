"""The end of a run: two verdicts, key figures, where the report is and what to cite.

On stderr in words, never wider than the terminal; with ``--json`` on stdout as data.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from imaginome.cli.console import printable, stderr
from imaginome.results import AreaVerdict, Audit, Estimate, Evaluation
from imaginome.results.digest import Digest, Judgement, KeyFinding, digest
from imaginome.results.status import LOOKS, STATUS_WORDS
from imaginome.results.wording import number, with_interval

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

NARROW, WIDE = 72, 108
"""Columns: below, no room for intervals; from, room for those of ceilings and verdict in words."""
REASONS = 3


def print_result(result: Evaluation | Audit, path: Path | None = None) -> None:
    """Print the verdict and the key figures of an evaluation or an audit.

    `path` is where the whole of it was written.
    """
    print_digest(short_version(result), path)


def short_version(result: Evaluation | Audit) -> Digest:
    """Return the short version of an evaluation or an audit."""
    return digest(None, result) if isinstance(result, Audit) else digest(result)


def print_digest(short: Digest, path: Path | None = None) -> None:
    """Print verdicts and key figures; then, of a run, what to cite and where the report is."""
    console = stderr()
    short = Digest.model_validate(printable(short.model_dump()))
    where = str(path or short.report or "")
    if short.how_real is not None:
        _print_real(console, short, where)
    if short.how_safe is not None:
        _print_safe(console, short, where)
    if short.cite:
        _print_cite(console, short)
    if short.report:
        console.print(f"report: {short.report}", soft_wrap=True)


def print_json(short: Digest) -> None:
    """Print the short version on stdout, for scripts."""
    print(short.model_dump_json(indent=1))  # noqa: T201


def _print_real(console: Console, short: Digest, where: str) -> None:
    wide, narrow = console.width >= WIDE, console.width < NARROW
    table = _table("measure", "artificial", "ceiling", "verdict")
    for measure in short.leading_measures():
        word = measure.words if wide else STATUS_WORDS[measure.status]
        table.add_row(
            measure.name,
            _value(measure.artificial, bare=narrow),
            _value(measure.ceiling, bare=not wide),
            _coloured(word, LOOKS[measure.status].style),
        )
    _print_verdict(console, "how real", short.how_real, where)
    if table.rows:
        console.print(table)
        more = len(short.measures) - len(table.rows)
        if more:
            _dim(console, f"one measure of each metric, the farthest; {more} more{_in(where)}")
    if short.not_computed:
        names = ", ".join(metric.id for metric in short.not_computed)
        _dim(console, f"not computed: {names}{_in(where, 'reasons')}")
    console.print()


def _print_safe(console: Console, short: Digest, where: str) -> None:
    table = _table("what an attacker gains", "strength", "guessing", "verdict")
    for area in short.areas:
        _add_area(table, area, short.leading_finding(area.area), console.width < NARROW)
    if short.model_file is not None:
        _add_area(table, short.model_file, short.leading_finding(), console.width < NARROW)
    _print_verdict(console, "how safe", short.how_safe, where)
    if table.rows:
        console.print(table)
    if short.not_tested:
        _dim(console, f"not tested: {len(short.not_tested)} kinds of attack{_in(where, 'listed')}")
    console.print()


def _print_cite(console: Console, short: Digest) -> None:
    """Print the first thing to cite, and the command that gives all."""
    console.print(f"cite: {short.cite[0]}")
    more = f"and {len(short.cite) - 1} more: " if short.cite[1:] else ""
    _dim(console, f"{more}imaginome models {short.model} --bibtex")


def _add_area(table: Table, area: AreaVerdict, finding: KeyFinding | None, narrow: bool) -> None:
    """Add the verdict of an area, and the finding that tells most."""
    word = _coloured(STATUS_WORDS[area.verdict], LOOKS[area.verdict].style)
    if finding is None:
        table.add_row(area.area, "", "", word)
        return
    guessing = "" if finding.baseline is None else number(finding.baseline)
    strength = _value(finding.strength, bare=narrow)
    table.add_row(f"{area.area}: {finding.name}", strength, guessing, word)


def _print_verdict(console: Console, question: str, judged: Judgement | None, where: str) -> None:
    """Print the verdict in one line, and its first reasons where it is not a pass."""
    if judged is None:
        return
    word = STATUS_WORDS[judged.verdict]
    headline = f". {judged.headline}" if judged.headline != word else ""
    console.print(f"{question}: {word.upper()}{headline}", style=LOOKS[judged.verdict].style)
    if judged.verdict == "pass":
        return
    for reason in judged.reasons[:REASONS]:
        _indented(console, f"- {reason}")
    more = len(judged.reasons) - REASONS
    if more > 0:
        _dim(console, f"and {more} more {'reason' if more == 1 else 'reasons'}{_in(where)}")


def _table(*headings: str) -> Table:
    """Return a table whose first column gives way where the terminal is narrow."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    first, *others = headings
    table.add_column(first, overflow="fold", ratio=1)
    for heading in others:
        table.add_column(heading, no_wrap=True)
    return table


def _indented(console: Console, text: str, style: str = "") -> None:
    from rich.padding import Padding
    from rich.text import Text

    console.print(Padding(Text(text, style), (0, 0, 0, 2), expand=False))


def _dim(console: Console, text: str) -> None:
    _indented(console, text, "dim")


def _coloured(word: str, colour: str) -> Text:
    from rich.text import Text

    return Text(word, colour)


def _value(estimate: Estimate, *, bare: bool = False) -> str:
    """Write a value with its interval, or without where there is no room."""
    return number(estimate.value) if bare else with_interval(estimate)


def _in(where: str, what: str = "") -> str:
    """Say where the rest is to be found, if anywhere."""
    if not where:
        return ""
    return f" ({what} in {Path(where).name})" if what else f" in {Path(where).name}"
