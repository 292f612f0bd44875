"""What people see: progress on stderr, results on stdout only when asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from imaginome.progress import Progress, Task

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import ProgressColumn, TaskID


SECONDS_BETWEEN_LINES = 10.0
ROOMY = 100
"""Columns from which a bar has room for the time that it has taken."""


def stderr() -> Console:
    """Return a console on stderr that shows text as it is: no markup, no guessed colours."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def show_progress(quiet: bool = False, verbose: bool = False) -> Progress:
    """Return bars on a terminal, plain lines elsewhere, nothing when `quiet`.

    With `verbose`, every held-out measurement gets a line of its own.
    """
    from imaginome.progress import SILENT

    if quiet or sys.stderr is None:  # None where the caller has closed it
        return SILENT
    bars = sys.stderr.isatty() and not verbose
    return Bars() if bars else Lines(0.0 if verbose else SECONDS_BETWEEN_LINES)


def figures_text(figures: dict[str, float]) -> str:
    """Return live figures as one short text."""
    return "  ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())


def printable(part: Any) -> Any:
    """Return text, or data that holds text, without what would steer a terminal.

    Labels come from files that anybody may have written.
    """
    if isinstance(part, dict):
        return {name: printable(value) for name, value in part.items()}
    if isinstance(part, list):
        return [printable(value) for value in part]
    if isinstance(part, str):
        return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in part)
    return part


def duration(seconds: float) -> str:
    """Write a time that people wait for: ``4.2 s``, ``3 min 20 s`` or ``2 h 5 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


class _Bar:
    def __init__(self, bars: RichProgress, bar: TaskID) -> None:
        self._bars = bars
        self._bar = bar

    def advance(self, steps: int = 1, **figures: float) -> None:
        self._bars.advance(self._bar, steps)
        if figures:
            self._bars.update(self._bar, figures=figures_text(figures))


class Bars:
    """Progress bars with time left and the newest held-out figures."""

    def __init__(self) -> None:
        self._console = stderr()

    @contextmanager
    def task(self, name: str, total: int | None = None, done: int = 0) -> Iterator[Task]:
        """Show one bar until the work is done; then one line says how long it took."""
        from rich.progress import Progress

        since = time.perf_counter()
        columns = _columns(total is not None, self._console.width >= ROOMY)
        with Progress(*columns, console=self._console, transient=True, expand=True) as bars:
            yield _Bar(bars, bars.add_task(name, total=total, completed=done, figures=""))
        took = duration(time.perf_counter() - since)
        self._console.print(f"✓ {name} ({took})", style="green")

    def note(self, text: str) -> None:
        """Print a fact."""
        self._console.print(f"  {printable(text)}", style="dim")


def _columns(counted: bool, roomy: bool) -> list[ProgressColumn]:
    """Return what a bar shows; the newest figures stand last and give way first."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    name, figures = Column(no_wrap=True), Column(no_wrap=True, overflow="ellipsis", ratio=1)
    columns: list[ProgressColumn] = [
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False, table_column=name),
    ]
    if counted:
        columns += [BarColumn(bar_width=24 if roomy else 10), MofNCompleteColumn()]
        columns += [TimeRemainingColumn(compact=True), TextColumn("left")]
    if roomy or not counted:
        columns.append(TimeElapsedColumn())
    return [*columns, TextColumn("{task.fields[figures]}", markup=False, table_column=figures)]


class _Line:
    """Tells how far it is, at most once in `seconds`."""

    def __init__(self, name: str, total: int | None, done: int, seconds: float) -> None:
        self._seconds = seconds
        self._name = name
        self._total = total
        self._begun = self._done = done
        self._since = self._last = time.monotonic()
        self._figures = ""

    def advance(self, steps: int = 1, **figures: float) -> None:
        self._done += steps
        now = time.monotonic()
        self._figures = figures_text(figures) or self._figures
        # In a verbose log a line is a measurement; else it is a sign of life.
        due = bool(figures) if self._seconds == 0 else now - self._last >= self._seconds
        if due and (self._seconds == 0 or self._done != self._total):
            self._last = now
            of = " done" if self._total is None else f"/{self._total}"
            said = (f"{self._name}: {self._done}{of}", self._left(now), self._figures)
            _say("  ".join(part for part in said if part))

    def _left(self, now: float) -> str:
        """Guess the time left from the pace so far."""
        steps = self._done - self._begun
        if self._total is None or steps == 0 or self._done >= self._total:
            return ""
        return f"{duration((now - self._since) / steps * (self._total - self._done))} left"


class Lines:
    """Plain lines for logs, each with its time: no bar where nobody watches."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    @contextmanager
    def task(self, name: str, total: int | None = None, done: int = 0) -> Iterator[Task]:
        """Print a line when the work is done."""
        since = time.perf_counter()
        yield _Line(name, total, done, self._seconds)
        _say(f"{name}: {duration(time.perf_counter() - since)}")

    def note(self, text: str) -> None:
        """Print a fact."""
        _say(text)


def _say(text: str) -> None:
    print(time.strftime("%H:%M:%S"), printable(text), file=sys.stderr)  # noqa: T201
