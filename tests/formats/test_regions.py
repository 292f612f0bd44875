"""Regions and sample lists, parsed and applied, with and without an index."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from imaginome.errors import PanelError, SettingsError
from imaginome.formats import ReadOptions, Tally, read_panel, write_panel
from imaginome.formats.regions import RegionSet
from imaginome.panel import Panel, Sites, strings
from imaginome.reading import END, parse_regions, parse_samples, read_regions, read_samples


def test_parse_regions():
    assert parse_regions("chr1:1-100,chr2, 3:7,X:5-") == (
        ("chr1", 1, 100),
        ("chr2", 1, END),
        ("3", 7, 7),
        ("X", 5, END),
    )
    assert parse_regions("HLA*A:01:01:3-9") == (("HLA*A:01:01", 3, 9),)


@pytest.mark.parametrize("text", ["1:9-3", "1:0-5", "1:", "1:-5"])
def test_bad_regions(text):
    with pytest.raises(SettingsError):
        parse_regions(text)


def test_region_files(tmp_path):
    bed = tmp_path / "a.bed"
    bed.write_text("track x\n#comment\n1\t0\t10\n2 5 6 name\n")
    assert read_regions(bed) == (("1", 1, 10), ("2", 6, 6))
    tsv = tmp_path / "a.tsv"
    tsv.write_text("1\t5\n\n2\t5\t6\n")
    assert read_regions(tsv) == (("1", 5, 5), ("2", 5, 6))
    packed = tmp_path / "b.bed.gz"
    packed.write_bytes(gzip.compress(b"1\t0\t10\n"))
    assert read_regions(packed) == (("1", 1, 10),)


@pytest.mark.parametrize("text", ["", "1\n", "1\tx\n", "1\t9\t3\n"])
def test_bad_region_files(tmp_path, text):
    path = tmp_path / "a.tsv"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"a\.tsv"):
        read_regions(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_regions(tmp_path / "none.tsv")


def test_samples(tmp_path):
    assert parse_samples("b, a") == ("b", "a")
    path = tmp_path / "list"
    path.write_text("b\tmore\na\n\n")
    assert read_samples(path) == ("b", "a")
    for bad in ("", "a,a", "^a"):
        with pytest.raises(SettingsError):
            parse_samples(bad)


def test_region_set_agrees_with_the_definition():
    rng = np.random.default_rng(4)
    spans = [(int(s), int(s + w)) for s, w in rng.integers(1, 200, (12, 2))]
    merged = RegionSet([("1", s, e) for s, e in spans])
    for first in range(1, 450):
        last = first + int(rng.integers(0, 4))
        expected = any(s <= last and first <= e for s, e in spans)
        assert merged.overlaps("1", first, last) == expected
    assert not merged.overlaps("2", 1, END)


@pytest.fixture
def long_panel(panel: Panel) -> Panel:
    """Two contigs; one record in ten is a deletion of 30 bases that reaches into what follows."""
    n = panel.n_sites
    refs = ["A" * 31 if j % 10 == 0 else "A" for j in range(n)]
    sites = Sites(
        strings(["1"] * 60 + ["2"] * (n - 60)),
        np.r_[np.arange(60), np.arange(n - 60)].astype(np.int64) * 10 + 1,
        strings([f"s{j}" for j in range(n)]),
        strings(refs),
        strings(["C" if len(ref) == 1 else "A" for ref in refs]),
    )
    return Panel(panel.haplotypes, sites, panel.samples)


@pytest.mark.parametrize("name", ["a.vcf.gz", "a.bcf", "a.vcf", "a.hapt.gz", "noindex.vcf.gz"])
@pytest.mark.parametrize(
    "text", ["1:100-200", "2", "1:115-115,1:125-128", "1:300-,2:1-55,1:1-31", "2:25", "9:1-5,1:1-9"]
)
def test_records_that_overlap(long_panel, tmp_path, name, text):
    path = tmp_path / name
    write_panel(long_panel, path)
    if name.startswith("noindex"):
        (tmp_path / f"{name}.tbi").unlink()
    regions = parse_regions(text)
    sites = long_panel.sites
    inside = [
        any(
            contig == sites.contig[j]
            and first <= sites.position[j] + len(sites.ref[j]) - 1
            and sites.position[j] <= last
            for contig, first, last in regions
        )
        for j in range(len(sites))
    ]
    tally = Tally()
    found = read_panel(path, ReadOptions(regions=regions, monomorphic="keep"), tally)
    assert list(found.sites.id) == list(sites.id[np.array(inside)])
    assert np.array_equal(found.haplotypes, long_panel.haplotypes[:, np.array(inside)])
    if name in ("a.vcf", "a.hapt.gz", "noindex.vcf.gz"):
        assert ("records outside of the regions", inside.count(False)) in tally.steps


@pytest.mark.parametrize("name", ["a.vcf.gz", "a.bcf", "a.vcf", "a.hapt.gz"])
def test_regions_without_records(long_panel, tmp_path, name):
    path = tmp_path / name
    write_panel(long_panel, path)
    for text, message in [
        ("chr1:1-50", "no contig 'chr1', it spells it '1'"),
        ("1:5000-6000", "no record in 1:5000-6000"),
        ("17", "no contig 17.*it has 1, 2"),
    ]:
        with pytest.raises(PanelError, match=message):
            read_panel(path, ReadOptions(regions=parse_regions(text)))


def test_disorder_outside_of_the_regions_does_not_matter(make_vcf, row):
    path = make_vcf([row(5), row(9), row(30), row(20)])
    assert read_panel(path, ReadOptions(regions=(("1", 1, 10),))).n_sites == 2
