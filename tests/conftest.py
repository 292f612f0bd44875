"""Panels that every test may use, and which tests run in one process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaginome.panel import Panel
from tests.support.simulated import simulated_panel


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of a file in one worker, so that what they share is made once."""
    group = item.nodeid.split("::")[0]
    chosen = getattr(item, "callspec", None)
    if "finished" in getattr(item, "fixturenames", ()):
        group = "the finished run"
    elif group.startswith("tests/contracts/") and chosen and "model_id" in chosen.params:
        group = f"the fitted {chosen.params['model_id']}"
    item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session")
def panel() -> Panel:
    """A small structured panel: 60 individuals, 120 sites, 3 populations."""
    return simulated_panel()


@pytest.fixture(scope="session")
def panels_dir() -> Path:
    """The folder of real panels; tests that need it are skipped, with the reason, without it."""
    default = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("IMAGINOME_PANELS", default))
    if not folder.is_dir():
        pytest.skip(f"no real panels at {folder}; set IMAGINOME_PANELS")
    return folder
