"""Labels from end to end: a phenotype learned, drawn, written, read back and judged."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from imaginome.formats import io, read_panel
from imaginome.formats.samples_table import read_samples_table
from tests.support.commands import DONE, LABELS, call, said


@pytest.fixture(scope="module")
def labelled(tmp_path_factory, files, panel) -> Path:
    """A folder with the small panel and a table that has phenotypes."""
    folder = tmp_path_factory.mktemp("labelled")
    shutil.copy(files / "panel.vcf.gz", folder)
    rows = ["sample\tpopulation\tsuperpopulation\teyes\tone\theight"]
    for i, sample in enumerate(panel.samples.id):
        eyes = ("blue", "brown")[i // 3 % 2]
        labels = (panel.samples.population[i], panel.samples.superpopulation[i])
        rows.append("\t".join([sample, *labels, eyes, "same", str(150 + i)]))
    (folder / "samples.tsv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def model(labelled, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("fitted") / "model"
    words = ["--samples", labelled / "samples.tsv", "--phenotype", "eyes"]
    call("fit", labelled / "panel.vcf.gz", *words, "--model", "independent", "-o", folder)
    return folder


@pytest.fixture(scope="module")
def ran(labelled, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("ran") / "out"
    words = ["--samples", labelled / "samples.tsv", "--phenotype", "eyes", "--replicates", 10]
    words += ["--model", "independent", "-o", folder, "--metric", "phenotype"]
    words += ["--attack", "aats", "--no-power"]
    call("run", labelled / "panel.vcf.gz", *words, code=DONE)
    return folder


def test_a_run_leaves_people_with_phenotypes(ran):
    made = read_panel(ran / "artificial.vcf.gz").samples
    assert set(made.phenotype) == {"blue", "brown"}
    table = read_samples_table(ran / LABELS, "phenotype").label(made)
    for name in ("population", "superpopulation", "phenotype"):
        assert list(getattr(table, name)) == list(getattr(made, name)), name


def test_a_run_records_what_was_learned(ran):
    record = json.loads((ran / "run.json").read_text())
    assert record["request"]["read"]["phenotype"] == "eyes"
    assert record["facts"]["Phenotype"] == "eyes"
    at = record["command"].index("--phenotype")
    assert record["command"][at + 1] == "eyes"


def test_without_asking_no_phenotype_is_learned(ran, labelled, tmp_path):
    """Not even one that the header of the panel tells."""
    text = subprocess.run(
        ["gzip", "-dc", ran / "artificial.vcf.gz"], capture_output=True, text=True, check=True
    ).stdout
    assert 'Phenotype="blue"' in text
    (tmp_path / "named.vcf").write_text(text.replace("IMG", "P"))
    call("fit", tmp_path / "named.vcf", "--model", "independent", "-o", tmp_path / "model")
    call("generate", tmp_path / "model", "-n", 5, "-o", tmp_path / "made.vcf")
    made = read_panel(tmp_path / "made.vcf").samples
    assert made.phenotype is None
    assert made.population is not None


@pytest.mark.parametrize("suffix", ["vcf.gz", "vcf", "bcf", "hapt.gz"])
def test_people_are_drawn_as_asked_and_their_labels_written(model, tmp_path, suffix):
    made, table = tmp_path / f"made.{suffix}", tmp_path / "made.tsv"
    words = ["--population", "POP1", "--phenotype", "blue", "--labels-out", table]
    call("generate", model, "-n", 12, "-o", made, *words)
    panel = read_panel(made)
    labels = read_samples_table(table, "phenotype").label(panel.samples)
    assert Counter(labels.phenotype) == {"blue": 12}
    assert Counter(labels.population) == {"POP1": 12}
    if not suffix.startswith("hapt"):
        assert list(panel.samples.phenotype) == list(labels.phenotype)
        assert list(panel.samples.superpopulation) == list(labels.superpopulation)
    assert "--force" in said(call("generate", model, "-n", 1, "-o", made, code=1))
    new = tmp_path / f"new.{suffix}"
    words = ["generate", model, "-n", 1, "-o", new, "--labels-out", table]
    assert "--force" in said(call(*words, code=1))
    assert not new.exists()


def test_a_format_without_labels_says_so(model, tmp_path):
    told = call("generate", model, "-n", 3, "-o", tmp_path / "made.hapt.gz")
    assert "--labels-out" in told.stderr
    told = call("generate", model, "-n", 3, "-o", tmp_path / "made.vcf")
    assert "--labels-out" not in told.stderr


def test_unknown_labels_are_one_line(model, tmp_path):
    words = ["generate", model, "-n", 3, "-o", tmp_path / "made.vcf"]
    assert "blue, brown" in said(call(*words, "--phenotype", "green", code=1))
    assert "POP0, POP1" in said(call(*words, "--population", "MARS", code=1))
    assert not (tmp_path / "made.vcf").exists()


def test_labels_of_a_model_without_them(labelled, tmp_path):
    panel = labelled / "panel.vcf.gz"
    call("fit", panel, "--model", "markov", "-o", tmp_path / "model")
    words = ["generate", tmp_path / "model", "-n", 3, "-o", tmp_path / "made.vcf"]
    told = said(call(*words, "--labels-out", tmp_path / "made.tsv", code=1))
    assert "without labels" in told
    assert not (tmp_path / "made.vcf").exists()


@pytest.mark.parametrize("verb", ["run", "fit"])
def test_a_model_that_knows_no_phenotype_is_refused_before_reading(
    labelled, tmp_path, verb, monkeypatch
):
    def read(*_: object):
        raise AssertionError("a panel was read")

    monkeypatch.setattr(io, "read_any", read)
    words = ["--samples", labelled / "samples.tsv", "--phenotype", "eyes", "--model", "markov"]
    told = said(call(verb, labelled / "panel.vcf.gz", *words, "-o", tmp_path / "x", code=1))
    assert "markov cannot learn a phenotype" in told
    assert "independent" in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["run", "fit"])
@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("hair", "no column 'hair'"),
        ("one", "one value only ('same')"),
        ("height", "must be categorical"),
        (None, "give it with --samples"),
    ],
)
def test_what_cannot_be_learned_is_one_line(labelled, tmp_path, verb, column, message):
    table = ["--samples", labelled / "samples.tsv"] if column else []
    words = [*table, "--phenotype", column or "eyes", "--model", "independent"]
    told = said(call(verb, labelled / "panel.vcf.gz", *words, "-o", tmp_path / "x", code=1))
    assert message in told
    assert list(tmp_path.iterdir()) == []


def test_labels_of_artificial_people_from_a_table(ran, labelled, tmp_path):
    """A .hapt of artificial people and a table are judged as their VCF is."""
    from imaginome.formats import write_panel

    write_panel(read_panel(ran / "artificial.vcf.gz"), tmp_path / "made.hapt.gz")
    real = ["--panel", labelled / "panel.vcf.gz", "--samples", labelled / "samples.tsv"]
    words = [*real, "--split", ran / "split.tsv", "--replicates", 10, "--metric", "ancestry", "-q"]

    def within(*more: object) -> float | None:
        result = json.loads(call("evaluate", *words, *more).stdout)["metrics"][0]
        return next(
            m["artificial"]["value"]
            for m in result["measures"]
            if m["id"] == "ancestry.by_population"
        )

    known = within(ran / "artificial.vcf.gz")
    assert known is not None
    assert within(tmp_path / "made.hapt.gz") is None
    assert within("--artificial-samples", ran / LABELS, tmp_path / "made.hapt.gz") == known


def test_the_association_is_judged_by_the_run_and_again(ran, labelled, tmp_path):
    metrics = {m["metric"]: m for m in json.loads((ran / "metrics.json").read_text())["metrics"]}
    found = metrics["phenotype"]
    assert found["measures"] or found["skipped"]
    real = ["--panel", labelled / "panel.vcf.gz", "--samples", labelled / "samples.tsv"]
    words = [*real, "--split", ran / "split.tsv", "--replicates", 10, "--metric", "phenotype", "-q"]
    result = call("evaluate", *words, "--phenotype", "eyes", ran / "artificial.vcf.gz")
    again = json.loads(result.stdout)["metrics"][0]
    for key in ("measures", "figures", "tables", "skipped"):
        assert again[key] == found[key]
    result = call("evaluate", *words, ran / "artificial.vcf.gz")
    assert "--phenotype" in json.loads(result.stdout)["metrics"][0]["skipped"]


def test_plink2_reads_the_table(ran, tmp_path):
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not installed")
    words = ["--vcf", ran / "artificial.vcf.gz", "--pheno", ran / LABELS, "--make-just-psam"]
    done = subprocess.run(
        ["plink2", *map(str, words), "--out", str(tmp_path / "made")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    rows = [line.split("\t") for line in (tmp_path / "made.psam").read_text().splitlines()]
    made = read_panel(ran / "artificial.vcf.gz").samples
    columns = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
    assert list(columns["population"]) == list(made.population)
    assert list(columns["phenotype"]) == list(made.phenotype)
