"""Panels that every test may use, and which tests run in one process."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from imaginome.panel import Panel
from tests.support.simulated import simulated_panel

SHARING = (
    (r"tests/contracts/test_(?:models|complete)\.py::\w+\[(\w+)", r"the fitted \1"),
    (r"tests/cli/test_(?:cli|examples|judging|pictures|summary)\.py", "the finished run"),
    (r"([^:]+)::", r"\1"),
)
"""Patterns of test ids and the group that they are in: what it shares is made once."""


class Groups(LoadScopeScheduling):
    """Gives groups to workers as a whole, in the order of their files.

    Marks `xdist_group` would say the same, but pytest-xdist 3.8 loses them with pytest 9.2
    (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        found = ((re.match(pattern, nodeid), group) for pattern, group in SHARING)
        return next((match.expand(group) for match, group in found if match), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups | None:
    """Use these groups for `--dist loadgroup`."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False
    return Groups(config, log)


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
