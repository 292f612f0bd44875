"""The command line: what the verbs do and leave."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from imaginome import __version__
from imaginome.formats import read_panel, write_panel
from tests.support.commands import DONE, QUICK, RUN_LEAVES, call, findings, run_words, said


def test_a_run_leaves_everything(finished):
    assert {path.name for path in finished.iterdir()} == RUN_LEAVES


def test_the_split_names_everyone_once_and_nobody_is_artificial(finished, panel):
    lines = (finished / "split.tsv").read_text().splitlines()[1:]
    people = [line.split("\t")[0] for line in lines]
    assert sorted(people) == sorted(panel.samples.id)
    made = read_panel(finished / "artificial.vcf.gz")
    assert not set(made.samples.id) & set(people)
    assert all(sample.startswith("IMG") for sample in made.samples.id)


def words_of(path: Path) -> set[str]:
    """Return all words of a file, decompressed where it is."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return set(re.findall(r"[A-Za-z0-9]+", content.decode("latin-1")))


def test_only_split_and_model_name_real_people(finished, panel):
    people = set(panel.samples.id)
    assert people <= words_of(finished / "split.tsv")
    for name in RUN_LEAVES - {"split.tsv", "model"}:
        assert not people & words_of(finished / name), name


def test_the_header_says_that_data_are_artificial(finished):
    header = gzip.decompress((finished / "artificial.vcf.gz").read_bytes())[:4000].decode()
    assert "artificial" in header
    assert "markov" in header
    assert __version__ in header


def test_samples_on_the_command_line_are_not_recorded(files, tmp_path, panel, monkeypatch):
    chosen = ",".join(panel.samples.id[:30])
    words = [str(word) for word in run_words(files, tmp_path / "out", "-s", chosen, *QUICK)]
    monkeypatch.setattr(sys, "argv", ["imaginome", *words])
    call(*words, code=DONE)
    for name in ("run.json", "run.log", "report.html", "datasheet.md"):
        assert not set(panel.samples.id) & words_of(tmp_path / "out" / name), name


def test_provenance_is_complete(finished):
    record = json.loads((finished / "run.json").read_text())
    assert all(len(digest) == 64 for digest in record["request"]["inputs"].values())
    assert {"read", "fit", "evaluate", "audit"} <= set(record["seconds"])
    assert record["request"]["seed"] == 1


def test_the_same_seed_gives_the_same_bytes_on_any_threads(finished, files, tmp_path):
    again = tmp_path / "again"
    call(*run_words(files, again, "--threads", 1), code=DONE)
    for name in ("artificial.vcf.gz", "artificial.vcf.gz.tbi", "split.tsv"):
        assert (again / name).read_bytes() == (finished / name).read_bytes(), name
    for path in (again / "model").iterdir():
        assert path.read_bytes() == (finished / "model" / path.name).read_bytes(), path.name
    for name in ("metrics.json", "audit.json"):
        assert findings(again / name) == findings(finished / name), name


def test_another_seed_gives_other_people(finished, files, tmp_path):
    call(*run_words(files, tmp_path / "other", "--seed", 2, *QUICK), code=DONE)
    other = (tmp_path / "other" / "artificial.vcf.gz").read_bytes()
    assert other != (finished / "artificial.vcf.gz").read_bytes()


def test_step_by_step(files, tmp_path):
    panel, labels = files / "panel.vcf.gz", files / "samples.tsv"
    split = tmp_path / "split.tsv"
    summary = call("inspect", panel, "--samples", labels, "--json")
    assert json.loads(summary.stdout)
    call("inspect", panel)
    told = call("split", panel, "--samples", labels, "-o", split).stderr
    assert re.search(r"\d+ individuals to train, \d+ held out", told)
    call("fit", panel, "--split", split, "--model", "independent", "-o", tmp_path / "model")
    made = tmp_path / "made.bcf"
    call("generate", tmp_path / "model", "-n", 25, "-o", made)
    assert read_panel(made).n_individuals == 25
    real = ["--panel", panel, "--split", split, "--replicates", 20]
    chosen = ["--metric", "frequency", "--metric", "structure"]
    call("evaluate", *real, *chosen, made, "-o", tmp_path / "metrics.json")
    only = ["--attack", "aats", "--attack", "segments"]
    call("audit", *real, *only, made, "-o", tmp_path / "audit.json", code=DONE)
    call("report", tmp_path, "-o", tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text().lower().startswith("<!doctype html>")


def test_evaluate_prints_json_on_stdout(finished, files):
    real = ["--panel", files / "panel.vcf.gz", "--split", finished / "split.tsv"]
    words = ["evaluate", *real, "--metric", "frequency", "-q", "--replicates", 20]
    printed = call(*words, finished / "artificial.vcf.gz").stdout
    assert json.loads(printed)["metrics"][0]["metric"] == "frequency"


def test_an_audit_of_copies_fails_with_code_3(finished, files, tmp_path):
    from imaginome.panel.split import take_part

    whole = read_panel(files / "panel.vcf.gz")
    copies = take_part(whole, finished / "split.tsv", "train")
    write_panel(copies, tmp_path / "copies.vcf.gz")
    real = ["--panel", files / "panel.vcf.gz", "--split", finished / "split.tsv"]
    call("audit", *real, tmp_path / "copies.vcf.gz", "-o", tmp_path / "a.json", code=3)
    assert json.loads((tmp_path / "a.json").read_text())["verdict"] == "fail"


@pytest.mark.parametrize("verb", ["models", "metrics", "attacks"])
def test_catalogues_list_and_cite(verb):
    listed = call(verb).stdout.splitlines()
    first = listed[0].split()[0]
    assert first in call(verb, first).stdout
    assert "@article{" in call(verb, "--bibtex").stdout


def test_an_existing_output_is_refused_and_forced(files, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text("old")
    assert "--force" in said(call(*run_words(files, out), code=1))
    assert (out / "run.json").read_text() == "old"
    call(*run_words(files, out, "--force", *QUICK), code=DONE)
    assert {path.name for path in out.iterdir()} == RUN_LEAVES


def test_nothing_to_resume(files, tmp_path):
    result = call(*run_words(files, tmp_path / "out", "--resume"), code=1)
    assert "no interrupted run" in result.stderr


def test_help_answers_quickly_because_heavy_libraries_wait():
    code = "import sys, imaginome.cli.app; print(sorted(set(sys.modules) & {'torch', 'numpy'}))"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"
