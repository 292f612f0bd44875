"""What every format promises, one check for each suffix."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from imaginome.errors import FormatError, OutputError
from imaginome.formats.base import Format
from imaginome.formats.records import Tally
from imaginome.formats.source import read_head
from imaginome.panel import Panel, haplotype_rows
from imaginome.reading import ReadOptions
from imaginome.testing.panels import simulated_panel
from imaginome.testing.shared import refusing

STRANGE = (b"hello world", b"\0\1\2\3", b"#", b"\xff" * 50, b"")
"""How files of no format begin."""


def check_format(kind: type[Format], panel: Panel | None = None) -> None:
    """Check that a class keeps the contract of a format.

    Parameters
    ----------
    kind
        The class; it need not be registered.
    panel
        A panel to write, without labels of its people; a simulated one when None.

    Raises
    ------
    AssertionError
        Says what does not hold.
    """
    panel = panel or simulated_panel()
    assert kind.description, "a format has a description"
    assert kind.suffixes, "a format has a suffix"
    for head in STRANGE:
        assert not kind().sniff(Path("something"), head), f"it claims what begins with {head!r}"
    for suffix in kind.suffixes:
        assert suffix.startswith("."), f"suffix '{suffix}'"
        with TemporaryDirectory() as folder:
            comes_back_whole(kind, Path(folder) / f"panel{suffix}", panel)
            keeps_the_rules(kind, Path(folder) / f"constant{suffix}", panel)


def comes_back_whole(kind: type[Format], path: Path, panel: Panel) -> None:
    """Check that what is written is recognised, read back, and not overwritten."""
    kind().write(panel, path, ["made for a test"], force=False)
    assert kind().sniff(path, read_head(path)), f"{path.name} is not recognised"
    back = kind().read(path, ReadOptions(), Tally())
    assert np.array_equal(back.haplotypes, panel.haplotypes), f"{path.name}: other alleles"
    assert back.sites.keys() == panel.sites.keys(), f"{path.name}: other sites"
    assert list(back.samples.id) == list(panel.samples.id), f"{path.name}: other samples"
    with refusing(OutputError, "exists already", f"{path.name} is overwritten"):
        kind().write(panel, path, [], force=False)


def keeps_the_rules(kind: type[Format], path: Path, panel: Panel) -> None:
    """Check that samples, regions and constant sites are chosen as in every format."""
    constant = panel.haplotypes.copy()
    constant[:, :7] = 1
    kind().write(Panel(constant, panel.sites, panel.samples), path, [], force=False)
    people, last = [3, 1], panel.n_sites // 2 - 1
    options = ReadOptions(
        samples=tuple(panel.samples.id[people].tolist()),
        regions=((str(panel.sites.contig[0]), 1, int(panel.sites.position[last])),),
        monomorphic="drop",
    )
    tally = Tally()
    back = kind().read(path, options, tally)
    rows = constant[haplotype_rows(np.array(people)), : last + 1]
    varying = rows.min(axis=0) != rows.max(axis=0)
    assert np.array_equal(back.haplotypes, rows[:, varying]), f"{path.name}: other alleles"
    dropped = ("monomorphic sites dropped", int((~varying).sum()))
    assert dropped in tally.steps, f"{path.name}: the tally lacks {dropped}"
    absent = ("samples not asked for", panel.n_individuals - 2)
    assert absent in tally.steps, f"{path.name}: the tally lacks {absent}"


def shows_where_it_is_cut(kind: type[Format], path: Path, panel: Panel) -> None:
    """Check that no part of a compressed file passes for the whole."""
    kind().write(panel, path, [], force=False)
    content = path.read_bytes()
    for stop in np.linspace(1, len(content) - 1, 25).astype(int):
        path.write_bytes(content[:stop])
        with refusing(FormatError, "", f"the first {stop} of {len(content)} bytes are read"):
            kind().read(path, ReadOptions(), Tally())
