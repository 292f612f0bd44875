"""The house as it is written down: no file needs itself, and the ground floor needs no room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import imaginome

SOURCE = Path(imaginome.__file__).parent.parent
SHARED = {"imaginome"} | {
    f"imaginome.{name}" for name in ("arrays", "display", "errors", "randomness")
}


def modules() -> dict[str, Path]:
    """Return all modules of the package by dotted name."""
    files = (SOURCE / "imaginome").rglob("*.py")
    return {".".join(f.relative_to(SOURCE).with_suffix("").parts): f for f in files}


def needed(file: Path, known: set[str]) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it and for whatever."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            inside = [f"{node.module}.{name.name}" for name in node.names]
            yield from (name if name in known else str(node.module) for name in inside)


def arrows() -> dict[str, set[str]]:
    """Return what each module imports of ours; a package is called by its name alone."""
    found = {name.removesuffix(".__init__"): file for name, file in modules().items()}
    known = set(found)
    return {name: set(needed(file, known)) & known - {name} for name, file in found.items()}


def test_there_are_no_circles_of_imports():
    assert len(arrows()["imaginome.runs.pipeline"]) > 10
    TopologicalSorter(arrows()).prepare()


def test_the_ground_floor_imports_no_room():
    for name, others in arrows().items():
        if name.startswith("imaginome.panel"):
            assert {o for o in others if not o.startswith("imaginome.panel")} <= SHARED
