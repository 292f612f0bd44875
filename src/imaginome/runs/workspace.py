"""The folder of a run: built under a name that says so, renamed when it is whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from imaginome.errors import OutputError
from imaginome.outputs import output_error, put_in_place, refuse_existing

REQUEST = ".request.json"
RECORD = "run.json"


def partial_name(folder: Path) -> Path:
    """Return where the unfinished run for `folder` lives."""
    return folder.with_name(f"{folder.name}.partial")


def open_workspace(folder: Path, request: dict[str, Any], *, resume: bool, force: bool) -> Path:
    """Make, or find again, the folder in which a run is built.

    Parameters
    ----------
    folder
        Where the finished run shall appear.
    request
        Everything that decides the run's results, JSON-ready.
    resume
        Go on with an interrupted run of the same request.
    force
        Replace a finished run and discard an interrupted one.

    Returns
    -------
    pathlib.Path
        The folder to build in; pass it to `close_workspace`.

    Raises
    ------
    OutputError
        When the output exists, an interrupted run is in the way, there is nothing to resume, or
        the interrupted run was another one.
    """
    refuse_existing(folder, force, folder_with=RECORD)
    workspace = partial_name(folder)
    if (workspace / REQUEST).exists() and force and not resume:
        shutil.rmtree(workspace)
    if workspace.exists():
        if not resume:
            raise OutputError(
                f"{workspace} holds an interrupted run",
                "go on with --resume, or discard it with --force",
            )
        _check_same(workspace, request)
        return workspace
    if resume:
        raise OutputError(f"there is no interrupted run at {workspace}", "leave --resume out")
    try:
        workspace.mkdir()
        (workspace / REQUEST).write_text(json.dumps(request, indent=2, sort_keys=True))
    except OSError as error:
        shutil.rmtree(workspace, ignore_errors=True)
        raise output_error(folder, error) from error
    return workspace


def _check_same(workspace: Path, request: dict[str, Any]) -> None:
    try:
        before = json.loads((workspace / REQUEST).read_text())
    except (OSError, ValueError):
        before = {}
    now = json.loads(json.dumps(request))
    if before != now:
        changed = sorted(key for key in now if before.get(key) != now[key])
        raise OutputError(
            f"the interrupted run at {workspace} had other {', '.join(changed)}",
            "repeat its command exactly with --resume, or discard it with --force",
        )


def close_workspace(workspace: Path, folder: Path) -> None:
    """Rename the finished workspace to its final name, without what killed runs left in it."""
    (workspace / REQUEST).unlink(missing_ok=True)
    for half_written in workspace.glob(".*.partial.*"):
        if half_written.is_dir():
            shutil.rmtree(half_written)
        else:
            half_written.unlink()
    put_in_place(workspace, folder)


class FitFiles(NamedTuple):
    """What an interrupted fit leaves: the state of the fit, and the trials of a choice before."""

    checkpoint: Path
    trials: Path

    @classmethod
    def beside(cls, model: Path) -> FitFiles:
        """Return the files of a fit that shall become `model`."""
        return cls(
            model.with_name(f"{model.name}.partial.safetensors"),
            model.with_name(f"{model.name}.partial.trials.json"),
        )


@contextmanager
def fit_files(model: Path, *, resume: bool, force: bool) -> Iterator[FitFiles]:
    """Yield the files of a fit that shall become `model`; remove them when all is well.

    Raises
    ------
    OutputError
        When an interrupted fit is in the way and cannot be removed, or there is none to resume.
    """
    files = FitFiles.beside(model)
    if force and not resume:
        _remove(files)
    left = [path for path in files if path.exists()]
    if left and not resume:
        raise OutputError(
            f"{left[0]} holds an interrupted fit",
            "go on with --resume, or discard it with --force",
        )
    if resume and not left:
        raise OutputError(
            f"there is no interrupted fit at {files.checkpoint}", "leave --resume out"
        )
    yield files
    _remove(files)


def _remove(files: FitFiles) -> None:
    for path in files:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise output_error(path, error) from error
