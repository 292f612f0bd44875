"""How long work tells of itself, without knowing who listens."""

from __future__ import annotations

import logging
import time
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


class Logged:
    """Progress that is also written to a logger, one line a fact.

    Parameters
    ----------
    inner
        Who shows progress to people.
    log
        Where notes and finished tasks are written.
    """

    def __init__(self, inner: Progress, log: logging.Logger) -> None:
        self._inner = inner
        self._log = log

    @contextmanager
    def task(self, name: str, total: int | None = None, done: int = 0) -> Iterator[Task]:
        """Open a task and log how long it took."""
        since = time.perf_counter()
        with self._inner.task(name, total, done) as task:
            yield task
        self._log.info("%s: %.1f s", name, time.perf_counter() - since)

    def note(self, text: str) -> None:
        """Show and log a fact."""
        self._inner.note(text)
        self._log.info("%s", text)
