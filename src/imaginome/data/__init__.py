"""The panel that ships with the package: simulated people, nobody's data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imaginome.panel import Panel

FOLDER = Path(__file__).parent
DEMO_PANEL = FOLDER / "demo.vcf.gz"
DEMO_SAMPLES = FOLDER / "demo.samples.tsv"


def demo_panel() -> Panel:
    """Return the bundled panel with its labels: 600 simulated individuals, 1,582 sites."""
    from imaginome.formats import ReadOptions, read_panel

    return read_panel(DEMO_PANEL, ReadOptions(samples_table=DEMO_SAMPLES))
