"""The command line: verbs, help, exit codes, one line an error."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imaginome import __version__
from imaginome.cli.main import app
from imaginome.formats import read_panel, write_panel
from imaginome.panel import Panel

RUN_LEAVES = {
    "artificial.vcf.gz",
    "artificial.vcf.gz.tbi",
    "split.tsv",
    "model",
    "metrics.json",
    "audit.json",
    "report.html",
    "datasheet.md",
    "run.json",
    "run.log",
}


def call(*words: object, code: int | tuple[int, ...] = 0):
    result = CliRunner().invoke(app, [str(word) for word in words])
    expected = code if isinstance(code, tuple) else (code,)
    assert result.exit_code in expected, f"{result.output}\n{result.exception!r}"
    return result


@pytest.fixture(scope="module")
def files(tmp_path_factory, panel: Panel) -> Path:
    """A folder with the small panel and its table of labels."""
    folder = tmp_path_factory.mktemp("files")
    write_panel(panel, folder / "panel.vcf.gz")
    s = panel.samples
    rows = zip(s.id, s.population, s.superpopulation, strict=True)
    table = ["sample\tpopulation\tsuperpopulation", *("\t".join(row) for row in rows)]
    (folder / "samples.tsv").write_text("\n".join(table) + "\n")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory, files) -> Path:
    """The folder of a whole run."""
    out = tmp_path_factory.mktemp("run") / "out"
    call(*run_words(files, out), code=(0, 3))
    return out


def run_words(files: Path, out: Path, *more: object) -> list[object]:
    words = ["run", files / "panel.vcf.gz", "--samples", files / "samples.tsv", "--replicates", 20]
    return [*words, "--model", "markov", "-o", out, *more]


def test_a_run_leaves_everything(finished):
    assert {path.name for path in finished.iterdir()} == RUN_LEAVES


def test_the_split_names_everyone_once_and_nobody_is_artificial(finished, panel):
    lines = (finished / "split.tsv").read_text().splitlines()[1:]
    people = [line.split("\t")[0] for line in lines]
    assert sorted(people) == sorted(panel.samples.id)
    made = read_panel(finished / "artificial.vcf.gz")
    assert not set(made.samples.id) & set(people)
    assert all(sample.startswith("IMG") for sample in made.samples.id)


def test_only_split_and_model_name_real_people(finished, panel):
    for path in finished.iterdir():
        if path.name not in ("split.tsv", "model") and path.suffix in (
            ".json",
            ".html",
            ".md",
            ".log",
        ):
            text = path.read_text()
            assert not any(f'"{sample}"' in text for sample in panel.samples.id), path.name


def test_the_header_says_that_data_are_artificial(finished):
    import gzip

    header = gzip.decompress((finished / "artificial.vcf.gz").read_bytes())[:4000].decode()
    assert "artificial" in header
    assert "markov" in header
    assert __version__ in header


def test_samples_on_the_command_line_are_not_recorded(files, tmp_path, panel, monkeypatch):
    chosen = ",".join(panel.samples.id[:30])
    words = [str(word) for word in run_words(files, tmp_path / "out", "-s", chosen)]
    monkeypatch.setattr(sys, "argv", ["imaginome", *words])
    call(*words, code=(0, 3))
    assert "S003" not in (tmp_path / "out" / "run.json").read_text()


def test_provenance_is_complete(finished):
    record = json.loads((finished / "run.json").read_text())
    assert all(len(digest) == 64 for digest in record["request"]["inputs"].values())
    assert {"read", "fit", "evaluate", "audit"} <= set(record["seconds"])
    assert record["request"]["seed"] == 1


def test_the_same_seed_gives_the_same_bytes_on_any_threads(finished, files, tmp_path):
    call(*run_words(files, tmp_path / "again", "--threads", 1), code=(0, 3))
    call(*run_words(files, tmp_path / "other", "--seed", 2, "--threads", 2), code=(0, 3))
    for name in ("artificial.vcf.gz", "metrics.json", "report.html"):
        if name == "artificial.vcf.gz":
            first = (finished / name).read_bytes()
            assert (tmp_path / "again" / name).read_bytes() == first
            assert (tmp_path / "other" / name).read_bytes() != first


def test_step_by_step(files, tmp_path):
    panel, labels = files / "panel.vcf.gz", files / "samples.tsv"
    split = tmp_path / "split.tsv"
    summary = call("inspect", panel, "--samples", labels, "--json")
    assert json.loads(summary.stdout)
    call("inspect", panel)
    call("split", panel, "--samples", labels, "-o", split)
    call("fit", panel, "--split", split, "--model", "independent", "-o", tmp_path / "model")
    made = tmp_path / "made.bcf"
    call("generate", tmp_path / "model", "-n", 25, "-o", made)
    assert read_panel(made).n_individuals == 25
    real = ["--panel", panel, "--split", split, "--replicates", 20]
    call("evaluate", *real, made, "-o", tmp_path / "metrics.json")
    call("audit", *real, made, "-o", tmp_path / "audit.json", code=(0, 3))
    call("report", tmp_path, "-o", tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text().lower().startswith("<!doctype html>")


def test_evaluate_prints_json_on_stdout(finished, files):
    real = ["--panel", files / "panel.vcf.gz", "--split", finished / "split.tsv"]
    words = ["evaluate", *real, "--metric", "frequency", "-q", "--replicates", 20]
    printed = call(*words, finished / "artificial.vcf.gz").stdout
    assert json.loads(printed)["metrics"][0]["metric"] == "frequency"


def test_an_audit_of_copies_fails_with_code_3(finished, files, tmp_path):
    from imaginome.splits import take_part

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


def test_every_verb_has_an_example_in_its_help():
    verbs = ["inspect", "split", "run", "demo", "fit", "generate", "evaluate", "audit", "report"]
    for verb in [*verbs, "models", "metrics", "attacks"]:
        assert "Example: imaginome " + verb in " ".join(call(verb, "--help").stdout.split())


def test_wrong_usage_is_code_2(files):
    call("run", code=2)
    call("nothing", code=2)
    call("run", files / "panel.vcf.gz", "-o", "x", "--seed", "minus", code=2)
    call("evaluate", files / "panel.vcf.gz", code=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "hnm"], "did you mean 'hmm'"),
        (["--set", "ordr=3"], "did you mean 'order'"),
        (["--holdout", "1.5"], "between 0 and 1"),
        (["-r", "7:1-5"], "no contig 7"),
        (["--samples", "nowhere.tsv"], "nowhere.tsv"),
        (["-s", "S000"], "would be empty"),
        (["-s", "S000,S001,S002"], "too small"),
        (["-s", "S000,nobody"], "nobody"),
    ],
)
def test_one_line_says_what_is_wrong_and_nothing_is_left(files, tmp_path, words, said):
    out = tmp_path / "out"
    result = call("run", files / "panel.vcf.gz", "--model", "markov", "-o", out, *words, code=1)
    lines = [line for line in result.stderr.splitlines() if line.startswith("imaginome: error")]
    assert len(lines) == 1
    assert said in lines[0]
    assert "Traceback" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_an_existing_output_is_refused_and_forced(files, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "precious").write_text("x")
    assert "--force" in call(*run_words(files, out), code=1).stderr
    assert (out / "precious").exists()
    call(*run_words(files, out, "--force"), code=(0, 3))
    assert {path.name for path in out.iterdir()} == RUN_LEAVES


def test_nothing_to_resume(files, tmp_path):
    result = call(*run_words(files, tmp_path / "out", "--resume"), code=1)
    assert "no interrupted run" in result.stderr


def test_help_answers_quickly_because_heavy_libraries_wait():
    code = "import sys, imaginome.cli.main; print(sorted(set(sys.modules) & {'torch', 'numpy'}))"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "[]"


def test_interrupt_leaves_a_run_that_can_go_on(files, tmp_path):
    """SIGKILL in the middle of a fit; --resume ends in the bytes of an undisturbed run."""
    words = ["--model", "hmm", "--set", "clusters=16", "--set", "rounds=60", "--seed", "5"]
    start = [
        sys.executable,
        "-m",
        "imaginome.cli",
        "run",
        str(files / "panel.vcf.gz"),
        *words,
        "--checkpoint-seconds",
        "0",
    ]
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    subprocess.run([*start, "-q", "-o", str(whole)], check=False)
    process = subprocess.Popen([*start, "-q", "-o", str(killed)])
    checkpoint = tmp_path / "killed.partial" / ".checkpoint.safetensors"
    deadline = time.monotonic() + 60
    while not checkpoint.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    if not killed.exists():
        refused = subprocess.run(
            [*start, "-o", str(killed)], capture_output=True, text=True, check=False
        )
        assert refused.returncode == 1
        assert "--resume" in refused.stderr
        done = subprocess.run([*start, "-q", "--resume", "-o", str(killed)], check=False)
        assert done.returncode in (0, 3)
    name = "artificial.vcf.gz"
    assert (killed / name).read_bytes() == (whole / name).read_bytes()
