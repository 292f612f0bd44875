"""What metrics return, and the content of ``metrics.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from imaginome.results.figures import Estimate, Figure, Result, Table
from imaginome.results.keyed import NUMBER, WORD, by_key, estimated, frame_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **dict.fromkeys(("metric", "measure", "name", "unit"), WORD),
    **dict.fromkeys(("artificial", "low", "high"), NUMBER),
    **dict.fromkeys(("ceiling", "ceiling_low", "ceiling_high", "best"), NUMBER),
}
"""Of `Evaluation.to_frame`."""


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
    """The content of ``metrics.json``.

    ``evaluation["linkage"]`` is the result of a metric, ``evaluation["linkage.mae"]`` one measure.
    """

    version: str
    seed: int
    sizes: PanelSizes
    metrics: list[MetricResult]
    notes: list[str] = []
    seconds: float = 0.0
    peak_memory_mb: float = 0.0

    def __getitem__(self, key: str) -> MetricResult | Measure:
        """Return a metric's result or a measure, by id.

        Raises
        ------
        UnknownKeyError
            When it is not here; a KeyError too. Names the nearest ids.
        """
        skipped = {result.metric: result.skipped for result in self.metrics if result.skipped}
        return by_key(self._by_id(), key, "evaluation", skipped)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a metric or a measure of this id."""
        return key in self._by_id()

    def to_frame(self) -> pd.DataFrame:
        """Return all measures as a data frame of pandas, a row each.

        Columns: ``metric`` and ``measure`` (ids), ``name``, ``unit``, ``artificial`` with its
        95% interval ``low`` and ``high``, ``ceiling`` with ``ceiling_low`` and ``ceiling_high``,
        and ``best``. NaN is what could not be computed, and the best of a measure that has none.

        Raises
        ------
        MissingPackageError
            When pandas is not installed.
        """
        rows = [
            {
                "metric": result.metric,
                "measure": measure.id,
                "name": measure.name,
                "unit": measure.unit,
                **estimated("artificial", measure.artificial),
                **estimated("ceiling", measure.ceiling, "ceiling_"),
                "best": measure.best,
            }
            for result in self.metrics
            for measure in result.measures
        ]
        return frame_of(rows, COLUMNS)

    def _by_id(self) -> dict[str, MetricResult | Measure]:
        measures = {m.id: m for result in self.metrics for m in result.measures}
        return {**{result.metric: result for result in self.metrics}, **measures}

    def __repr__(self) -> str:
        """Tell what it is, not all that was found."""
        return f"Evaluation({', '.join(metric.metric for metric in self.metrics)})"
