"""Who shows what in a notebook: found by class, imported late, and nothing lost without it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from imaginome.display import FORMATTERS, in_notebook

GROUND = (
    "imaginome",
    "imaginome.arrays",
    "imaginome.errors",
    "imaginome.display",
    "imaginome.panel",
)


class Shape:
    """Something to show."""


class Square(Shape):
    """Something derived from it."""


def draw(thing: object) -> str:
    """Show it."""
    return f"<b>{type(thing).__name__}</b>"


def named(thing: object) -> str:
    """Return the dotted name of a class or function of this module."""
    return f"{thing.__module__}.{thing.__qualname__}"  # type: ignore[attr-defined]


def test_a_class_and_those_derived_from_it_are_shown(monkeypatch):
    monkeypatch.setitem(FORMATTERS, ("html", named(Shape)), named(draw))
    assert in_notebook("html", Shape()) == "<b>Shape</b>"
    assert in_notebook("html", Square()) == "<b>Square</b>"
    assert in_notebook("bundle", Square()) is None


def test_plain_text_does_where_nobody_shows():
    assert in_notebook("html", Shape()) is None


def test_every_formatter_and_every_class_is_there():
    for (_, kind), formatter in FORMATTERS.items():
        for dotted in (kind, formatter):
            module, _, name = dotted.rpartition(".")
            assert named(getattr(import_module(module), name)) == dotted


@pytest.mark.parametrize(
    ("module", "allowed"), [("imaginome", GROUND[:1]), ("imaginome.panel", GROUND)]
)
def test_the_ground_floor_brings_nothing_along(module, allowed):
    code = f"import sys, {module}; print(*(m for m in sys.modules if m.startswith('imaginome')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    strange = [m for m in loaded if m not in allowed and "imaginome.panel." not in m]
    assert module in loaded
    assert strange == []
