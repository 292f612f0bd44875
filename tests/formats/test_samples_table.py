"""The table of samples."""

from __future__ import annotations

import pytest

from imaginome.errors import PanelError
from imaginome.formats import ReadOptions, read_panel
from imaginome.formats.samples_table import label_samples
from imaginome.panel import Samples, strings

GOOD = "sample\tnote\tpopulation\tsex\nben\tx\tGBR\tmale\nann\ty\tFIN\t\nzoe\t\tFIN\tfemale\n"


@pytest.fixture
def table(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "samples.tsv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, "#" + GOOD])
def test_labels_follow_the_samples(table, text):
    samples = label_samples(Samples(strings(["ann", "ben"])), table(text))
    assert list(samples.population) == ["FIN", "GBR"]
    assert list(samples.sex) == ["", "male"]
    assert samples.superpopulation is None
    assert samples.family is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\tpopulation\nann\tFIN\n", "no column 'sample'.*name, population"),
        ("sample,population\nann,FIN\n", "no column 'sample'"),
        ("", "no column 'sample'.*empty"),
        ("sample\tpopulation\nann\n", "line 2 has 1 columns, the header has 2"),
        ("sample\tpopulation\nann\tA\tB\n", "line 2 has 3 columns"),
        ("sample\nann\nann\n", "line 3: sample 'ann' is there twice"),
        ("sample\nann\n", r"'ben' of the panel \(2 in all\) is in no row"),
        (b"\xff\xfe\x00", "no text"),
    ],
)
def test_bad_tables(table, make_vcf, row, text, message):
    with pytest.raises(PanelError, match=message):
        read_panel(make_vcf([row(1)]), ReadOptions(samples_table=table(text)))


def test_no_table(tmp_path, make_vcf, row):
    with pytest.raises(PanelError, match="cannot be read"):
        read_panel(make_vcf([row(1)]), ReadOptions(samples_table=tmp_path / "none.tsv"))


def test_only_samples_that_are_kept_need_a_row(table, make_vcf, row):
    options = ReadOptions(samples=("ann", "ben"), samples_table=table(GOOD))
    assert list(read_panel(make_vcf([row(1)]), options).samples.population) == ["FIN", "GBR"]
