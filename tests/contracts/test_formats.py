"""What every registered format promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import FormatError, OutputError
from imaginome.formats import ReadOptions, Tally, read_panel, write_panel
from imaginome.formats.base import Format
from imaginome.formats.io import format_for, recognise
from imaginome.formats.registry import formats
from imaginome.panel import Panel

KINDS = list(formats)
OUTPUTS = [(kind, suffix) for kind in KINDS for suffix in kind.suffixes]


@pytest.mark.parametrize("kind", KINDS)
def test_declaration(kind: type[Format]):
    assert kind.id in formats.ids()
    assert formats.get(kind.id) is kind
    assert kind.description
    assert all(suffix.startswith(".") for suffix in kind.suffixes)


def test_suffixes_name_one_format_each():
    suffixes = [suffix for _, suffix in OUTPUTS]
    assert len(set(suffixes)) == len(suffixes)
    for kind, suffix in OUTPUTS:
        assert isinstance(format_for(Path(f"x{suffix}")), kind)


@pytest.mark.parametrize(("kind", "suffix"), OUTPUTS)
def test_what_is_written_is_recognised_and_read_back(
    panel: Panel, tmp_path, kind: type[Format], suffix: str
):
    path = tmp_path / f"panel{suffix}"
    write_panel(panel, path, notes=["made for a test"])
    tally = Tally()
    back = read_panel(path, ReadOptions(monomorphic="keep"), tally)
    assert tally.format == kind.id
    assert np.array_equal(back.haplotypes, panel.haplotypes)
    assert back.sites.keys() == panel.sites.keys()
    assert list(back.samples.id) == list(panel.samples.id)
    with pytest.raises(OutputError, match="exists already"):
        write_panel(panel, path)


@pytest.mark.parametrize(("kind", "suffix"), OUTPUTS)
def test_rules_hold_in_every_format(panel: Panel, tmp_path, kind, suffix):
    constant = panel.haplotypes.copy()
    constant[:, :7] = 1
    path = tmp_path / f"panel{suffix}"
    write_panel(Panel(constant, panel.sites, panel.samples), path)
    tally = Tally()
    options = ReadOptions(samples=("S003", "S001"), regions=(("1", 1, 30000),), monomorphic="drop")
    back = read_panel(path, options, tally)
    rows = constant[[6, 7, 2, 3], :60]
    polymorphic = rows.min(axis=0) != rows.max(axis=0)
    assert np.array_equal(back.haplotypes, rows[:, polymorphic])
    assert ("monomorphic sites dropped", int((~polymorphic).sum())) in tally.steps
    assert ("samples not asked for", 58) in tally.steps


@pytest.mark.parametrize(("kind", "suffix"), OUTPUTS)
def test_any_cut_is_an_error_or_a_shorter_plain_file(panel: Panel, tmp_path, kind, suffix):
    """No compressed file passes when a part is missing at its end."""
    if suffix in (".vcf", ".hapt"):
        pytest.skip("text without compression does not tell where it ends")
    path = tmp_path / f"panel{suffix}"
    write_panel(panel, path)
    content = path.read_bytes()
    for stop in np.linspace(1, len(content) - 1, 25).astype(int):
        path.write_bytes(content[:stop])
        with pytest.raises(FormatError):
            read_panel(path)


@pytest.mark.parametrize("head", [b"hello world", b"\0\1\2\3", b"#", b"\xff" * 50])
def test_no_format_claims_what_is_not_its_own(head: bytes):
    with pytest.raises(FormatError, match="no known format"):
        recognise(Path("something"), head)
