"""What people see: progress on stderr, results on stdout only when asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imaginome.progress import Progress, Task

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


SECONDS_BETWEEN_LINES = 10.0


def stderr() -> Console:
    """Return a console on stderr that shows text as it is: no markup, no guessed colours."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def show_progress(quiet: bool = False, verbose: bool = False) -> Progress:
    """Return bars on a terminal, plain lines elsewhere, nothing when `quiet`.

    With `verbose`, every held-out measurement gets a line of its own.
    """
    from imaginome.progress import SILENT

    if quiet:
        return SILENT
    bars = sys.stderr.isatty() and not verbose
    return Bars() if bars else Lines(0.0 if verbose else SECONDS_BETWEEN_LINES)


def figures_text(figures: dict[str, float]) -> str:
    """Return live figures as one short text."""
    return "  ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in figures.items())


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
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False)]
        if total is not None:
            columns += [BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn()]
        columns += [TimeElapsedColumn(), TextColumn("{task.fields[figures]}", markup=False)]
        since = time.perf_counter()
        with Progress(*columns, console=self._console, transient=True) as bars:
            yield _Bar(bars, bars.add_task(name, total=total, completed=done, figures=""))
        self._console.print(f"✓ {name} ({time.perf_counter() - since:.1f} s)", style="green")

    def note(self, text: str) -> None:
        """Print a fact."""
        self._console.print(f"  {text}", style="dim")


class _Line:
    """Prints live figures, at most once in `seconds`."""

    def __init__(self, name: str, total: int | None, done: int, seconds: float) -> None:
        self._seconds = seconds
        self._name = name
        self._total = total
        self._done = done
        self._last = time.monotonic()

    def advance(self, steps: int = 1, **figures: float) -> None:
        self._done += steps
        if figures and time.monotonic() - self._last >= self._seconds:
            self._last = time.monotonic()
            of = "" if self._total is None else f"/{self._total}"
            print(f"{self._name}: {self._done}{of} {figures_text(figures)}", file=sys.stderr)  # noqa: T201


class Lines:
    """Plain lines for logs: no bar where nobody watches."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    @contextmanager
    def task(self, name: str, total: int | None = None, done: int = 0) -> Iterator[Task]:
        """Print a line when the work is done."""
        since = time.perf_counter()
        yield _Line(name, total, done, self._seconds)
        print(f"{name}: {time.perf_counter() - since:.1f} s", file=sys.stderr)  # noqa: T201

    def note(self, text: str) -> None:
        """Print a fact."""
        print(text, file=sys.stderr)  # noqa: T201
