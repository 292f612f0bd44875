"""How long work tells of itself, without knowing who listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Task(Protocol):
    """One piece of work under way."""

    def advance(self, steps: int = 1, **figures: float) -> None:
        """Report finished steps and, if any, the newest figures (for example a held-out value)."""


class Progress(Protocol):
    """Whoever shows progress: a bar on a terminal, a log, or nobody."""

    @contextmanager
    def task(self, name: str, total: int | None = None, done: int = 0) -> Iterator[Task]:
        """Open a task of `total` steps of which `done` were finished in an earlier run."""
        ...

    def note(self, text: str) -> None:
        """Tell one fact that belongs in the log."""


class _SilentTask:
    def advance(self, steps: int = 1, **figures: float) -> None:
        pass


class Silent:
    """Progress that nobody sees: the default of every library call."""

    @contextmanager
    def task(self, name: str, total: int | None = None, done: int = 0) -> Iterator[Task]:
        """Open a task that nobody watches."""
        yield _SilentTask()

    def note(self, text: str) -> None:
        """Drop the note."""


SILENT: Progress = Silent()
