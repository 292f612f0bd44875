"""The contract of a metric: it compares panels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from imaginome.citations import Citation
from imaginome.metrics.comparison import Comparison
from imaginome.results import MetricResult


class Metric(ABC):
    """A family of measures of an artificial panel against the holdout.

    Attributes
    ----------
    id, name, description
        The id equals the module's name; `description` says what it measures in one sentence.
    citations
        Where the measure comes from.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]
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
        """
