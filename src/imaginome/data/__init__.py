"""The panel that ships with the package: simulated people, nobody's data."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
DEMO_PANEL = FOLDER / "demo.vcf.gz"
DEMO_SAMPLES = FOLDER / "demo.samples.tsv"
