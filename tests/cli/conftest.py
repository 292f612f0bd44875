"""A folder with a panel, a finished run on it, and children that hear Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaginome.formats import write_panel
from imaginome.panel import Panel
from tests.support.commands import DONE, call, run_words


@pytest.fixture(autouse=True)
def listening() -> Iterator[None]:
    """Let children hear Ctrl-C even where the tests run in the background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def files(tmp_path_factory, panel: Panel) -> Path:
    """A folder with the small panel and its table of labels."""
    folder = tmp_path_factory.mktemp("files")
    write_panel(panel, folder / "panel.vcf.gz")
    s = panel.samples
    rows = zip(s.id, s.population, s.superpopulation, strict=True)
    table = ["sample\tpopulation\tsuperpopulation", *("\t".join(row) for row in rows)]
    (folder / "samples.tsv").write_text("\n".join(table) + "\n")
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory, files) -> Path:
    """The folder of a whole run."""
    out = tmp_path_factory.mktemp("run") / "out"
    call(*run_words(files, out), code=DONE)
    return out
