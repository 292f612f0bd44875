"""What is written is read back as it was, in every format."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaginome.formats import ReadOptions, read_panel, write_panel
from imaginome.panel import Panel, Samples, Sites, strings

SUFFIXES = [".vcf", ".vcf.gz", ".bcf", ".hapt", ".hapt.gz"]
KEEP = ReadOptions(monomorphic="keep")

allele = st.text("ACGT", min_size=1, max_size=20)
word = st.text("abcXYZ019_-.", min_size=1, max_size=18).filter(lambda text: text != ".")


def assert_same(one: Panel, other: Panel, labels: bool = True) -> None:
    assert np.array_equal(one.haplotypes, other.haplotypes)
    assert one.sites.keys() == other.sites.keys()
    assert list(one.samples.id) == list(other.samples.id)
    for name in Samples.LABELS if labels else ():
        first, second = getattr(one.samples, name), getattr(other.samples, name)
        assert (first is None) == (second is None)
        assert first is None or list(first) == list(second)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Draw small panels with odd names, long alleles and several contigs."""
    people = draw(st.lists(word, min_size=1, max_size=5, unique=True))
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(["1", "chrX", "HLA*A:01"]), st.integers(1, 2**28)),
            min_size=1,
            max_size=12,
            unique=True,
        )
    )
    places.sort()
    n = len(places)
    pairs = draw(st.lists(st.tuples(allele, allele), min_size=n, max_size=n))
    sites = Sites(
        strings([contig for contig, _ in places]),
        np.array([position for _, position in places], dtype=np.int64),
        strings(draw(st.lists(word, min_size=n, max_size=n))),
        strings([ref for ref, _ in pairs]),
        strings([alt for _, alt in pairs]),
    )
    bits = draw(st.binary(min_size=2 * len(people) * n, max_size=2 * len(people) * n))
    haplotypes = (np.frombuffer(bits, dtype=np.uint8) & 1).reshape(2 * len(people), n)
    populations = draw(st.lists(st.sampled_from(["GBR", "Han, south"]), min_size=len(people)))
    return Panel(
        haplotypes,
        sites,
        Samples(strings(people), population=strings(populations[: len(people)])),
    )


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=40, deadline=None)
@given(drawn=panels())
def test_any_panel(suffix: str, drawn: Panel):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"panel{suffix}"
        write_panel(drawn, path)
        back = read_panel(path, KEEP)
    assert_same(drawn, back, labels="hapt" not in suffix)
    assert list(drawn.sites.id) == list(back.sites.id)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_many_sites(panel: Panel, tmp_path, suffix):
    """More sites than one chunk of reading or writing holds."""
    wide = Panel(
        np.tile(panel.haplotypes, (1, 11)),
        Sites(
            strings(["7"] * 1320),
            np.arange(1320, dtype=np.int64) * 3 + 1,
            *(strings([letter] * 1320) for letter in (".", "A", "T")),
        ),
        panel.samples,
    )
    path = tmp_path / f"wide{suffix}"
    write_panel(wide, path)
    assert_same(wide, read_panel(path, KEEP), labels="hapt" not in suffix)


def test_labels_come_back_but_a_table_wins(panel: Panel, tmp_path):
    path = tmp_path / "panel.bcf"
    write_panel(panel, path)
    assert list(read_panel(path).samples.superpopulation) == list(panel.samples.superpopulation)
    table = tmp_path / "samples.tsv"
    table.write_text("sample\tpopulation\n" + "".join(f"{s}\tNEW\n" for s in panel.samples.id))
    relabelled = read_panel(path, ReadOptions(samples_table=table)).samples
    assert set(relabelled.population) == {"NEW"}
    assert relabelled.superpopulation is None


def test_sites_not_split_and_rejoined(tmp_path, panel: Panel):
    """Duplicated positions with different alleles stay apart, in order."""
    sites = Sites(
        strings(["1"] * 3),
        np.array([5, 5, 5], dtype=np.int64),
        strings([".", ".", "."]),
        strings(["A", "A", "AC"]),
        strings(["C", "G", "A"]),
    )
    small = Panel(panel.haplotypes[:, :3].copy(), sites, panel.samples)
    for suffix in SUFFIXES:
        write_panel(small, tmp_path / f"p{suffix}", force=True)
        assert_same(small, read_panel(tmp_path / f"p{suffix}", KEEP), labels=False)


@pytest.mark.parametrize("suffix", ["vcf", "vcf.gz", "bcf"])
def test_labels_come_back_whatever_is_in_them(panel, tmp_path, suffix):
    odd = ['say "ah"', "back\\slash", "a,b", "<x>", "k=v", "", 'end\\"']
    labels = strings([odd[i % len(odd)] for i in range(panel.n_individuals)])
    path = tmp_path / f"odd.{suffix}"
    write_panel(panel.with_samples(replace(panel.samples, phenotype=labels)), path)
    back = read_panel(path).samples
    assert list(back.phenotype) == list(labels)
    assert list(back.population) == list(panel.samples.population)
