"""Compare scans and imputation with plink2, bcftools and Beagle called by hand.

Each test is skipped, with the reason, where the other program is not installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from imaginome import read_panel, split
from imaginome.formats import ReadOptions, write_panel
from imaginome.metrics.items.association.traits import dosages, orthonormal, scan
from imaginome.metrics.items.imputation.beagle import Markers, impute
from imaginome.metrics.items.imputation.metric import Masked, accuracy, array_sites
from imaginome.panel import Panel


def program(name: str, *arguments: object, folder: Path) -> str:
    """Run a program in a folder and return what it prints."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    done = subprocess.run(
        [name, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def halves() -> tuple[Panel, Panel]:
    """Train and holdout of the first 1,500 sites of a contiguous real panel."""
    default = Path(__file__).parents[2] / "shared" / "data"
    path = Path(os.environ.get("IMAGINOME_PANELS", default)) / "kgp-chr15-10k" / "real.vcf.gz"
    if not path.is_file():
        pytest.skip(f"no real panel at {path}; set IMAGINOME_PANELS")
    train, holdout = split(read_panel(path, ReadOptions()), 0.5, 1)
    return train.take_sites(np.arange(1_500)), holdout.take_sites(np.arange(1_500))


def test_plink2_finds_the_same_effects(halves: tuple[Panel, Panel], tmp_path: Path) -> None:
    """Linear regression with covariates, site by site."""
    panel = halves[0].take_individuals(np.arange(500))
    rng = np.random.default_rng(1)
    every = np.arange(panel.n_sites)
    x = dosages(panel.haplotypes, every)
    covariates = rng.normal(size=(500, 2)) + x[:, :1]
    trait = x[:, 700] * 0.3 + covariates[:, 0] + rng.normal(size=500)
    write_panel(panel, tmp_path / "panel.vcf.gz")
    for name, values in (("y", trait[:, None]), ("c", covariates)):
        head = "\t".join(["#IID", *(f"{name}{k}" for k in range(values.shape[1]))])
        rows = zip(panel.samples.id, values, strict=True)
        lines = ["\t".join([i, *(repr(float(v)) for v in row)]) for i, row in rows]
        (tmp_path / name).write_text("\n".join([head, *lines]) + "\n")
    # Each of our effects is that of ALT; plink2 counts whatever is rarer unless told so.
    words = "--vcf panel.vcf.gz --pheno y --covar c --glm hide-covar omit-ref --out found"
    program("plink2", *words.split(), folder=tmp_path)
    table = [
        line.split("\t") for line in (tmp_path / "found.y0.glm.linear").read_text().split("\n")
    ]
    columns = {name: k for k, name in enumerate(table[0])}
    ours = scan(x, orthonormal(covariates), trait[:, None], np.ones(500))
    compared = 0
    for j, row in enumerate(table[1 : 1 + panel.n_sites]):
        assert int(row[columns["POS"]]) == panel.sites.position[j]
        if row[columns["BETA"]] == "NA":
            # plink2 leaves out constant sites and what it takes for collinear.
            continue
        compared += 1
        assert float(row[columns["BETA"]]) == pytest.approx(ours.effects[j, 0], rel=1e-4, abs=1e-6)
        assert float(row[columns["T_STAT"]]) == pytest.approx(ours.z[j, 0], rel=1e-4, abs=1e-5)
    assert compared > 1_000


def test_beagle_by_hand_imputes_the_same(halves: tuple[Panel, Panel], tmp_path: Path) -> None:
    """Our VCF and bcftools in the place of the neutral files, numpy in the place of our r2."""
    train, holdout = halves[0], halves[1].take_individuals(np.arange(100))
    array = array_sites(train)
    markers = Markers.of(train.sites)
    assert (markers.position == train.sites.position).all()
    write_panel(train, tmp_path / "reference.vcf.gz")
    write_panel(holdout, tmp_path / "truth.vcf.gz")
    places = zip(train.sites.contig[array], train.sites.position[array], strict=True)
    (tmp_path / "array.tsv").write_text("".join(f"{c}\t{p}\n" for c, p in places))
    words = "view -T array.tsv truth.vcf.gz -Oz -o targets.vcf.gz"
    program("bcftools", *words.split(), folder=tmp_path)
    words = "ref=reference.vcf.gz gt=targets.vcf.gz out=imputed seed=1 nthreads=2"
    program("beagle", *words.split(), folder=tmp_path)
    text = program("bcftools", "query", "-f", "[%DS\t]\n", "imputed.vcf.gz", folder=tmp_path)
    theirs = np.array([line.split() for line in text.splitlines()], dtype=np.float32).T
    (ours,) = impute([train.haplotypes], holdout.haplotypes, array, markers, seed=1)
    assert (ours == theirs).all()

    frequency = (train.frequencies() + halves[1].frequencies()) / 2
    masked = Masked.of(holdout.haplotypes, frequency, array)
    accuracies = accuracy(masked, ours, np.ones((1, 100), dtype=np.float32))[0]
    minor = np.minimum(frequency, 1 - frequency)
    hidden = (minor > 0.2) & ~np.isin(np.arange(train.n_sites), array)
    truth = dosages(holdout.haplotypes, np.flatnonzero(hidden))
    flip = frequency[hidden] > 0.5
    both = [np.where(flip, 2 - x, x).ravel() for x in (truth, theirs[:, hidden])]
    assert accuracies[4] == pytest.approx(np.corrcoef(*both)[0, 1] ** 2, abs=1e-5)
    assert accuracies[4] > 0.8
