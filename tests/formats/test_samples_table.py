"""The table of samples."""

from __future__ import annotations

import pytest

from imaginome.errors import PanelError
from imaginome.formats import ReadOptions, read_panel
from imaginome.formats.samples_table import check_phenotype, read_samples_table, samples_table_text
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
    samples = read_samples_table(table(text)).label(Samples(strings(["ann", "ben"])))
    assert list(samples.population) == ["FIN", "GBR"]
    assert list(samples.sex) == ["", "male"]
    assert samples.superpopulation is None
    assert samples.family is None


def test_columns_that_are_not_read_may_have_one_name(table):
    text = "sample\tnote\tnote\tsex\nann\tx\ty\tfemale\n"
    assert list(read_samples_table(table(text)).label(Samples(strings(["ann"]))).sex) == ["female"]


def test_a_phenotype_of_two_columns_is_refused(table):
    with pytest.raises(PanelError, match="two columns 'eyes'"):
        read_samples_table(table("sample\teyes\teyes\nann\tx\ty\n"), "eyes")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name\tpopulation\nann\tFIN\n", "no column 'sample'.*name, population"),
        ("sample,population\nann,FIN\n", "no column 'sample'"),
        ("", "no column 'sample'.*empty"),
        ("sample\tpopulation\nann\n", "line 2 has 1 columns, the header has 2"),
        ("sample\tpopulation\nann\tA\tB\n", "line 2 has 3 columns"),
        ("sample\nann\nann\n", "line 3: sample 'ann' is there twice"),
        ("sample\tpopulation\tpopulation\nann\tFIN\tGBR\n", "two columns 'population'"),
        ("sample\tsample\nann\tben\n", "two columns 'sample'"),
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


TRAIT = "sample\teyes\tphenotype\tsex\n" + "".join(
    f"p{i}\t{eyes}\tx{i}\tmale\n"
    for i, eyes in enumerate(["blue", "brown", "", "NA", ".", "NONE", "blue"])
)
SEVEN = Samples(strings([f"p{i}" for i in range(7)]))


def test_a_phenotype_is_read_only_when_asked_for(table):
    path = table(TRAIT)
    assert read_samples_table(path).label(SEVEN).phenotype is None
    found = read_samples_table(path, "eyes").label(SEVEN)
    assert list(found.phenotype) == ["blue", "brown", "", "", "", "", "blue"]
    assert list(found.sex) == ["male"] * 7


def test_any_column_may_be_the_phenotype(table):
    text = "sample\tsex\n" + "".join(f"p{i}\t{'fm'[i % 2]}\n" for i in range(7))
    found = read_samples_table(table(text), "sex").label(SEVEN)
    assert list(found.phenotype) == list(found.sex) == list("fmfmfmf")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["same", "same", ""], r"one value only \('same'\)"),
        (["", ""], "no known value"),
        ([f"{150 + i}" for i in range(21)], "21 different values.* must be categorical.* 20 gr"),
    ],
)
def test_what_cannot_be_a_phenotype(column, message):
    with pytest.raises(PanelError, match=f"phenotype 'x' has {message}"):
        check_phenotype(strings(column), "x")


def test_twenty_values_can_be_learned():
    check_phenotype(strings([str(i) for i in range(20)]), "x")


def test_a_wrong_table_is_refused_before_the_panel_is_read(table, tmp_path):
    options = ReadOptions(samples_table=table(TRAIT), phenotype="hair")
    with pytest.raises(
        PanelError, match=r"no column 'hair'.*its columns are: eyes, phenotype, sex"
    ):
        read_panel(tmp_path / "nowhere.vcf.gz", options)
    with pytest.raises(PanelError, match="give it with --samples"):
        read_panel(tmp_path / "nowhere.vcf.gz", ReadOptions(phenotype="eyes"))


def test_the_table_of_labels_comes_back(table):
    samples = Samples(
        strings(["IMG000001", "IMG000002", "IMG000003"]),
        population=strings(["G B R", "", "FIN"]),
        phenotype=strings(["1", "2", ""]),
    )
    text = samples_table_text(samples)
    assert text.splitlines()[0] == "FID\tIID\tpopulation\tphenotype"
    assert text.splitlines()[2:] == ["0\tIMG000002\tNONE\t2", "0\tIMG000003\tFIN\tNA"]
    back = read_samples_table(table(text), "phenotype").label(samples)
    assert list(back.population) == ["G_B_R", "", "FIN"]
    assert list(back.phenotype) == ["1", "2", ""]
