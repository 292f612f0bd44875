"""An option is declared once: the command line, the command and the record follow from it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imaginome.cli.app import app
from imaginome.cli.shared import request_of
from imaginome.options import Option, decisive, declarations, declared, words
from imaginome.reading import ReadOptions
from imaginome.runs.request import RunRequest


@dataclass(frozen=True)
class Example:
    """A request with an option of each kind."""

    count: int = declared(1, Option("--count", "How many."), always=True)
    names: tuple[str, ...] = declared((), Option("--name", "Whom."))
    strict: bool = declared(True, Option("--lenient", "Let all pass."))
    share: float | None = declared(
        None,
        low=Option("--low", "From.", kind=float, default=0.0),
        high=Option("--high", "To.", kind=float, default=0.0),
        read=lambda low, high: high - low or None,
        optional=True,
    )
    patience: float = declared(10.0, Option("--patience", "Seconds."), decides=False)


def test_a_request_is_made_of_what_is_typed():
    build = request_of(Example)
    typed = {"count": 3, "names": ["a", "b"], "strict": True, "low": 1.0, "high": 1.5}
    assert build(**typed, patience=2.0) == Example(3, ("a", "b"), False, 0.5, 2.0)


def test_what_decides_is_said_and_recorded():
    assert words(Example()) == ["--count", "1"]
    assert decisive(Example()) == {"count": 1, "names": [], "strict": True}
    changed = Example(2, ("a", "b"), False, 0.5, 1.0)
    assert words(changed) == [
        "--count",
        "2",
        "--name",
        "a",
        "--name",
        "b",
        "--lenient",
        "--low",
        "0.5",
    ]
    assert decisive(changed) == {"count": 2, "names": ["a", "b"], "strict": False, "share": 0.5}


def test_every_field_of_a_run_is_an_option_of_it():
    declared_fields = {name for name, _ in declarations(RunRequest)}
    fields = {field.name for field in dataclasses.fields(RunRequest)}
    assert fields - declared_fields == {"panel", "output", "options"}
    assert {n for n, _ in declarations(ReadOptions)} == {
        field.name for field in dataclasses.fields(ReadOptions)
    }
    shown = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).stdout
    for kind in (RunRequest, ReadOptions):
        for _, one in declarations(kind):
            for option in one.options.values():
                assert all(flag in shown for flag in option.flags.split())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"replicates": 40}, "--replicates 40"),
        ({"individuals": 7, "holdout": 0.25}, "-n 7 --holdout 0.25"),
        ({"model": "hmm", "settings": ("clusters=8",)}, "--model hmm"),
        ({"metrics": ("linkage", "frequency")}, "--metric linkage --metric frequency"),
        ({"power": False}, "--no-power"),
        ({"budget": 90.0}, "--budget 90s"),
        ({"options": ReadOptions(regions=(("1", 5, 9),))}, "-r 1:5-9"),
    ],
)
def test_a_command_says_what_is_not_the_default(changes, said):
    plain = RunRequest("panel.vcf.gz", Path("out"))
    assert said in " ".join(dataclasses.replace(plain, **changes).command())
    assert said not in " ".join(plain.command())


def test_a_record_names_nobody():
    request = RunRequest("p.vcf.gz", Path("out"), options=ReadOptions(samples=("ann", "ben")))
    assert "ann" not in str(request.identity()) + str(request.command())
    other = dataclasses.replace(request, options=ReadOptions(samples=("ann", "bob")))
    assert request.identity() != other.identity()
