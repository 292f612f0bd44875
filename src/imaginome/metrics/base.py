"""The contract of a metric: it compares panels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from imaginome.citations import Citation
from imaginome.metrics.comparison import Comparison
from imaginome.results import MetricResult, Topic


class NotApplicable(Exception):  # noqa: N818
    """A metric cannot be computed here: a program is missing, or the panel lacks what it needs.

    The text says why and what to do; the report shows it in the place of figures.
    """


class Metric(ABC):
    """A family of measures of an artificial panel against the holdout.

    Attributes
    ----------
    id, name, description
        The id equals the module's name; `description` says what it measures in one sentence.
    topic
        With which metrics it stands in a report.
    citations
        Where the measure comes from.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]
    topic: ClassVar[Topic] = "other"
    citations: ClassVar[tuple[Citation, ...]]

    @abstractmethod
    def compute(self, comparison: Comparison) -> MetricResult:
        """Measure artificial against holdout, and beside it train against holdout: the ceiling.

        Parameters
        ----------
        comparison
            A balanced comparison: all three panels have the same number of individuals.

        Returns
        -------
        MetricResult
            Measures with intervals from a bootstrap over individuals, figures, tables.

        Raises
        ------
        NotApplicable
            When the panels lack what the metric needs, or a program is missing.
        """

    @classmethod
    def skipped(cls, reason: str) -> MetricResult:
        """Return the result of a metric that does not apply, with the reason."""
        return MetricResult(
            metric=cls.id,
            name=cls.name,
            description=cls.description,
            measures=[],
            citations=[citation.text() for citation in cls.citations],
            skipped=reason,
        )
