"""Imputation: Beagle as a guest, r2 by hand, and what reference panels must be worth."""

from __future__ import annotations

import os
import shutil
import stat
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaginome.metrics.base import NotApplicable
from imaginome.metrics.items.imputation import beagle
from imaginome.metrics.items.imputation.beagle import Markers, ProgramError, impute
from imaginome.metrics.items.imputation.metric import BINS, ITEM, Masked, accuracy, array_sites
from imaginome.panel import Panel, Samples, Sites, strings
from tests.support.comparisons import compared, part

needs_beagle = pytest.mark.skipif(shutil.which("beagle") is None, reason="Beagle is not installed")


def sites(contig: list[str], position: list[int]) -> Sites:
    n = len(position)
    return Sites(
        strings(contig),
        np.array(position, dtype=np.int64),
        strings(["."] * n),
        strings(["A"] * n),
        strings(["G"] * n),
    )


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Where temporary folders are made in this test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def pretend(folder: Path, monkeypatch, script: str) -> None:
    """Put a program called beagle on the PATH."""
    home = folder / "bin"
    home.mkdir()
    program = home / "beagle"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{home}:{os.environ['PATH']}")


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith("imaginome")]


def small_job() -> tuple[list[np.ndarray], np.ndarray, np.ndarray, Markers]:
    h = np.random.default_rng(0).integers(0, 2, (12, 6), dtype=np.uint8)
    markers = Markers.of(sites(["1"] * 6, [10, 20, 30, 40, 50, 60]))
    return [h, h], h[:4], np.array([0, 3, 5]), markers


def test_places_are_neutral_and_increase():
    found = Markers.of(sites(["chrX"] * 4 + ["MT"] * 2, [5, 5, 5, 7, 3, 3]))
    assert found.contig.tolist() == [1, 1, 1, 1, 2, 2]
    assert found.position.tolist() == [5, 6, 7, 8, 3, 4]


def test_the_file_holds_numbers_for_names(tmp_path):
    import gzip

    h = np.array([[0, 1], [1, 1], [0, 0], [0, 1]], dtype=np.uint8)
    markers = Markers.of(sites(["1", "1"], [100, 200]))
    beagle.write_vcf(tmp_path / "x.vcf.gz", h, np.array([0, 1]), markers)
    lines = gzip.decompress((tmp_path / "x.vcf.gz").read_bytes()).decode().splitlines()
    assert lines[2].split("\t")[9:] == ["P0", "P1"]
    assert lines[3].split("\t") == ["1", "100", ".", "A", "C", ".", "PASS", ".", "GT", "0|1", "0|0"]
    assert lines[4].split("\t")[9:] == ["1|1", "0|1"]


def test_a_missing_program_is_named_and_skips_the_metric(thirds, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotApplicable, match=r"Beagle was not found: `apt install beagle`"):
        ITEM().compute(thirds)


def test_a_failing_program_tells_its_last_lines_and_leaves_nothing(folder, monkeypatch):
    pretend(folder, monkeypatch, "echo first; echo; echo 'no markers in' window >&2; exit 3")
    with pytest.raises(ProgramError, match=r"Beagle failed: it said: first / no markers in window"):
        impute(*small_job(), seed=1)
    assert left(folder) == []


