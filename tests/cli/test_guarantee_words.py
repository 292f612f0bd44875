"""A guarantee from the command line: what it takes, what it refuses, what it writes down."""

from __future__ import annotations

import json

import pytest

from imaginome.formats import io
from tests.support.commands import DONE, call, said


def words(verb, files, out, *more):
    return [verb, files / "panel.vcf.gz", "--samples", files / "samples.tsv", "-o", out, *more]


@pytest.mark.parametrize("verb", ["run", "fit"])
@pytest.mark.parametrize(
    ("more", "why", "code"),
    [
        (["--epsilon", 1], "--model auto looks at the people", 2),
        (["--epsilon", 1, "--model", "hmm"], "cannot be fitted privately", 1),
        (["--epsilon", 0, "--model", "tree"], "not positive", 2),
        (["--epsilon", 1, "--delta", 1, "--model", "tree"], "between 0 and 1", 2),
        (["--delta", 1e-6, "--model", "tree"], "give --epsilon too", 2),
        (["--epsilon", 1, "--model", "tree", "--monomorphic", "drop"], "--monomorphic drop", 2),
        (["--epsilon", 1, "--model", "tree", "--missing", "drop"], "--missing drop", 2),
        (["--epsilon", 1, "--model", "independent", "--phenotype", "eyes"], "phenotypes", 1),
    ],
)
def test_what_no_guarantee_covers_is_refused_before_reading(
    files, tmp_path, monkeypatch, verb, more, why, code
):
    def read(*_: object):
        raise AssertionError("a panel was read")

    monkeypatch.setattr(io, "read_any", read)
    assert why in said(call(*words(verb, files, tmp_path / "out", *more), code=code))
    assert list(tmp_path.iterdir()) == []


def test_a_delta_that_could_name_a_person_is_refused(files, tmp_path):
    more = ("--model", "tree", "--epsilon", 1, "--delta", 0.5)
    result = call(*words("fit", files, tmp_path / "model", *more), code=2)
    assert "not below one over" in said(result)


def test_a_fit_writes_down_what_it_promises(files, tmp_path):
    asked = words("fit", files, tmp_path / "model", "--model", "tree", "--epsilon", 2)
    told = call(*asked).stderr
    assert "tree fitted to 60 individuals at 120 sites" in told
    assert "(2, 1e-06)-differential privacy, adding or removing one individual" in told
    promised = json.loads((tmp_path / "model" / "model.json").read_text())["guarantee"]
    assert (promised["epsilon"], promised["delta"]) == (2.0, 1e-6)
    assert promised["unit"] == "individual"
    assert promised["secret_noise"]
    call("generate", tmp_path / "model", "-n", 3, "-o", tmp_path / "made.vcf.gz")


def test_a_run_tells_its_guarantee_in_the_datasheet(files, tmp_path):
    out = tmp_path / "out"
    more = ("--model", "independent", "--epsilon", 2, "--delta", 1e-5)
    only = ("--metric", "frequency", "--attack", "aats", "--replicates", 10)
    call(*words("run", files, out, *more, *only), code=DONE)
    sheet = (out / "datasheet.md").read_text()
    assert "(2, 1e-05)-differential privacy, adding or removing one individual" in sheet
    assert "Taken as public" in sheet
    record = json.loads((out / "run.json").read_text())
    assert record["request"]["guarantee"] == {"epsilon": "2.0", "delta": "1e-05"}
    assert "--epsilon 2 --delta 1e-05" in " ".join(record["command"])


def test_families_are_the_unit_where_they_are_given(files, tmp_path):
    lines = (files / "samples.tsv").read_text().splitlines()
    table = [f"{lines[0]}\tfamily", *(f"{line}\tF{i // 3}" for i, line in enumerate(lines[1:]))]
    (tmp_path / "families.tsv").write_text("\n".join(table) + "\n")
    more = ("--samples", tmp_path / "families.tsv", "--model", "tree", "--epsilon", 2)
    call("fit", files / "panel.vcf.gz", "-o", tmp_path / "model", *more)
    promised = json.loads((tmp_path / "model" / "model.json").read_text())["guarantee"]
    assert promised["unit"] == "family"
