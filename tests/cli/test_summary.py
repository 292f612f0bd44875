"""What the terminal shows at the end, and what scripts get instead."""

from __future__ import annotations

import json

import pytest

from imaginome.cli.console import Lines
from imaginome.cli.summary import print_digest, print_result
from imaginome.results import (
    AreaVerdict,
    AttackResult,
    Audit,
    Estimate,
    Evaluation,
    Finding,
    Measure,
    MetricResult,
    PanelSizes,
)
from imaginome.results.digest import Digest, digest
from tests.support.commands import DONE, QUICK, call, run_words

SIZES = PanelSizes(train=2, holdout=2, artificial=2, sites=1)
LONG = "A reason of many words that nobody wants to read again in the terminal. " * 5


def estimate(value: float) -> Estimate:
    return Estimate(value=value, low=0.9 * value, high=1.1 * value)


def measure(name: str, value: float, key: bool = True) -> Measure:
    return Measure(
        id=f"m.{name}", name=name, artificial=estimate(value), ceiling=estimate(0.01), key=key
    )


def metric(name: str, *measures: Measure, **more) -> MetricResult:
    return MetricResult(metric=name, name=name, description="d", measures=measures, **more)


def evaluation() -> Evaluation:
    metrics = [
        metric("latent", skipped=LONG),
        metric("structure", measure("Far and " + "very " * 12 + "long", 0.9), topic="structure"),
        metric(
            "frequency",
            measure("Near", 0.01),
            measure("Farther", 0.03),
            measure("Not key", 0.9, key=False),
            topic="frequency",
        ),
        metric("phenotype", skipped=LONG),
    ]
    return Evaluation(version="1", seed=1, sizes=SIZES, metrics=metrics)


def finding(name: str, status: str, key: bool = True) -> Finding:
    return Finding(id=name, name=name, strength=estimate(0.6), baseline=0.5, status=status, key=key)


def attack(name: str, *findings: Finding, **more) -> AttackResult:
    return AttackResult(attack=name, name=name, description="d", findings=findings, **more)


def audit() -> Audit:
    attacks = [
        attack("copies", finding("mild", "pass"), finding("grave", "fail", key=False)),
        attack("silent", finding("not key", "pass", key=False)),
        attack("weights", finding("in the file", "unknown"), access="model"),
    ]
    return Audit(
        version="1",
        seed=1,
        sizes=SIZES,
        attacks=attacks,
        verdict="fail",
        reasons=[f"reason {i}" for i in range(5)],
        areas=[
            AreaVerdict(area="membership", verdict="fail", reasons=["r"]),
            AreaVerdict(area="linkability", verdict="unknown", reasons=["none was run"]),
        ],
        model=AreaVerdict(area="the model file", verdict="unknown", reasons=["r"]),
        not_tested=["a", "b"],
    )


def test_what_was_not_computed_is_one_line_without_its_reasons(capsys):
    print_result(evaluation())
    said = capsys.readouterr().err
    assert "not computed: latent, phenotype" in said
    assert "many words" not in said


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_nothing_is_wider_than_the_terminal(columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    short = digest(evaluation(), audit())
    short.cite = ["Somebody 2020, " + "a long title " * 20]
    print_digest(short)
    lines = capsys.readouterr().err.splitlines()
    assert max(len(line) for line in lines) <= columns
    whole = " ".join(" ".join(lines).split())
    assert "how real: FAIL" in whole
    assert "how safe: FAIL" in whole
    # Numbers are never cut: only names give way.
    assert "0.600" in whole
    assert ("[0.540, 0.660]" in whole) == (columns >= 80)
    assert ("far from the ceiling" in whole) == (columns >= 120)


def test_one_measure_of_each_metric_and_one_finding_of_each_area(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    print_digest(digest(evaluation(), audit()))
    said = capsys.readouterr().err
    assert "Farther" in said
    assert "Near" not in said
    assert "membership: grave" in said
    assert "the model file: in the file" in said
    assert "reason 2" in said
    assert "reason 3" not in said
    assert said.index("Farther") < said.rindex("Far and"), "in the order of a report"


@pytest.mark.parametrize(
    ("count", "said"), [(3, ""), (4, "and 1 more reason in"), (5, "and 2 more reasons in")]
)
def test_reasons_beyond_the_first_are_counted(count, said, capsys, tmp_path):
    many = audit().model_copy(update={"reasons": ["r"] * count})
    print_result(many, tmp_path / "audit.json")
    told = capsys.readouterr().err
    assert said in told
    assert ("more reason" in told) == bool(said)


def test_names_cannot_speak_to_the_terminal(capsys):
    named = metric("structure", measure("[bold]x[/bold] :smile: \x1b[2J\x9b2J", 0.9))
    print_result(Evaluation(version="1", seed=1, sizes=SIZES, metrics=[named]))
    said = capsys.readouterr().err
    assert "[bold]x[/bold] :smile:" in said
    assert all(c.isprintable() or c == "\n" for c in said)
    Lines(0).note("population \x1b[2J\r")
    assert "\x1b" not in capsys.readouterr().err


def test_what_is_not_judged_says_so_once(capsys):
    unknown = audit().model_copy(update={"verdict": "unknown", "reasons": ["no power here"]})
    print_result(unknown)
    said = capsys.readouterr().err
    assert "how safe: NOT JUDGED\n" in said
    assert "no power here" in said


def test_a_digest_survives_json():
    short = digest(evaluation(), audit())
    assert Digest.model_validate_json(short.model_dump_json()) == short
    assert [m.name for m in short.measures][:2] == ["Near", "Farther"]
    assert [f.id for f in short.findings] == ["mild", "grave", "not key", "in the file"]
    assert short.leading_finding("singling out") is None
    with pytest.raises(ValueError, match="give"):
        digest()


def test_run_gives_the_same_to_scripts(files, tmp_path):
    out = tmp_path / "out"
    done = call(*run_words(files, out, *QUICK, "--json", "-q"), code=DONE)
    short = json.loads(done.stdout)
    assert done.stderr == ""
    written = json.loads((out / "audit.json").read_text())
    assert short["how_safe"]["verdict"] == written["verdict"]
    assert short["how_safe"]["reasons"] == written["reasons"]
    assert (short["model"], short["report"]) == ("markov", str(out / "report.html"))
    assert {m["metric"] for m in short["measures"]} == {"frequency"}
    assert all(m["ceiling"]["value"] is not None for m in short["measures"])
    assert short["cite"]


def test_judging_gives_the_same_to_scripts(files, finished, tmp_path):
    words = ["--panel", files / "panel.vcf.gz", "--split", finished / "split.tsv"]
    words += [finished / "artificial.vcf.gz", "--replicates", 20, "--json", "-q"]
    real = call("evaluate", *words, "--metric", "frequency", "-o", tmp_path / "metrics.json")
    short = Digest.model_validate_json(real.stdout)
    assert (short.how_real is not None, short.how_safe) == (True, None)
    assert (tmp_path / "metrics.json").is_file()
    safe = call("audit", *words, "--attack", "copies", "--no-power", code=DONE)
    assert Digest.model_validate_json(safe.stdout).how_safe is not None
