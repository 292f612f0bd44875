"""Outputs appear whole or not at all: written under a temporary name, renamed at the end."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imaginome.errors import OutputError


def refuse_existing(path: Path, force: bool, *, folder_with: str = "") -> None:
    """Raise unless `path` is free or may be replaced.

    Parameters
    ----------
    path
        Where an output shall appear.
    force
        Whether an existing output may be replaced.
    folder_with
        For an output that is a folder: the file by which one of ours is known. Other folders,
        unless empty, are never replaced. Empty for an output that is a file.

    Raises
    ------
    OutputError
        When something is there and `force` is off, what is there is not ours to replace, or the
        folder above does not exist.
    """
    if not path.name or path.name == "..":
        raise OutputError(f"'{path}' is no name for an output", "give a new name")
    if path.exists() and not force:
        raise OutputError(f"{path} exists already", "choose another name or add --force")
    if not path.parent.is_dir():
        raise OutputError(f"there is no folder {path.parent}", "make it first")
    if path.is_dir() and not folder_with:
        raise OutputError(f"{path} is a folder", "give the name of a file")
    if path.exists() and folder_with and not path.is_dir():
        raise OutputError(f"{path} is a file, a folder is to be written", "choose another name")
    if path.is_dir() and any(path.iterdir()) and not (path / folder_with).is_file():
        raise OutputError(
            f"{path} holds something else (no {folder_with} in it)",
            "choose another name: --force replaces only what imaginome wrote",
        )


def put_in_place(made: Path, path: Path) -> None:
    """Rename a finished folder to `path`; what was there goes only when the new one stands."""
    aside = path.with_name(f".{os.getpid()}.partial.old.{path.name}")
    if path.exists():
        path.replace(aside)
    made.replace(path)
    shutil.rmtree(aside, ignore_errors=True)


def output_error(path: Path, error: OSError) -> OutputError:
    """Say in one line why writing `path` failed, and what to do."""
    if error.errno == errno.ENOSPC:
        return OutputError(f"{path}: no space left on the device", "free some or write elsewhere")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path}: writing there is not permitted", "choose another folder")
    return OutputError(f"{path}: {error.strerror or error}", "choose another place to write")


@contextmanager
def atomic_file(
    path: Path, *, force: bool = False, companions: tuple[str, ...] = ()
) -> Iterator[Path]:
    """Yield a temporary path beside `path` that becomes `path` when the block ends well.

    Parameters
    ----------
    path
        Where the output shall appear.
    force
        Replace an existing output.
    companions
        Suffixes of files that are written and renamed with it, for example ``(".tbi",)``.

    Raises
    ------
    OutputError
        When the output exists and `force` is off, or it cannot be written.
    """
    refuse_existing(path, force)
    temporary = path.with_name(f".{os.getpid()}.partial.{path.name}")
    pairs = [(Path(f"{temporary}{end}"), Path(f"{path}{end}")) for end in (*companions, "")]
    try:
        yield temporary
        for source, target in pairs:
            if source.exists():
                source.replace(target)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        for source, _ in pairs:
            with suppress(OSError):
                source.unlink()


def write_text(path: Path, text: str, *, force: bool = False) -> None:
    """Write a text file atomically; see `atomic_file`."""
    with atomic_file(path, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def atomic_directory(path: Path, *, known_by: str, force: bool = False) -> Iterator[Path]:
    """Yield an empty temporary folder that becomes `path` when the block ends well.

    Parameters
    ----------
    path
        Where the folder shall appear.
    known_by
        The file in it by which an existing folder is known to be ours to replace.
    force
        Replace an existing folder.

    Raises
    ------
    OutputError
        As `refuse_existing`, or when it cannot be written.
    """
    refuse_existing(path, force, folder_with=known_by)
    temporary = path.with_name(f".{os.getpid()}.partial.{path.name}")
    try:
        temporary.mkdir()
        yield temporary
        put_in_place(temporary, path)
    except OSError as error:
        raise output_error(path, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
