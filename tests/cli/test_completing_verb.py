"""The verb that completes real people, as bcftools and we read what it leaves."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from imaginome.formats import io, read_panel, write_panel
from imaginome.models.registry import load_model
from imaginome.panel import Panel, Samples
from imaginome.runs.fitting import create, fit
from tests.support.commands import call, said


@pytest.fixture(scope="module")
def folder(tmp_path_factory, files, panel: Panel) -> Path:
    """A folder with a model of all sites and a panel of every fourth."""
    out = tmp_path_factory.mktemp("complete")
    model = fit(create("hmm", ["clusters=6", "rounds=2", "full_rounds=1"]), panel, seed=1)
    model.save(out / "model")
    shutil.copy(files / "samples.tsv", out)
    bare = panel.with_samples(Samples(panel.samples.id))
    write_panel(bare.take_sites(np.arange(1, panel.n_sites, 4)), out / "few.vcf.gz")
    return out


@pytest.fixture(scope="module")
def completed(folder) -> Path:
    path = folder / "completed.vcf.gz"
    result = call("complete", folder / "model", folder / "few.vcf.gz", "-o", path, "-v")
    assert "30 of the model's 120 sites are observed" in result.stderr
    return path


def fields(path: Path, what: str) -> np.ndarray:
    """Return a FORMAT field as bcftools reads it, one row a site."""
    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not installed")
    asked = ["bcftools", "query", "-f", f"[%{what}\\t]\\n", str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return np.array([line.split() for line in done.stdout.splitlines()])


def test_all_sites_and_people_are_there_and_observed_ones_unchanged(completed, folder, panel):
    assert Path(f"{completed}.tbi").exists()
    found, few = read_panel(completed), read_panel(folder / "few.vcf.gz")
    assert found.sites.keys() == panel.sites.keys()
    assert list(found.samples.id) == list(panel.samples.id)
    assert np.array_equal(found.haplotypes[:, 1::4], few.haplotypes)
    assert (found.haplotypes == panel.haplotypes).mean() > 0.7


def test_bcftools_reads_dosages_that_are_those_of_the_model(completed, folder, panel):
    observed = np.arange(panel.n_sites) % 4 == 1
    rows = read_panel(folder / "few.vcf.gz").haplotypes
    whole = np.zeros((len(rows), panel.n_sites), dtype=np.uint8)
    whole[:, observed] = rows
    expected = load_model(folder / "model").complete(whole, observed).dosages.T
    each = np.array([[pair.split(",") for pair in row] for row in fields(completed, "HDS")])
    np.testing.assert_allclose(each.astype(float).reshape(expected.shape), expected, atol=6e-4)
    sums = fields(completed, "DS").astype(float)
    np.testing.assert_allclose(sums, each.astype(float).sum(axis=2), atol=1e-9)
    alleles = np.array([[one.split("|") for one in row] for row in fields(completed, "GT")])
    assert np.array_equal(alleles.astype(int).reshape(expected.shape), expected >= 0.5)


def test_bcftools_reads_what_was_observed_and_how_sure_the_rest_is(completed):
    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not installed")
    asked = ["bcftools", "query", "-f", "%AF\\t%R2\\t%TYPED\\t%IMPUTED\\n", str(completed)]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("\n")
    rows = [line.split("\t") for line in told if line]
    assert [row[2] == "1" for row in rows] == [j % 4 == 1 for j in range(120)]
    assert all((row[2] == "1") != (row[3] == "1") for row in rows)
    r2 = {flag: [float(row[1]) for row in rows if row[2] == flag] for flag in ("1", ".")}
    assert set(r2["1"]) <= {0.0, 1.0}
    assert 0.02 < np.mean(r2["."]) < 0.98


def test_the_header_says_that_these_are_real_people(completed):
    text = subprocess.run(["gzip", "-dc", completed], capture_output=True, check=True).stdout
    header = text.split(b"#CHROM")[0].decode()
    assert "##imaginome_completed=real people, no artificial data" in header
    assert "imaginome_artificial" not in header


def test_draws_depend_on_the_seed_and_on_nothing_else(folder, tmp_path):
    words = ["complete", folder / "model", folder / "few.vcf.gz", "--draw"]
    for name, more in {
        "a": ["--seed", 4, "--threads", 1],
        "b": ["--seed", 4, "--threads", 2],
        "c": ["--seed", 5],
    }.items():
        call(*words, *more, "-o", tmp_path / f"{name}.vcf")
    a, b, c = ((tmp_path / f"{name}.vcf").read_bytes() for name in "abc")
    assert a == b
    drawn = [read_panel(tmp_path / f"{name}.vcf").haplotypes for name in "ac"]
    assert (drawn[0] != drawn[1]).any()
    assert b"drawn with seed 4" in a
    assert b"drawn with seed 5" in c


def test_labels_tell_the_population_and_unknown_ones_do_not_hinder(folder, tmp_path, panel):
    rows = (folder / "samples.tsv").read_text().replace("POP1", "ELSEWHERE")
    (tmp_path / "samples.tsv").write_text(rows)
    words = ["complete", folder / "model", folder / "few.vcf.gz"]
    for name, more in {
        "none": [],
        "table": ["--samples", tmp_path / "samples.tsv"],
        "zero": ["--population", "POP0"],
    }.items():
        call(*words, *more, "-o", tmp_path / f"{name}.vcf")
    none, table, zero = (
        fields(tmp_path / f"{name}.vcf", "DS").astype(float) for name in ("none", "table", "zero")
    )
    population = panel.samples.population
    assert np.array_equal(table[:, population == "POP1"], none[:, population == "POP1"])
    assert np.array_equal(table[:, population == "POP0"], zero[:, population == "POP0"])
    assert not np.array_equal(table[:, population == "POP2"], zero[:, population == "POP2"])


def test_sites_that_the_model_does_not_know_are_counted(folder, panel, tmp_path):
    strange = panel.take_sites(np.arange(10))
    strange.sites.position[:4] += 7
    write_panel(strange, tmp_path / "strange.vcf")
    words = [folder / "model", tmp_path / "strange.vcf", "-o", tmp_path / "out.vcf", "-v"]
    result = call("complete", *words)
    assert "6 of the model's 120 sites are observed" in result.stderr
    assert "4 that it does not know are left out" in result.stderr


@pytest.mark.parametrize(
    ("change", "why"),
    [("contig", "spelt differently"), ("allele", "other alleles"), ("place", "same region")],
)
def test_a_panel_that_shares_no_site_is_refused(folder, panel, tmp_path, change, why):
    other = panel.take_sites(np.arange(5))
    if change == "contig":
        other.sites.contig[:] = "chr1"
    elif change == "allele":
        other.sites.alt[:] = "C"
    else:
        other.sites.position[:] += 7
    write_panel(other, tmp_path / "other.vcf")
    words = [folder / "model", tmp_path / "other.vcf", "-o", tmp_path / "out.vcf"]
    assert why in said(call("complete", *words, code=1))
    assert not (tmp_path / "out.vcf").exists()


def test_what_can_be_refused_is_refused_before_reading(folder, tmp_path, monkeypatch):
    def read(*_: object):
        raise AssertionError("a panel was read")

    monkeypatch.setattr(io, "read_any", read)
    words = ["complete", folder / "model", folder / "few.vcf.gz", "-o"]
    assert "bcftools view" in said(call(*words, tmp_path / "out.bcf", code=1))
    (tmp_path / "there.vcf").write_text("precious")
    assert "--force" in said(call(*words, tmp_path / "there.vcf", code=1))
    nowhere = ["complete", tmp_path, folder / "few.vcf.gz", "-o", tmp_path / "out.vcf"]
    assert "no model folder" in said(call(*nowhere, code=1))


def test_a_population_that_the_model_does_not_know_is_refused(folder, tmp_path):
    words = [folder / "model", folder / "few.vcf.gz", "-o", tmp_path / "out.vcf"]
    result = call("complete", *words, "--population", "Atlantis", code=1)
    assert "no population 'Atlantis'" in said(result)
