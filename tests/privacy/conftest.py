"""The panel in which privacy tests plant their leaks."""

import pytest

from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.formats import ReadOptions, read_panel
from imaginome.panel import Panel


@pytest.fixture(scope="session")
def demo() -> Panel:
    """600 simulated people with realistic linkage, 1,582 sites."""
    return read_panel(DEMO_PANEL, ReadOptions(samples_table=DEMO_SAMPLES))