def runs(pid: int) -> bool:
    """Say whether a process is there and not merely waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_ctrl_c_stops_what_the_program_started_and_leaves_nothing(folder, monkeypatch):
    child = folder / "child"
    pretend(folder, monkeypatch, f"sleep 100 & echo $! > {child}.new; mv {child}.new {child}; wait")
    looked = []

    def look(seconds):
        looked.append(seconds)
        if child.exists():
            raise KeyboardInterrupt
        assert len(looked) < 10_000

    monkeypatch.setattr(beagle.time, "sleep", look)
    monkeypatch.setattr(beagle, "SECONDS_BETWEEN_LOOKS", 0.0)
    with pytest.raises(KeyboardInterrupt):
        impute(*small_job(), seed=1)
    monkeypatch.undo()
    pid = int(child.read_text())
    deadline = time.monotonic() + 5
    while runs(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not runs(pid)
    assert left(folder) == []


def test_squared_correlation_by_hand():
    """Against numpy, bin by bin, with people counted several times."""
    rng = np.random.default_rng(1)
    h = (rng.random((40, 60)) < rng.beta(0.3, 1, 60)).astype(np.uint8)
    frequency = h.mean(axis=0)
    dosages = rng.uniform(0, 2, (20, 60)).astype(np.float32)
    array = np.array([3, 9])
    masked = Masked.of(h, frequency, array)
    weights = np.stack([np.ones(20), rng.multinomial(20, np.full(20, 0.05))]).astype(np.float32)
    found = accuracy(masked, dosages, weights)
    minor = np.minimum(frequency, 1 - frequency)
    truth = h[0::2].astype(float) + h[1::2]
    seen = 0
    for k, (low, high) in enumerate(
        [(0, 0.005), (0.005, 0.01), (0.01, 0.05), (0.05, 0.2), (0.2, 0.5)]
    ):
        inside = [j for j in range(60) if low < minor[j] <= high and j not in array]
        if len(inside) < 5:
            assert np.isnan(found[:, k]).all()
            continue
        seen += 1
        flip = [j for j in inside if frequency[j] > 0.5]
        a, b = truth.copy(), dosages.astype(float)
        a[:, flip], b[:, flip] = 2 - a[:, flip], 2 - b[:, flip]
        for r in range(2):
            rows = np.repeat(np.arange(20), weights[r].astype(int))
            x, y = a[rows][:, inside].ravel(), b[rows][:, inside].ravel()
            assert found[r, k] == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2, abs=1e-6)
    assert seen >= 2
    assert len(BINS) == 5


def test_nothing_imputed_is_zero_and_nothing_to_impute_is_unknown():
    h = np.zeros((20, 10), dtype=np.uint8)
    h[:10, :5] = 1
    masked = Masked.of(h, np.full(10, 0.1), np.array([], dtype=np.intp))
    ones = np.ones((1, 10), dtype=np.float32)
    assert accuracy(masked, np.ones((10, 10), dtype=np.float32), ones)[0, 3] == 0
    assert accuracy(masked, (h[0::2] + h[1::2]).astype(np.float32), ones)[0, 3] == 1
    assert np.isnan(accuracy(masked, np.ones((10, 10), dtype=np.float32), 0 * ones)).all()
    few = h.copy()
    few[:2] = 0
    fewer = Masked.of(few, np.full(10, 0.1), np.array([], dtype=np.intp))
    assert np.isnan(accuracy(fewer, np.ones((10, 10), dtype=np.float32), ones)).all()
    silent = Masked.of(h[10:], np.full(10, 0.1), np.array([], dtype=np.intp))
    assert np.isnan(accuracy(silent, np.ones((5, 10), dtype=np.float32), ones[:, :5])).all()


def test_the_holdout_has_no_say_in_the_array(panel):
    train = part(panel, 0)
    chosen = array_sites(train)
    frequency = train.frequencies()
    assert (np.minimum(frequency, 1 - frequency)[chosen] >= 0.05).all()
    assert len(chosen) == pytest.approx(
        (np.minimum(frequency, 1 - frequency) >= 0.05).sum() / 10, abs=1
    )


def spread(panel: Panel, bp: int) -> Panel:
    position = np.arange(1, panel.n_sites + 1, dtype=np.int64) * bp
    return replace(panel, sites=replace(panel.sites, position=position))


def test_sparse_panels_are_not_imputed(panel):
    parts = [spread(part(panel, k), 60_000) for k in range(3)]
    with pytest.raises(NotApplicable, match="60 kb apart"):
        ITEM().compute(compared(*parts))


def test_contigs_without_an_array_are_left_out(panel):
    with pytest.raises(NotApplicable, match="fewer than 5 sites a contig"):
        ITEM().compute(compared(*(part(panel, k).take_sites(np.arange(30)) for k in range(3))))


@pytest.fixture(scope="module")
def linked() -> list[Panel]:
    """Three panels of 30 people, long mosaics of the same eight founders at 300 sites."""
    rng = np.random.default_rng(7)
    founders = (rng.random((8, 300)) < rng.uniform(0.1, 0.5, 300)).astype(np.uint8)
    rows = []
    for _ in range(180):
        switches = rng.random(300) < 0.003
        donors = rng.integers(0, 8, 300)[np.cumsum(switches)]
        rows.append(founders[donors, np.arange(300)])
    people = Samples(strings([f"S{i}" for i in range(90)]))
    whole = Panel(np.array(rows), sites(["1"] * 300, list(range(1, 60_000, 200))), people)
    return [part(whole, k) for k in range(3)]


@needs_beagle
def test_real_people_impute_and_independent_sites_do_not(linked, folder):
    rng = np.random.default_rng(3)
    train, holdout, real = linked
    shuffled = np.stack([rng.permutation(column) for column in real.haplotypes.T], axis=1)
    for artificial in (real, replace(real, haplotypes=shuffled)):
        result = ITEM().compute(compared(train, holdout, artificial, replicates=20))
        found = {m.id: m for m in result.measures}
        r2, gain = found["imputation.r2"], found["imputation.gain"]
        assert r2.ceiling.value > 0.6
        assert gain.ceiling.value > 0.1
        if artificial is real:
            assert r2.artificial.value == pytest.approx(r2.ceiling.value, abs=0.05)
            assert gain.artificial.value > 0.1
        else:
            assert r2.artificial.value < 0.4
            assert gain.artificial.value < gain.ceiling.value / 2
    assert left(folder) == []


@needs_beagle
def test_with_the_truth_in_the_panel_dosages_are_the_truth(linked):
    """Sites and people keep their order, whatever else is in the panel."""
    train, holdout, _ = linked
    h, array = holdout.haplotypes, array_sites(train)
    both = np.concatenate([train.haplotypes, h])
    (found,) = impute([both], h, array, Markers.of(holdout.sites), seed=1)
    truth = h[0::2].astype(float) + h[1::2]
    assert found.shape == truth.shape
    assert np.abs(found - truth)[:, array].max() < 0.01
    assert np.mean(np.round(found) == truth) > 0.97


@needs_beagle
def test_threads_change_nothing(linked):
    comparison = compared(*linked, replicates=10)
    one = ITEM().compute(comparison).model_dump_json()
    assert ITEM().compute(replace(comparison, threads=3)).model_dump_json() == one


@needs_beagle
@pytest.mark.panels
@pytest.mark.long
def test_real_people_of_chr15_are_imputed(panels_dir):
    from imaginome import read_panel, split
    from imaginome.formats import ReadOptions
    from imaginome.metrics.comparison import Comparison

    folder = panels_dir / "kgp-chr15-10k"
    options = ReadOptions(samples_table=panels_dir / "samples.tsv")
    train, holdout = split(read_panel(folder / "real.vcf.gz", options), 0.5, 1)
    published = read_panel(folder / "published-genomator.vcf.gz", ReadOptions())
    result = ITEM().compute(Comparison.of(train, holdout, published, threads=2).balanced())
    found = {m.id: m for m in result.measures}
    assert found["imputation.r2_common"].ceiling.value == pytest.approx(0.923, abs=0.02)
    assert found["imputation.r2_rare"].artificial.value < found["imputation.r2_rare"].ceiling.low
