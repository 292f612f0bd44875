"""What metrics return, and the content of ``metrics.json``."""

from __future__ import annotations

from typing import Literal

from imaginome.results.figures import Estimate, Figure, Result, Table


class Measure(Result):
    """One number of a metric: artificial against holdout beside train against holdout.

    Attributes
    ----------
    id
        ``metric.measure``, for example ``frequency.mae``; stable, used by scripts.
    best
        The value of a perfect panel, or None where only nearness to the ceiling counts.
    toward
        Which direction is better: lower, higher, or nearer to `best`.
    key
        Whether it belongs into a summary of a few figures.
    """

    id: str
    name: str
    unit: str = ""
    best: float | None = None
    toward: Literal["lower", "higher", "best"] = "lower"
    artificial: Estimate
    ceiling: Estimate
    key: bool = False
    note: str = ""


Topic = Literal[
    "frequency",
    "linkage",
    "structure",
    "haplotypes",
    "classifier",
    "usefulness",
    "populations",
    "other",
]
"""What a metric is about, in the order of a report; the metric of the same id leads."""


class MetricResult(Result):
    """Everything that one metric found.

    Attributes
    ----------
    topic
        Where it stands in a report.
    bibtex
        Entries of `citations`, in their order; empty where they are not known.
    skipped
        Why nothing was computed and what to do; empty where something was.
    """

    metric: str
    name: str
    description: str
    topic: Topic = "other"
    measures: list[Measure]
    figures: list[Figure] = []
    tables: list[Table] = []
    citations: list[str] = []
    bibtex: list[str] = []
    notes: list[str] = []
    skipped: str = ""
    seconds: float = 0.0

    def __repr__(self) -> str:
        """Tell what it is, not all that it found."""
        return f"MetricResult({self.metric}, {len(self.measures)} measures)"


class PanelSizes(Result):
    """How many people and sites were compared, after matching sites."""

    train: int
    holdout: int
    artificial: int
    sites: int


class Evaluation(Result):
    """The content of ``metrics.json``."""

    version: str
    seed: int
    sizes: PanelSizes
    metrics: list[MetricResult]
    notes: list[str] = []
    seconds: float = 0.0
    peak_memory_mb: float = 0.0

    def __repr__(self) -> str:
        """Tell what it is, not all that was found."""
        return f"Evaluation({', '.join(metric.metric for metric in self.metrics)})"
