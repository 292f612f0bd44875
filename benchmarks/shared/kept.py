"""Results of benchmarks kept in small files: each counts only for what it was measured on."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from imaginome import __version__
from imaginome.formats import ReadOptions
from imaginome.provenance import sha256
from imaginome.results import Result


class Kept(Result):
    """A result with everything that decides it: `identity`."""

    identity: dict[str, Any]


K = TypeVar("K", bound=Kept)


def identity_of(panel: Path, options: ReadOptions) -> dict[str, Any]:
    """Return what decides any result on a panel: the version, the content of files, regions."""
    return {
        "version": __version__,
        "panel": sha256(panel),
        "samples": sha256(Path(options.samples_table)) if options.samples_table else None,
        "regions": [list(region) for region in options.regions],
    }


def read_kept(kind: type[K], path: Path, identity: dict[str, Any]) -> K | None:
    """Return a kept result; None where there is none or it is of something else."""
    try:
        result = kind.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return result if result.identity == identity else None
