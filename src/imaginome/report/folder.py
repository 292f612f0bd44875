"""The report of a folder that a run, or `evaluate` and `audit`, left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from imaginome.errors import FormatError
from imaginome.report.page.page import write_report
from imaginome.results import CHOICE, Audit, Choice, Evaluation, Result
from imaginome.results.emergence import FILE as EMERGENCE
from imaginome.results.emergence import Emergence

R = TypeVar("R", bound=Result)


def report_folder(folder: Path, output: Path, *, force: bool = False) -> None:
    """Draw the report from ``metrics.json`` and ``audit.json`` in `folder`.

    Parameters
    ----------
    folder
        Holds at least one of them; facts come from ``run.json``, the training curve and its
        frames from ``model`` where they are there.
    output
        The page to write.
    force
        Replace an existing page.

    Raises
    ------
    FormatError
        When neither file is there, or one is damaged.
    OutputError
        When the page cannot be written.
    """
    evaluation, audit = read_results(folder)
    write_report(
        evaluation,
        audit,
        output,
        facts=read_facts(folder / "run.json"),
        history=read_json(folder / "model" / "history.json").get("records"),
        emergence=_emergence(folder / "model" / EMERGENCE),
        choice=_choice(folder),
        citations=_texts(folder / "run.json", "cite"),
        force=force,
    )


def read_results(folder: Path) -> tuple[Evaluation | None, Audit | None]:
    """Return what ``metrics.json`` and ``audit.json`` of a folder hold; None for a missing one.

    Raises
    ------
    FormatError
        When neither file is there, or one is damaged.
    """
    evaluation = read_result(folder / "metrics.json", Evaluation)
    audit = read_result(folder / "audit.json", Audit)
    if evaluation is None and audit is None:
        raise FormatError(
            f"{folder} holds neither metrics.json nor audit.json",
            "give the folder of a run, or write them with `imaginome evaluate` and `audit`",
        )
    return evaluation, audit


def read_result(path: Path, kind: type[R]) -> R | None:
    """Return the result in a file; None where there is no file.

    Raises
    ------
    FormatError
        When it is damaged.
    """
    if not path.is_file():
        return None
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise FormatError(
            f"{path} is damaged at {where or 'its start'} ({first['msg']})",
            "make it again",
        ) from None


def _choice(folder: Path) -> Choice | None:
    """Return the choice with its times where a run recorded them, else as the model has it."""
    recorded = read_json(folder / "run.json").get("choice")
    if recorded is None:
        return read_result(folder / "model" / CHOICE, Choice)
    try:
        return Choice.model_validate(recorded)
    except ValidationError:
        raise FormatError(f"{folder / 'run.json'} is damaged at choice", "make it again") from None


def read_facts(path: Path) -> dict[str, str]:
    """Return labels and texts from a ``run.json``; none where there is no file."""
    return _texts(path, "facts")


def _texts(path: Path, name: str) -> dict[str, str]:
    found = read_json(path).get(name, {})
    if not isinstance(found, dict):
        raise FormatError(f"{path} is damaged at {name}", "make the run again")
    return {str(label): str(text) for label, text in found.items()}


def _emergence(path: Path) -> Emergence | None:
    return Emergence.read(path) if path.is_file() else None


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one where there is no file."""
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise FormatError(f"{path} is no JSON", "make the run again") from None
    return content if isinstance(content, dict) else {}
