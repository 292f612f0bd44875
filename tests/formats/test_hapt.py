"""The .hapt format: pairing of rows, contigs of the legend, and everything that can be wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import FormatError, PanelError
from imaginome.formats import ReadOptions, Tally, read_panel, write_panel
from imaginome.panel import Panel

LEGEND = "id position a0 a1\n1:10_A_C 10 A C\n1:20_G_T 20 G T\n2:5_C_G 5 C G\n"
ROWS = ["x HG1_A 0 1 1", "x HG1_B 1 1 0", "x HG2_A 0 0 0", "x HG2_B 0 0 1"]


@pytest.fixture
def make(tmp_path):
    def write(rows: list[str], legend: str | None = LEGEND, name: str = "set.hapt") -> Path:
        path = tmp_path / name
        text = ("\n".join(rows) + "\n").encode()
        path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
        if legend is not None:
            (tmp_path / "set.legend").write_text(legend)
        return path

    return write


@pytest.mark.parametrize("name", ["set.hapt", "set.hapt.gz"])
def test_values(make, name):
    tally = Tally()
    panel = read_panel(make(ROWS, name=name), tally=tally)
    assert panel.haplotypes.tolist() == [[0, 1, 1], [1, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert panel.sites.keys() == [("1", 10, "A", "C"), ("1", 20, "G", "T"), ("2", 5, "C", "G")]
    assert list(panel.sites.id) == ["1:10_A_C", "1:20_G_T", "2:5_C_G"]
    assert list(panel.samples.id) == ["HG1", "HG2"]
    assert tally.format == "hapt"


def test_rows_without_ends_are_paired_in_order(make):
    rows = [f"AG AG{i} {row.split(' ', 2)[2]}" for i, row in enumerate(ROWS)]
    assert list(read_panel(make(rows)).samples.id) == ["AG0", "AG2"]


def test_other_name_is_recognised_by_content(make, tmp_path):
    path = make(ROWS, name="set.txt")
    options = ReadOptions(legend=tmp_path / "set.legend")
    assert read_panel(path, options).n_individuals == 2


def test_contig_of_plain_ids(make):
    legend = "id position a0 a1\nrs1 10 A C\nrs2 20 G T\nrs3 35 C G\n"
    assert set(read_panel(make(ROWS, legend)).sites.contig) == {"0"}


def test_rules_and_regions_apply(make):
    rows = [row + " 1 1" for row in ROWS]
    legend = LEGEND + "2:7_C_G 7 C G\n2:9_CT_G 9 CT G\n"
    tally = Tally()
    options = ReadOptions(regions=(("2", 1, 8),), monomorphic="drop")
    assert read_panel(make(rows, legend), options, tally).sites.position.tolist() == [5]
    assert ("records outside of the regions", 3) in tally.steps
    assert ("monomorphic sites dropped", 1) in tally.steps
    everything = ReadOptions(monomorphic="keep", indels="drop", samples=("HG2",))
    assert read_panel(make(rows, legend), everything).haplotypes.shape == (2, 4)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["x a_A 0 1 2", *ROWS[1:]], "line 1, value 3 is '2'"),
        (["x a_A 0 . 1", *ROWS[1:]], "line 1, value 2 is '.'"),
        (["x a_A 0 1 0.5", *ROWS[1:]], "line 1, value 3 is '0.5'"),
        (["x a_A 0 1", *ROWS[1:]], "line 1 has 2 values, the legend has 3"),
        (["x a_A 0 1 1 0", *ROWS[1:]], "line 1 has 4 values, the legend has 3"),
        (["x a_A 0  1 1", *ROWS[1:]], "more than one blank"),
        (["x a_A", *ROWS[1:]], "line 1 has no haplotype"),
        (ROWS[:3], "3 rows, the last one has no partner"),
        ([ROWS[0], ROWS[2], ROWS[1], ROWS[3]], "rows 'HG1_A' and 'HG2_A' are no pair"),
        ([ROWS[1], ROWS[0]], "rows 'HG1_B' and 'HG1_A' are no pair"),
        ([ROWS[0], "x HG1 1 1 0"], "are no pair"),
    ],
)
def test_bad_rows(make, rows, message):
    with pytest.raises(FormatError) as caught:
        read_panel(make(rows))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("legend", "message"),
    [
        ("id position a0\n1:10_A_C 10 A\n", "no column 'a1'"),
        ("id position a0 a1\n1:10_A_C x A C\n", "line 2 is not"),
        ("id position a0 a1\n1:10_A_C 10 A\n", "line 2 is not"),
        ("id position a0 a1\n", "has no sites"),
        ("", "is empty"),
    ],
)
def test_bad_legend(make, legend, message):
    with pytest.raises(FormatError, match=message):
        read_panel(make(ROWS, legend))


def test_no_legend_names_what_lies_beside(make, tmp_path):
    path = make(ROWS, legend=None)
    with pytest.raises(FormatError, match=r"no legend set.legend .*--legend"):
        read_panel(path)
    (tmp_path / "real.legend").write_text(LEGEND)
    with pytest.raises(FormatError, match=r"real\.legend lies beside it"):
        read_panel(path)
    assert read_panel(path, ReadOptions(legend=tmp_path / "real.legend")).n_sites == 3
    with pytest.raises(FormatError, match="no file"):
        read_panel(path, ReadOptions(legend=tmp_path / "none.legend"))


def test_same_person_twice(make):
    with pytest.raises(PanelError, match="'HG1' is there twice"):
        read_panel(make([*ROWS[:2], *ROWS[:2]]))


def test_unsorted_legend(make):
    legend = LEGEND.replace(" 20 ", " 2 ")
    with pytest.raises(PanelError, match="1:2 comes after 1:10"):
        read_panel(make(ROWS, legend.replace("1:20", "1:2")))


def test_truncated(make):
    path = make(ROWS * 50, name="set.hapt.gz")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FormatError, match="damaged or incomplete"):
        read_panel(path)


def test_group_tells_artificial_rows(panel: Panel, tmp_path):
    for notes, group in (([], b"Real"), (["by a model"], b"AG")):
        path = tmp_path / f"{group.decode()}.hapt"
        write_panel(panel, path, notes=notes)
        assert path.read_bytes().startswith(group + b" S000_A ")


@pytest.mark.panels
def test_published_panel(panels_dir):
    folder = panels_dir / "kgp-805"
    keep = ReadOptions(monomorphic="keep", legend=folder / "real.legend")
    real = read_panel(folder / "real.hapt.gz", keep)
    assert real.haplotypes.shape == (5008, 805)
    assert list(real.samples.id[:2]) == ["HG00096", "HG00097"]
    with gzip.open(folder / "real.hapt.gz", "rt") as handle:
        naive = [line.split() for line in handle]
    assert np.array_equal(real.haplotypes, np.array([r[2:] for r in naive], dtype=np.uint8))
    for name in ("published-gan", "published-rbm"):
        artificial = read_panel(folder / f"{name}.hapt.gz", keep)
        assert artificial.haplotypes.shape == (5000, 805)
        assert list(artificial.samples.id[:2]) == ["AG0", "AG2"]
