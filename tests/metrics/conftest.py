"""Comparisons that every test of metrics may use."""

from __future__ import annotations

import pytest

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from tests.support.comparisons import compared, part


@pytest.fixture(scope="session")
def thirds(panel: Panel) -> Comparison:
    """Three thirds of a panel: an artificial panel as good as real people."""
    return compared(part(panel, 0), part(panel, 1), part(panel, 2), replicates=20)
