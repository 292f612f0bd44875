"""Evaluation: all metrics of an artificial panel, each beside its ceiling."""

from __future__ import annotations

import time
from collections.abc import Sequence

from imaginome import __version__
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.registry import metrics
from imaginome.progress import SILENT, Progress
from imaginome.provenance import peak_memory_mb
from imaginome.results import Evaluation, MetricResult


def evaluate(
    comparison: Comparison, *, only: Sequence[str] = (), progress: Progress = SILENT
) -> Evaluation:
    """Compute metrics of the artificial panel against the holdout.

    Parameters
    ----------
    comparison
        The three panels; they are reduced to equal numbers of individuals.
    only
        Ids of the metrics to compute; all when empty.
    progress
        Who is told how far it is.

    Raises
    ------
    UnknownIdError
        When an id in `only` is not registered.
    """
    started = time.perf_counter()
    balanced = comparison.balanced()
    kinds = metrics.chosen(only)
    results = []
    with progress.task("evaluate", len(kinds)) as task:
        for kind in kinds:
            since = time.perf_counter()
            result = _computed(kind, balanced)
            seconds = round(time.perf_counter() - since, 2)
            told = {
                "topic": kind.topic,
                "bibtex": [citation.bibtex() for citation in kind.citations],
                "seconds": seconds,
            }
            results.append(result.model_copy(update=told))
            task.advance()
    return Evaluation(
        version=__version__,
        seed=comparison.seed,
        sizes=balanced.sizes(),
        metrics=results,
        notes=[*_reductions(comparison, balanced), *metrics.problems()],
        seconds=round(time.perf_counter() - started, 2),
        peak_memory_mb=peak_memory_mb(),
    )


def _computed(kind: type[Metric], comparison: Comparison) -> MetricResult:
    try:
        return kind().compute(comparison)
    except NotApplicable as reason:
        return kind.skipped(str(reason))


def _reductions(before: Comparison, after: Comparison) -> list[str]:
    """Say which panels were reduced to make sizes equal."""
    was, now = before.sizes().model_dump(), after.sizes().model_dump()
    return [
        f"{name}: {now[name]} of {was[name]} individuals, drawn at random, to make sizes equal"
        for name in ("train", "holdout", "artificial")
        if now[name] != was[name]
    ]
