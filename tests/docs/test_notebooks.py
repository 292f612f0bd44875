"""The notebooks of the documentation run, and what they show is what they give."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest

import imaginome
from tests.support import notebooks

PAGES = {page.name: page for page in notebooks.notebooks()}
LARGEST = 1_500_000


def cells(name: str, kind: str) -> list:
    notebook = nbformat.read(PAGES[name], as_version=4)
    nbformat.validate(notebook)
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def test_there_is_one():
    assert "first_panel.ipynb" in PAGES


@pytest.mark.parametrize("name", PAGES)
def test_outputs_are_kept_small_and_in_order(name):
    code = cells(name, "code")
    assert PAGES[name].stat().st_size < LARGEST
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = {output.output_type for cell in code for output in cell.outputs}
    assert "error" not in kinds
    text = PAGES[name].read_text(encoding="utf-8")
    assert re.search(r"/(home|work|tmp|root|Users)/", text) is None
    assert "<script" not in text


@pytest.mark.parametrize("name", PAGES)
def test_every_public_name_exists(name):
    used = set()
    for cell in cells(name, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                used |= {node.attr} if node.value.id == "imaginome" else set()
    for cell in cells(name, "markdown"):
        used |= set(re.findall(r"\bimaginome\.(\w+)", cell.source))
    assert len(used) > 5
    assert used <= set(imaginome.__all__)


@pytest.mark.parametrize("name", PAGES)
def test_links_exist(name):
    for cell in cells(name, "markdown"):
        for target in re.findall(r"\]\(([^)#]+)\)", cell.source):
            assert (PAGES[name].parent / target).exists(), target


@pytest.mark.long
@pytest.mark.parametrize("name", PAGES)
def test_it_runs_and_shows_the_same(name, tmp_path):
    """Every cell gives what it is shown to give; numbers may move when a measure does."""
    again = notebooks.executed(PAGES[name], tmp_path)
    kept, made = (_shown(cells(name, "code")), _shown([c for c in again.cells if "outputs" in c]))
    assert len(kept) > 5
    assert made == kept


def _shown(code: list) -> list[tuple[str, list[str]]]:
    """Return what each output is: the first word of its text, and its forms."""
    data = [output.data for cell in code for output in cell.outputs if "data" in output]
    return [(re.match(r"\W*\w*", each["text/plain"])[0], sorted(each)) for each in data]
