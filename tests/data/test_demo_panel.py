"""The bundled panel is what its provenance says, and can be made again."""

import subprocess
import sys

import pytest

from imaginome.data import DEMO_PANEL, DEMO_SAMPLES
from imaginome.formats import ReadOptions, read_panel


def test_size_labels_and_linkage():
    panel = read_panel(DEMO_PANEL, ReadOptions(samples_table=DEMO_SAMPLES))
    assert (panel.n_individuals, panel.n_sites) == (600, 1582)
    assert set(panel.samples.population) == {"YRI", "CEU", "CHB"}
    assert DEMO_PANEL.stat().st_size < 1_000_000
    common = panel.haplotypes[:, (panel.frequencies() > 0.1) & (panel.frequencies() < 0.9)]
    near = abs(sum(_r(common[:, j], common[:, j + 1]) for j in range(100)) / 100)
    far = abs(sum(_r(common[:, j], common[:, -1 - j]) for j in range(100)) / 100)
    assert near > 2 * far


def _r(a, b) -> float:
    import numpy as np

    return float(np.corrcoef(a, b)[0, 1] ** 2)


def test_making_it_again_gives_the_same_bytes(tmp_path):
    pytest.importorskip("msprime", reason="the extra 'simulate' is not installed")
    command = [sys.executable, "-m", "imaginome.data.simulate", "-o", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for shipped in (DEMO_PANEL, DEMO_SAMPLES):
        assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
