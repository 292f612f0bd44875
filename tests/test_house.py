"""The house as it is written down: who imports whom, what is private, and how large a file may be.

Directions between rooms are held by import-linter (``make lint``); here stands what it cannot see.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import imaginome

PACKAGE = Path(imaginome.__file__).parent
TESTS = Path(__file__).parent
LONGEST = 460
"""Lines of a file."""
ROOM = 20
"""Entries of a room, about; the top has a room or a ground module each."""


def modules() -> dict[str, Path]:
    """Return all modules of the package by dotted name; a package is called by its name alone."""
    files = PACKAGE.rglob("*.py")
    return {dotted(file).removesuffix(".__init__"): file for file in files}


def dotted(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield module and name of every ``from module import name``, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((str(node.module), name.name) for name in node.names)


def needed(file: Path, known: set[str]) -> Iterator[str]:
    """Yield the modules that a file imports, wherever in it and for whatever."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
    for module, name in imports(tree):
        inside = f"{module}.{name}"
        yield inside if inside in known else module


def arrows() -> dict[str, set[str]]:
    """Return what each module imports of ours."""
    files = modules()
    known = set(files)
    return {name: set(needed(file, known)) & known - {name} for name, file in files.items()}


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def private_names(file: Path, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield the private names of our modules that a file imports, or takes from such a module."""
    tree = ast.parse(file.read_text())
    called = {}
    for module, name in imports(tree):
        if module in known and private(name):
            yield module, name
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if f"{node.module}.{alias.name}" in known:
                    called[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        taken = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if taken and node.value.id in called and private(node.attr):
            yield called[node.value.id], node.attr


def test_there_are_no_circles_of_imports():
    assert len(arrows()["imaginome.runs.pipeline"]) > 10
    TopologicalSorter(arrows()).prepare()


def test_no_module_is_private_and_none_takes_what_is_private_to_another():
    files = modules()
    assert not [name for name in files if any(private(part) for part in name.split("."))]
    taken = {name: set(private_names(file, set(files))) for name, file in files.items()}
    assert not {name: names for name, names in taken.items() if names}


def test_what_tests_share_stands_in_support():
    files = [
        file
        for room in ("tests", "validation", "benchmarks")
        for file in (TESTS.parent / room).rglob("*.py")
    ]
    assert len(files) > 100
    for file in files:
        for module, name in imports(ast.parse(file.read_text())):
            asked = f"{module}.{name}".split(".")
            assert asked[0] != "tests" or asked[1] == "support", file
            assert not any(part.startswith("test_") for part in asked), file


def test_only_the_unit_test_of_a_module_takes_what_is_private_to_it():
    known = set(modules())
    strangers = [
        (file.name, module, name)
        for file in TESTS.rglob("*.py")
        for module, name in private_names(file, known)
        if not set(module.split(".")[-2:]) & set(_words(file))
    ]
    assert not strangers


def _words(file: Path) -> Iterator[str]:
    """Yield what a test file may be named after: its words, joined in every way, and its folder."""
    words = file.stem.removeprefix("test_").split("_")
    for start in range(len(words)):
        for stop in range(start + 1, len(words) + 1):
            yield "_".join(words[start:stop])
    yield file.parent.name


def test_files_and_rooms_stay_small():
    assert not {
        name: length
        for name, file in modules().items()
        if (length := len(file.read_text().splitlines())) > LONGEST
    }
    rooms = [folder for folder in PACKAGE.rglob("*") if (folder / "__init__.py").is_file()]
    assert len(rooms) > 20
    sizes = {
        room.name: len([x for x in room.iterdir() if x.name != "__pycache__"]) for room in rooms
    }
    assert not {name: size for name, size in sizes.items() if size > ROOM}


def test_the_bundled_rooms_are_those_that_contributing_names():
    told = (TESTS.parent / "CONTRIBUTING.md").read_text()
    rooms = [folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").is_file()]
    assert len(rooms) > 10
    assert not [room for room in rooms if f"| `{room}/` |" not in told]
