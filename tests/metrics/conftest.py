"""Comparisons that every test of metrics may use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from panels import compared, part

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel


@pytest.fixture(scope="session")
def thirds(panel: Panel) -> Comparison:
    """Three thirds of a panel: an artificial panel as good as real people."""
    return compared(part(panel, 0), part(panel, 1), part(panel, 2), replicates=20)
