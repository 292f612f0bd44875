"""Every rule of ReadOptions: default, alternative, error, and the count that it leaves."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.errors import FormatError, PanelError
from imaginome.formats import ReadOptions, Tally, read_panel


def test_values_are_those_of_the_file(make_vcf, row):
    path = make_vcf(
        [row(5, "0|1 1|0 0|0", name="rs5"), row(9, "1|1 0|0 0|1", "G T"), row(3, contig="2")]
    )
    tally = Tally()
    panel = read_panel(path, tally=tally)
    expected = np.array([[0, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 1], [0, 1, 1, 0, 0, 0]]).T
    assert np.array_equal(panel.haplotypes, expected)
    assert panel.haplotypes.flags.c_contiguous
    assert panel.sites.keys() == [("1", 5, "A", "C"), ("1", 9, "G", "T"), ("2", 3, "A", "C")]
    assert list(panel.sites.id) == ["rs5", ".", "."]
    assert list(panel.samples.id) == ["ann", "ben", "cat"]
    assert tally.format == "vcf"
    assert tally.steps == [("records read", 3), ("sites kept", 3), ("individuals kept", 3)]


def test_multiallelic(make_vcf, row):
    path = make_vcf([row(1), row(2, "0|2 1|0 2|2", "A C,G")])
    tally = Tally()
    assert list(read_panel(path, tally=tally).sites.position) == [1]
    assert ("multi-allelic records dropped", 1) in tally.steps
    split = read_panel(path, ReadOptions(multiallelic="split"))
    assert split.sites.keys()[1:] == [("1", 2, "A", "C"), ("1", 2, "A", "G")]
    assert split.haplotypes[:, 1].tolist() == [0, 0, 1, 0, 0, 0]
    assert split.haplotypes[:, 2].tolist() == [0, 1, 0, 0, 1, 1]
    with pytest.raises(PanelError, match=r"1:2 has several ALT .*--multiallelic"):
        read_panel(path, ReadOptions(multiallelic="error"))


@pytest.mark.parametrize("alleles", ["AT A", "A AT", "A <DEL>", "A *", "A A[2:7["])
def test_indels_and_symbolic(make_vcf, row, alleles):
    path = make_vcf([row(1), row(2, alleles=alleles)])
    tally = Tally()
    assert read_panel(path).n_sites == 2
    assert read_panel(path, ReadOptions(indels="drop"), tally).n_sites == 1
    assert ("indels or symbolic alleles dropped", 1) in tally.steps
    with pytest.raises(PanelError, match=r"1:2 is an indel"):
        read_panel(path, ReadOptions(indels="error"))


def test_split_keeps_the_substitution_of_a_mixed_record(make_vcf, row):
    path = make_vcf([row(2, "0|2 1|0 2|2", "A C,AG")])
    panel = read_panel(path, ReadOptions(multiallelic="split", indels="drop"))
    assert list(panel.sites.alt) == ["C"]


@pytest.mark.parametrize("genotypes", ["0|0 0|0 0|0", "1|1 1|1 1|1"])
def test_monomorphic(make_vcf, row, genotypes):
    path = make_vcf([row(1), row(2, genotypes)])
    tally = Tally()
    assert read_panel(path, ReadOptions(monomorphic="drop"), tally).n_sites == 1
    assert ("monomorphic sites dropped", 1) in tally.steps
    assert read_panel(path).n_sites == 2
    with pytest.raises(PanelError, match=r"1:2 is the same in everyone"):
        read_panel(path, ReadOptions(monomorphic="error"))


def test_record_without_alt(make_vcf, row):
    path = make_vcf([row(1), row(2, "0|0 0|0 0|0", "A .")])
    kept = read_panel(path, ReadOptions(monomorphic="keep"))
    assert list(kept.sites.alt) == ["C", "."]


def test_monomorphic_is_judged_among_the_samples_asked_for(make_vcf, row):
    path = make_vcf([row(1, "0|0 0|0 1|1"), row(2)])
    panel = read_panel(path, ReadOptions(samples=("ben", "ann"), monomorphic="drop"))
    assert list(panel.sites.position) == [2]
    assert list(panel.samples.id) == ["ben", "ann"]
    assert panel.haplotypes[:, 0].tolist() == [1, 0, 0, 1]


def test_duplicates(make_vcf, row):
    path = make_vcf([row(1), row(1, "1|1 0|0 0|0"), row(1, alleles="A G")])
    tally = Tally()
    panel = read_panel(path, tally=tally)
    assert list(panel.sites.alt) == ["C", "G"]
    assert panel.haplotypes[:, 0].tolist() == [0, 1, 1, 0, 0, 0]
    assert ("duplicate sites dropped", 1) in tally.steps
    with pytest.raises(PanelError, match=r"1:1 A>C is there twice"):
        read_panel(path, ReadOptions(duplicates="error"))


@pytest.mark.parametrize("call", [".|.", "./.", ".", "0|."])
def test_missing(make_vcf, row, call):
    path = make_vcf([row(1), row(2, f"0|1 {call} 1|1"), row(3, f"{call} {call} {call}")])
    with pytest.raises(PanelError, match=r"1:2, sample ben: a missing .*--missing drop"):
        read_panel(path)
    tally = Tally()
    panel = read_panel(path, ReadOptions(missing="drop"), tally)
    assert list(panel.sites.position) == [1]
    assert ("sites with missing genotypes dropped", 2) in tally.steps


def test_unphased(make_vcf, row):
    path = make_vcf([row(1, "0/0 1/1 0|1"), row(2, "0|1 1/0 0|0")])
    with pytest.raises(PanelError, match=r"1:2, sample ben: an unphased .*--unphased drop"):
        read_panel(path)
    assert list(read_panel(path, ReadOptions(unphased="drop")).sites.position) == [1]
    tally = Tally()
    kept = read_panel(path, ReadOptions(unphased="keep"), tally)
    assert kept.haplotypes[:, 1].tolist() == [0, 1, 1, 0, 0, 0]
    assert ("sites taken in the order written though unphased", 1) in tally.steps


@pytest.mark.parametrize("genotypes", ["0|1 1 0|0", "0 1 0"])
def test_haploid_is_refused(make_vcf, row, genotypes):
    with pytest.raises(PanelError, match=r"1:2, sample \w+: a haploid genotype .*chrX"):
        read_panel(make_vcf([row(1), row(2, genotypes)]))


def test_more_than_diploid_is_refused(make_vcf, row):
    with pytest.raises(PanelError, match="calls of 3 alleles"):
        read_panel(make_vcf([row(1, "0|1|1 0|1|0 0|0|0")]))


def test_trouble_of_samples_left_out_does_not_count(make_vcf, row):
    path = make_vcf([row(1, "0|1 .|. 0"), row(2, "0|1 0|0 0/1")])
    assert read_panel(path, ReadOptions(samples=("ann",))).n_sites == 2


def test_unknown_sample_is_named(make_vcf, row):
    with pytest.raises(PanelError, match="'dan'"):
        read_panel(make_vcf([row(1)]), ReadOptions(samples=("ann", "dan")))


def test_unsorted_positions_name_the_first(make_vcf, row):
    with pytest.raises(PanelError, match=r"1:4 comes after 1:7.*bcftools sort"):
        read_panel(make_vcf([row(7), row(4), row(2)]))


def test_contig_that_comes_back(make_vcf, row):
    with pytest.raises(PanelError, match="contig 1 begins again at 9"):
        read_panel(make_vcf([row(7), row(4, contig="2"), row(9)]))


def test_nothing_left_says_why(make_vcf, row):
    with pytest.raises(PanelError, match=r"no site is left.*2 monomorphic sites dropped"):
        path = make_vcf([row(1, "0|0 0|0 0|0"), row(2, "1|1 1|1 1|1")])
        read_panel(path, ReadOptions(monomorphic="drop"))


def test_one_individual_is_read(make_vcf, row):
    assert read_panel(make_vcf([row(1, "0|1")], samples=["solo"])).n_individuals == 1


def test_allele_that_the_record_does_not_list(make_vcf, row):
    with pytest.raises(FormatError, match="1:1 has a genotype with an allele"):
        read_panel(make_vcf([row(1, "0|3 0|0 0|1")]))


def test_contigs_need_not_be_declared(make_vcf, row, capfd):
    assert read_panel(make_vcf([row(1, contig="scaffold_9")])).sites.contig[0] == "scaffold_9"
    assert capfd.readouterr().err == ""
