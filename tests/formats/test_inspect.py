"""Inspecting a panel: counts that can be checked by hand, and every problem at once."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.errors import FormatError
from imaginome.formats import ReadOptions, write_panel
from imaginome.formats.inspect import PanelSummary, inspect_panel


def test_counts_of_a_whole_panel(panel, tmp_path):
    write_panel(panel, tmp_path / "a.bcf")
    summary = inspect_panel(tmp_path / "a.bcf")
    counts = panel.haplotypes.sum(axis=0)
    minor = np.minimum(counts, 120 - counts)
    assert (summary.format, summary.individuals, summary.haplotypes) == ("bcf", 60, 120)
    assert summary.sites == panel.n_sites
    assert summary.spectrum["monomorphic"] == (minor == 0).sum() > 0
    assert summary.spectrum["singletons"] == (minor == 1).sum()
    assert summary.spectrum["doubletons"] == (minor == 2).sum()
    assert summary.spectrum["5% and above"] == (minor >= 6).sum()
    assert sum(summary.spectrum.values()) == summary.sites
    assert summary.populations == {"POP0": 20, "POP1": 20, "POP2": 20}
    assert summary.superpopulations == {"A": 20, "B": 40}
    assert [contig.contig for contig in summary.contigs] == ["1"]
    assert not summary.problems
    assert PanelSummary.model_validate_json(summary.model_dump_json()) == summary


def test_all_problems_at_once(make_vcf, row):
    rows = [row(1), row(2, "0|1 .|. 0|0"), row(3, "0/1 0|0 0|0"), row(4, "0/1 0|0 0|0")]
    summary = inspect_panel(make_vcf([*rows, row(5, "0|2 0|1 0|0", "A C,G"), row(6)]))
    assert summary.sites == 2
    assert summary.problems == [
        "1 sites with missing genotypes: refused unless --missing drop",
        "2 sites with unphased genotypes: refused unless --unphased drop",
    ]
    assert ("multi-allelic records dropped", 1) in summary.tally
    assert summary.contigs[0].model_dump() == {"contig": "1", "sites": 2, "first": 1, "last": 6}


def test_rules_set_to_error_become_problems(make_vcf, row):
    path = make_vcf([row(1), row(1), row(2, "0|0 0|0 0|0"), row(3, alleles="A C,G")])
    options = ReadOptions(multiallelic="error", monomorphic="error", duplicates="error")
    assert [line.split(" unless ")[1] for line in inspect_panel(path, options).problems] == [
        "--multiallelic drop",
        "--monomorphic drop",
        "--duplicates first",
    ]


def test_nothing_left_is_a_problem_and_no_error(make_vcf, row):
    summary = inspect_panel(make_vcf([row(1, "0/1 0|0 0|0")]))
    assert summary.sites == 0
    assert summary.problems[-1] == "no site is left"


def test_file_that_cannot_be_read(tmp_path):
    with pytest.raises(FormatError, match="no file"):
        inspect_panel(tmp_path / "none.vcf")
