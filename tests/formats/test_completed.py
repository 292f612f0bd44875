"""The VCF of completed people, by its text."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.errors import OutputError
from imaginome.formats import read_panel, write_completed
from imaginome.formats.completed import squared_correlation
from imaginome.panel import Panel


@pytest.fixture
def two(panel: Panel) -> Panel:
    """Two people at three sites."""
    rows = np.array([[0, 1, 0], [1, 0, 0], [0, 1, 1], [1, 1, 0]], dtype=np.uint8)
    part = panel.take_individuals(np.arange(2)).take_sites(np.arange(3))
    return Panel(rows, part.sites, part.samples)


DOSAGES = np.array(
    [[0, 0.9996, 0.25], [1, 0.0004, 0.1], [0, 1, 0.51], [1, 0.7777, 0]], dtype=np.float32
)
KNOWN = np.array([True, False, False])


def test_the_text_of_a_site(two, tmp_path):
    path = tmp_path / "a.vcf"
    write_completed(two, DOSAGES, KNOWN, path, notes=["made for a test"])
    lines = path.read_text().splitlines()
    assert "##imaginome_completed=made for a test" in lines
    site, first, second, third = (line.split("\t") for line in lines[-4:])
    assert site[9:] == list(two.samples.id)
    assert first[7:9] == ["AF=0.5;R2=1;TYPED", "GT:DS:HDS"]
    assert first[9:] == ["0|1:1.000:0.000,1.000"] * 2
    assert second[7].endswith(";IMPUTED")
    assert second[9:] == ["1|0:1.000:1.000,0.000", "1|1:1.778:1.000,0.778"]
    assert third[9:] == ["0|0:0.350:0.250,0.100", "1|0:0.510:0.510,0.000"]


def test_it_reads_back_and_compresses_to_the_same(two, tmp_path):
    for name in ("a.vcf", "a.vcf.gz"):
        write_completed(two, DOSAGES, KNOWN, tmp_path / name)
        found = read_panel(tmp_path / name)
        assert np.array_equal(found.haplotypes, two.haplotypes)
        assert found.sites.keys() == two.sites.keys()
    assert (tmp_path / "a.vcf.gz.tbi").exists()
    with pytest.raises(OutputError, match="--force"):
        write_completed(two, DOSAGES, KNOWN, tmp_path / "a.vcf")
    with pytest.raises(OutputError, match="written as VCF"):
        write_completed(two, DOSAGES, KNOWN, tmp_path / "a.bcf")


def test_squared_correlation_is_that_with_the_truth():
    """Alleles that come true as often as the dosage says correlate as it estimates."""
    rng = np.random.default_rng(1)
    dosages = rng.beta(0.3, 0.8, 200_000).astype(np.float32)
    truth = rng.random(len(dosages)) < dosages
    expected = np.corrcoef(dosages, truth)[0, 1] ** 2
    assert squared_correlation(dosages) == pytest.approx(expected, abs=0.01)
    assert squared_correlation(np.zeros(9, dtype=np.float32)) == 0.0
    assert squared_correlation(truth.astype(np.float32)) == pytest.approx(1.0)
