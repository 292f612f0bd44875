"""Exit codes, and one line for each error, as early as it can be told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from imaginome.formats import io
from imaginome.runs.request import thread_count
from tests.support.commands import call, run_words, said

FULL = Path("/dev/full")


@pytest.fixture
def unread(monkeypatch):
    """Make reading any panel fail the test: what is refused must be refused before."""

    def read(*_: object):
        raise AssertionError("a panel was read")

    monkeypatch.setattr(io, "read_any", read)


def test_words_that_no_verb_takes_are_code_2(files, unread):
    call("run", code=2)
    call("nothing", code=2)
    panel = files / "panel.vcf.gz"
    call("run", panel, "-o", "x", "--seed", "minus", code=2)
    call("run", panel, "-o", "x", "--device", "gpu", code=2)
    for share in ("0", "1", "1.5", "nan"):
        result = call("run", panel, "-o", "x", "--holdout", share, code=2)
        assert "between 0 and 1" in " ".join(result.stderr.split())
        call("split", panel, "-o", "x", "--holdout", share, code=2)
    call("evaluate", panel, code=2)
    call("evaluate", panel, "--train", panel, "--holdout", panel, "-s", "S000,S001", code=2)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--model", "hnm"], "did you mean 'hmm'"),
        (["--model", "HMM"], "did you mean 'hmm'"),
        (["--set", "ordr=3"], "did you mean 'order'"),
        (["--set", "order=many"], "order=many"),
        (["--set", "order"], "key=value"),
        (["-r", "1:9-3"], "1:9-3"),
    ],
)
def test_wrong_values_are_code_2_and_one_line(files, tmp_path, words, why, unread):
    out = tmp_path / "out"
    result = call("run", files / "panel.vcf.gz", "--model", "markov", "-o", out, *words, code=2)
    assert why in said(result)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["-r", "7:1-5"], "no contig 7"),
        (["--samples", "nowhere.tsv"], "nowhere.tsv"),
        (["-s", "S000"], "would be empty"),
        (["-s", "S000,S001,S002"], "too small"),
        (["-s", "S000,nobody"], "nobody"),
        (["-S", "nowhere.txt"], "nowhere.txt"),
        (["-R", "nowhere.bed"], "nowhere.bed"),
        (["--policy", "nowhere.json"], "nowhere.json"),
    ],
)
def test_bad_input_is_code_1_and_nothing_is_left(files, tmp_path, words, why):
    out = tmp_path / "out"
    result = call("run", files / "panel.vcf.gz", "--model", "markov", "-o", out, *words, code=1)
    assert why in said(result)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["evaluate", "audit"])
def test_judging_refuses_before_it_reads(files, tmp_path, verb, unread):
    panel = files / "panel.vcf.gz"
    words = [verb, "--train", panel, "--holdout", panel, panel]
    there = tmp_path / "there.json"
    there.write_text("precious")
    assert "--force" in said(call(*words, "-o", there, code=1))
    assert there.read_text() == "precious"
    only = "--metric" if verb == "evaluate" else "--attack"
    assert "there is no" in said(call(*words, only, "nothing", code=2))


def test_a_bad_policy_is_refused_before_reading(files, tmp_path, unread):
    panel = files / "panel.vcf.gz"
    (tmp_path / "policy.json").write_text('{"no_such_threshold": 1}')
    words = ["audit", "--train", panel, "--holdout", panel, panel]
    assert "no_such_threshold" in said(call(*words, "--policy", tmp_path / "policy.json", code=1))


def test_outputs_are_refused_before_reading(files, tmp_path, unread):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "run.json").write_text("{}")
    assert "--force" in said(call(*run_words(files, tmp_path / "there"), code=1))
    (tmp_path / "split.tsv").write_text("precious")
    words = ["split", files / "panel.vcf.gz", "-o", tmp_path / "split.tsv"]
    assert "--force" in said(call(*words, code=1))


def test_a_model_folder_that_is_none_is_code_1(tmp_path):
    call("generate", tmp_path, "-n", 3, "-o", tmp_path / "a.vcf", code=1)
    (tmp_path / "model.json").write_text('{"model": "nothing", "settings": {}}')
    call("generate", tmp_path, "-n", 3, "-o", tmp_path / "a.vcf", code=1)


@pytest.mark.parametrize(
    "words", [["inspect", "panel.vcf.gz"], ["metrics", "--bibtex"], ["--help"]]
)
def test_a_reader_who_has_gone_is_no_news(files, words):
    """As in `| head`: the reading end is closed before anything is written."""
    out, into = os.pipe()
    os.close(out)
    start = [sys.executable, "-m", "imaginome.cli", *words]
    done = subprocess.run(
        start, cwd=files, stdout=into, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(into)
    assert done.stderr == ""
    assert done.returncode == 1


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
def test_an_output_that_is_full_is_one_line(files):
    start = [sys.executable, "-m", "imaginome.cli", "inspect", "panel.vcf.gz"]
    with FULL.open("w") as full:
        done = subprocess.run(
            start, cwd=files, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == "imaginome: error: input or output: No space left on device\n"


def test_a_caller_who_closed_stderr_gets_the_work_done(files, tmp_path):
    """As some schedulers do; the words then have nowhere to go."""
    words = f"{sys.executable} -m imaginome.cli split panel.vcf.gz -o {tmp_path / 'split.tsv'}"
    done = subprocess.run(f"{words} >&- 2>&-", shell=True, cwd=files, check=False)
    assert done.returncode == 0
    assert (tmp_path / "split.tsv").is_file()


def test_threads_where_no_affinity_is_known(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    assert thread_count(0) == os.cpu_count()
    assert thread_count(3) == 3
