"""Killed, interrupted and terminated: real processes, gone on with to the same bytes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.commands import DONE, LABELS, PICTURES, RUN_LEAVES, call, said, stop

# Long enough that a signal at the first checkpoint comes in the middle of the fit.
SETTINGS = {
    "hmm": ["clusters=8", "rounds=60", "patience=60"],
    "rbm": ["hidden=32", "updates=20", "chains=64", "annealing=50"],
    "gan": ["steps=40", "hidden=32", "critic_hidden=32", "patience=40"],
}
CHECKPOINT = ".checkpoint.safetensors"
# The fit is compared byte by byte; measures that take a moment, long enough for a signal.
JUDGED = [
    "--metric",
    "linkage",
    "--metric",
    "haplotypes",
    "--attack",
    "aats",
    "--no-power",
    "--replicates",
    10,
]


def words(files: Path, model: str, out: Path) -> list[str]:
    chosen = [word for setting in SETTINGS[model] for word in ("--set", setting)]
    panel = ["run", files / "panel.vcf.gz", "--samples", files / "samples.tsv", "--model", model]
    rest = ["--checkpoint-seconds", 0, "--seed", 5, "-q", "-o", out]
    return [str(word) for word in (*panel, *chosen, *JUDGED, *rest)]


@pytest.fixture(scope="module")
def whole(files, tmp_path_factory):
    """Return the folder of an undisturbed run of a model, on one thread."""
    made: dict[str, Path] = {}

    def run(model: str) -> Path:
        if model not in made:
            made[model] = tmp_path_factory.mktemp(model) / "whole"
            call(*words(files, model, made[model]), "--threads", 1, code=DONE)
        return made[model]

    return run


def same(one: Path, other: Path) -> None:
    """Check that two runs left the same files, and the same bytes in all that are the result."""
    left = {path.name for path in one.iterdir()}
    assert left == {path.name for path in other.iterdir()}
    assert left - {LABELS, PICTURES} == RUN_LEAVES
    pictures = sorted(path.name for path in (other / PICTURES).glob("*"))
    for folder, names in (
        ("", ("artificial.vcf.gz", "artificial.vcf.gz.tbi", "split.tsv", *(left & {LABELS}))),
        ("model", sorted(path.name for path in (other / "model").iterdir())),
        (PICTURES, pictures),
    ):
        for name in names:
            assert (one / folder / name).read_bytes() == (other / folder / name).read_bytes(), name


@pytest.mark.parametrize("model", sorted(SETTINGS))
def test_a_killed_fit_goes_on_to_the_same_bytes(files, whole, tmp_path, model):
    out = tmp_path / "out"
    start = [*words(files, model, out), "--threads", "2"]
    code, _ = stop(start, tmp_path / "out.partial" / CHECKPOINT, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not (tmp_path / "out.partial" / "model").exists(), "the fit was over: make it longer"
    assert "--resume" in said(call(*start, code=1))
    call(*start, "--resume", code=DONE)
    assert "resumed after step" in (out / "run.log").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    same(out, whole(model))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("stage", [CHECKPOINT, "artificial.vcf.gz"])
def test_an_interrupted_run_says_so_and_goes_on(files, whole, tmp_path, how, stage):
    """During the fit, and during the evaluation that begins when artificial people are there."""
    out = tmp_path / "out"
    start = words(files, "hmm", out)
    code, stderr = stop(start, tmp_path / "out.partial" / stage, how)
    assert code == 1
    assert stderr == "imaginome: error: interrupted; repeat the command with --resume to go on\n"
    assert not out.exists()
    left = {path.name for path in (tmp_path / "out.partial").iterdir()}
    assert not any(".partial." in name for name in left)
    assert ("model" in left) == (stage != CHECKPOINT)
    call(*start, "--resume", code=DONE)
    same(out, whole("hmm"))


def test_an_interrupted_fit_says_so_and_goes_on(files, tmp_path):
    chosen = [word for setting in SETTINGS["hmm"] for word in ("--set", setting)]
    start = ["fit", str(files / "panel.vcf.gz"), "--model", "hmm", *chosen]
    start += ["--checkpoint-seconds", "0", "-q"]
    call(*start, "-o", tmp_path / "whole")
    start += ["-o", str(tmp_path / "model")]
    code, stderr = stop(start, tmp_path / "model.partial.safetensors", signal.SIGINT)
    assert code == 1
    assert stderr == "imaginome: error: interrupted; repeat the command with --resume to go on\n"
    call(*start, "--resume")
    assert {path.name for path in tmp_path.iterdir()} == {"whole", "model"}
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "model" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("seconds", [0.15, 0.4, 0.8])
def test_an_early_interrupt_is_one_line_and_leaves_nothing(files, tmp_path, seconds):
    """While libraries load: there is nothing to go on from, and no word of it."""
    script = "import sys, imaginome.cli.main as entry\nprint('ready', flush=True)\nentry.main()\n"
    start = [sys.executable, "-c", script, *words(files, "hmm", tmp_path / "out")]
    process = subprocess.Popen(start, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    process.send_signal(signal.SIGINT)
    stderr = process.communicate(timeout=60)[1]
    assert (process.returncode, stderr) == (1, "imaginome: error: interrupted\n")
    assert list(tmp_path.iterdir()) == []
