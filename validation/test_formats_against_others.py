"""Compare our reading and writing with bcftools and plink2: ``pytest validation``.

Each test is skipped, with the reason, where the other program is not installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from imaginome.formats import ReadOptions, read_panel, write_panel
from imaginome.panel import Panel, Samples, Sites, strings
from imaginome.reading import parse_regions

DATA = ("kgp-dpyd/real.vcf.gz", "kgp-chr15-10k/real.vcf.gz")
KEEP = ReadOptions(monomorphic="keep", duplicates="first")


def program(name: str, *arguments: object, quiet: bool = True) -> str:
    """Run a program and return what it prints; with `quiet` it must not warn."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [name, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    if quiet:
        told = (done.stderr + done.stdout).lower() if name == "plink2" else done.stderr.lower()
        assert "warning" not in told, done.stderr
        assert "[w::" not in told, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def data_dir() -> Path:
    """Where the real panels are; see tests/conftest.py."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("IMAGINOME_PANELS", default))
    if not folder.is_dir():
        pytest.skip(f"no real panels at {folder}; set IMAGINOME_PANELS")
    return folder


@pytest.fixture(scope="module")
def small() -> Panel:
    """Two contigs, SNPs and indels, labels and long alleles."""
    rng = np.random.default_rng(8)
    n = 300
    refs = ["ACGT"[i] for i in rng.integers(0, 4, n)]
    alts = [{"A": "C", "C": "G", "G": "T", "T": "A"}[ref] for ref in refs]
    alts[10] += "ACGTACGTACGTACGTACGT"
    refs[20] += "TTT"
    sites = Sites(
        strings(["1"] * 200 + ["2"] * 100),
        np.r_[np.arange(200) * 50 + 1, np.arange(100) * 9000 + 7].astype(np.int64),
        strings([f"rs{j}" if j % 3 else "." for j in range(n)]),
        strings(refs),
        strings(alts),
    )
    haplotypes = (rng.random((80, n)) < rng.beta(0.5, 1, n)).astype(np.uint8)
    people = strings([f"IMG{i + 1:06d}" for i in range(40)])
    return Panel(haplotypes, sites, Samples(people, population=strings(["GBR", "FIN"] * 20)))


@pytest.fixture(scope="module", params=["vcf.gz", "bcf", "vcf"])
def written(request, small: Panel, tmp_path_factory) -> Path:
    """The small panel in one of the formats."""
    path: Path = tmp_path_factory.mktemp("written") / f"panel.{request.param}"
    write_panel(small, path, notes=["imaginome markov, seed 1"])
    return path


def test_bcftools_sees_the_same_haplotypes(written: Path, small: Panel) -> None:
    """Bcftools prints our sites and genotypes."""
    text = program("bcftools", "query", "-f", "%CHROM %POS %ID %REF %ALT[ %GT]\\n", written)
    rows = [line.split() for line in text.splitlines()]
    names = [" ".join(row[:5]) for row in rows]
    sites = small.sites
    assert names == [
        f"{c} {p} {i} {r} {a}" for (c, p, r, a), i in zip(sites.keys(), sites.id, strict=True)
    ]
    alleles = np.array([[call.split("|") for call in row[5:]] for row in rows], dtype=np.uint8)
    assert np.array_equal(alleles.reshape(len(rows), -1).T, small.haplotypes)


def test_bcftools_counts_the_same(written: Path, tmp_path: Path) -> None:
    """What bcftools computes for AC, AN and AF is what we wrote."""
    ours = program("bcftools", "query", "-f", "%AC %AN %AF\\n", written)
    program("bcftools", "+fill-tags", written, "-o", tmp_path / "f.vcf", "--", "-t", "AC,AN,AF")
    assert program("bcftools", "query", "-f", "%AC %AN %AF\\n", tmp_path / "f.vcf") == ours


def test_bcftools_view_and_stats_are_content(written: Path, small: Panel) -> None:
    """Neither warns, both count our records."""
    assert program("bcftools", "view", "-H", written).count("\n") == small.n_sites
    assert f"number of records:\t{small.n_sites}\n" in program("bcftools", "stats", written)


def test_bcftools_uses_our_index(written: Path, small: Panel) -> None:
    """Regions by our index are those that we read."""
    if written.suffix == ".vcf":
        pytest.skip("plain text has no index")
    for region in ("1:500-1500", "2", "1:1-1,2:9007-9007"):
        ours = read_panel(written, ReadOptions(monomorphic="keep", regions=parse_regions(region)))
        theirs = program("bcftools", "query", "-r", region, "-f", "%CHROM:%POS\\n", written)
        assert [
            f"{c}:{p}" for c, p in zip(ours.sites.contig, ours.sites.position, strict=True)
        ] == theirs.split()
    # For any BCF, its own too, `bcftools index -n` warns that a .csi knows no contig names.
    assert program("bcftools", "index", "-n", written, quiet=False).strip() == str(small.n_sites)


def test_plink2_frequencies(written: Path, small: Panel, tmp_path: Path) -> None:
    """plink2 finds the same ALT frequencies."""
    kind = "--bcf" if written.suffix == ".bcf" else "--vcf"
    program("plink2", kind, written, "--freq", "--threads", 1, "--out", tmp_path / "out")
    rows = [line.split("\t") for line in (tmp_path / "out.afreq").read_text().splitlines()]
    at = rows[0].index("ALT_FREQS")
    found = np.array([float(row[at]) for row in rows[1:]])
    assert np.allclose(found, small.frequencies(), rtol=1e-5)
    assert {row[-1] for row in rows[1:]} == {str(small.n_haplotypes)}


def test_plink2_keeps_the_phase(written: Path, small: Panel, tmp_path: Path) -> None:
    """plink2 gives the same haplotypes back."""
    kind = "--bcf" if written.suffix == ".bcf" else "--vcf"
    out = tmp_path / "out"
    program("plink2", kind, written, "--export", "vcf", "--threads", 1, "--out", out)
    assert np.array_equal(read_panel(f"{out}.vcf", KEEP).haplotypes, small.haplotypes)


def test_what_bcftools_makes_of_our_file_is_read_back(small: Panel, tmp_path: Path) -> None:
    """All output types of bcftools are read."""
    write_panel(small, tmp_path / "a.bcf")
    for suffix, flag in (("vcf", "v"), ("vcf.gz", "z"), ("bcf", "b"), ("u.bcf", "u")):
        path = tmp_path / f"theirs.{suffix}"
        program("bcftools", "view", f"-O{flag}", "-o", path, tmp_path / "a.bcf")
        back = read_panel(path, KEEP)
        assert np.array_equal(back.haplotypes, small.haplotypes)
        assert list(back.samples.population) == list(small.samples.population)


@pytest.mark.panels
@pytest.mark.parametrize("name", DATA)
def test_real_panels_as_bcftools_counts_them(data_dir: Path, name: str) -> None:
    """Sites and ALT counts of real panels are those of bcftools."""
    path = data_dir / name
    panel = read_panel(path)
    # bcftools' own warning about the contig that these headers lack is not about us.
    program("bcftools", "--version")
    chain = f"bcftools view -m2 -M2 -Ou {path} 2>/dev/null | " + (
        "bcftools +fill-tags -Ou - -- -t AC 2>/dev/null | bcftools query -f '%POS %AC\\n'"
    )
    theirs = subprocess.run(chain, shell=True, capture_output=True, text=True, check=True).stdout
    counts = panel.haplotypes.sum(axis=0, dtype=int)
    ours = [f"{p} {c}" for p, c in zip(panel.sites.position, counts, strict=True)]
    assert ours == theirs.splitlines()


@pytest.mark.panels
@pytest.mark.parametrize("region", ["1:97545100-97600000", "1:97545106-97545106"])
def test_regions_of_a_real_panel(data_dir: Path, region: str) -> None:
    """Regions mean what they mean to bcftools, at indels too."""
    path = data_dir / DATA[0]
    options = ReadOptions(monomorphic="keep", multiallelic="split", regions=parse_regions(region))
    sites = read_panel(path, options).sites
    ours = [(str(p), alt) for p, alt in zip(sites.position, sites.alt, strict=True)]
    text = program("bcftools", "query", "-r", region, "-f", "%POS %ALT\\n", path, quiet=False)
    rows = [line.split() for line in text.splitlines()]
    assert ours == [(position, alt) for position, alts in rows for alt in alts.split(",")]
