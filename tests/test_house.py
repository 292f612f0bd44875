"""The house as it is written down: no circles, a ground floor, and tests that keep to their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import imaginome

SOURCE = Path(imaginome.__file__).parent.parent
ROOT = Path(__file__).parents[1]
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


def from_imports(folder: str) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Yield files of a folder beside the package, a module that each imports from, and names."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield file, node.module.split("."), [name.name for name in node.names]


def test_tests_import_no_tests():
    for folder in ("tests", "validation", "benchmarks"):
        for file, module, _ in from_imports(folder):
            assert module[0] != "tests" or module[:2] == ["tests", "support"], file
            assert not module[-1].startswith("test_"), file


def test_private_names_are_for_the_test_of_their_module():
    """`tests/dp/test_noise.py` may import `_bounds` of `imaginome.dp.noise`, and no other."""
    seen = 0
    for file, module, names in from_imports("tests"):
        place = ["imaginome", *file.parent.relative_to(ROOT / "tests").parts]
        private = [n for n in (*module, *names) if n.startswith("_") and not n.endswith("__")]
        if module[0] == "imaginome" and private:
            own = "_".join(module[len(place) :])
            assert module[: len(place)] == place, file
            assert file.stem.removeprefix("test_").startswith(own), file
            seen += 1
    assert seen > 3
