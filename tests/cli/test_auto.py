"""`--model auto`, the default: what it leaves, what it refuses, and how it goes on."""

from __future__ import annotations

import json
import shlex
import signal

import pytest

from tests.support.commands import DONE, call, said, stop

BUDGET = "20s"
SAME = ("artificial.vcf.gz", "artificial.vcf.gz.tbi", "split.tsv")


def words(files, out, *more):
    """Return the words of a run that names no model."""
    start = ["run", files / "panel.vcf.gz", "--samples", files / "samples.tsv", "-o", out]
    quick = ["--replicates", "10", "--metric", "frequency", "--attack", "aats", "--device", "cpu"]
    return [str(word) for word in (*start, *quick, "--budget", BUDGET, *more)]


@pytest.fixture(scope="module")
def chosen(files, tmp_path_factory):
    out = tmp_path_factory.mktemp("auto") / "out"
    call(*words(files, out), code=DONE)
    return out


def weights(run):
    return (run / "model" / "weights.safetensors").read_bytes()


def test_the_record_the_log_and_the_report_say_why(chosen):
    record = json.loads((chosen / "run.json").read_text())
    choice, facts = record["choice"], record["facts"]
    assert facts["Model"] == choice["model"] == json_of(chosen / "model" / "model.json")["model"]
    assert facts["Why this model"] == choice["reason"]
    assert record["command"][3:7] == ["--model", "auto", "--budget", BUDGET]
    assert "choose" in record["seconds"]
    log = (chosen / "run.log").read_text()
    assert all(f"round 1, {row['model']}" in log for row in choice["compared"] if row["rounds"])
    assert choice["reason"] in log
    page = (chosen / "report.html").read_text()
    assert 'id="choice"' in page
    assert "What was compared" in page
    assert all(row["struck"] in page for row in choice["compared"])
    assert "Why this model" in (chosen / "datasheet.md").read_text()
    assert {path.name for path in chosen.parent.iterdir()} == {"out"}
    assert not list(chosen.glob(".*"))


def json_of(path):
    return json.loads(path.read_text())


def test_the_named_command_gives_the_same_bytes(chosen, tmp_path):
    command = shlex.split(json_of(chosen / "run.json")["facts"]["The same without comparing"])
    assert command[0] == "imaginome"
    assert "auto" not in command
    command[command.index("-o") + 1] = str(tmp_path / "named")
    call(*command[1:], code=DONE)
    for name in SAME:
        assert (tmp_path / "named" / name).read_bytes() == (chosen / name).read_bytes(), name
    assert weights(tmp_path / "named") == weights(chosen)
    assert 'id="choice"' not in (tmp_path / "named" / "report.html").read_text()


def test_the_report_is_drawn_again_with_the_choice(chosen, tmp_path):
    call("report", chosen, "-o", tmp_path / "again.html")
    assert 'id="choice"' in (tmp_path / "again.html").read_text()


def test_fit_chooses_too_and_keeps_no_traces(files, chosen, tmp_path):
    start = ["fit", files / "panel.vcf.gz", "--samples", files / "samples.tsv"]
    start += ["--split", chosen / "split.tsv", "--budget", BUDGET, "--device", "cpu"]
    call(*start, "-o", tmp_path / "model")
    assert {path.name for path in tmp_path.iterdir()} == {"model"}
    assert (tmp_path / "model" / "choice.json").read_bytes() == (
        chosen / "model" / "choice.json"
    ).read_bytes()
    assert (tmp_path / "model" / "weights.safetensors").read_bytes() == weights(chosen)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--budget", "soon"], "write --budget 20m"),
        (["--budget", "2s"], "between 10 seconds"),
        (["--set", "clusters=8"], "name the generator with --model"),
        (["--model", "markov"], "--budget is for --model auto"),
    ],
)
@pytest.mark.parametrize("verb", ["run", "fit"])
def test_what_cannot_be_is_code_2_and_nothing_is_left(files, tmp_path, verb, more, why):
    start = [verb, files / "panel.vcf.gz", "-o", tmp_path / "out", "--budget", BUDGET, *more]
    assert why in said(call(*start, code=2))
    assert list(tmp_path.iterdir()) == []


def test_too_few_people_are_code_1(files, tmp_path):
    few = ",".join(f"S{i:03d}" for i in range(24))
    start = words(files, tmp_path / "out", "-s", few)
    assert "name one with --model" in said(call(*start, code=1))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "when", [".trials.json", pytest.param("artificial.vcf.gz", marks=pytest.mark.long)]
)
def test_an_interrupted_choice_goes_on_to_the_same_model(files, chosen, tmp_path, when):
    """In the middle of the trials, and when the model that they chose is there."""
    out = tmp_path / "out"
    code, stderr = stop([*words(files, out), "-q"], tmp_path / "out.partial" / when, signal.SIGINT)
    assert (code, stderr.count("repeat the command with --resume")) == (1, 1)
    assert "other budget" in said(call(*words(files, out, "--budget", "30s", "--resume"), code=1))
    call(*words(files, out, "--resume"), code=DONE)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for name in (*SAME, "model/weights.safetensors", "model/choice.json"):
        assert (out / name).read_bytes() == (chosen / name).read_bytes(), name


def test_an_interrupted_fit_keeps_its_trials(files, tmp_path):
    start = ["fit", str(files / "panel.vcf.gz"), "--budget", BUDGET, "-o", str(tmp_path / "model")]
    stop([*start, "-q"], tmp_path / "model.partial.trials.json", signal.SIGINT)
    assert "--resume" in said(call(*start, code=1))
    call(*start, "--resume")
    assert {path.name for path in tmp_path.iterdir()} == {"model"}


def test_the_default_is_auto():
    from imaginome.runs.request import RunRequest

    assert RunRequest.model == "auto"
