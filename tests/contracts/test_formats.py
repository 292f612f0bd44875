"""The contract of a format, for every format in the registry; see `imaginome.testing`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import FormatError
from imaginome.formats import Tally, read_panel, write_panel
from imaginome.formats.base import Format
from imaginome.formats.io import format_for, recognise
from imaginome.formats.registry import formats
from imaginome.panel import Panel
from imaginome.testing import check_format
from imaginome.testing.formats import STRANGE, shows_where_it_is_cut

KINDS = list(formats)
OUTPUTS = [(kind, suffix) for kind in KINDS for suffix in kind.suffixes]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_contract(kind: type[Format], panel: Panel):
    assert formats.get(kind.id) is kind
    check_format(kind, panel)


def test_suffixes_name_one_format_each():
    suffixes = [suffix for _, suffix in OUTPUTS]
    assert len(set(suffixes)) == len(suffixes)
    for kind, suffix in OUTPUTS:
        assert isinstance(format_for(Path(f"x{suffix}")), kind)


@pytest.mark.parametrize(("kind", "suffix"), OUTPUTS)
def test_what_is_written_by_suffix_is_read_by_content(panel, tmp_path, kind, suffix):
    path = tmp_path / f"panel{suffix}"
    write_panel(panel, path)
    tally = Tally()
    assert np.array_equal(read_panel(path, tally=tally).haplotypes, panel.haplotypes)
    assert tally.format == kind.id


@pytest.mark.parametrize(("kind", "suffix"), OUTPUTS)
def test_any_cut_is_an_error_or_a_shorter_plain_file(panel: Panel, tmp_path, kind, suffix):
    """No compressed file passes when a part is missing at its end."""
    if suffix in (".vcf", ".hapt"):
        pytest.skip("text without compression does not tell where it ends")
    shows_where_it_is_cut(kind, tmp_path / f"panel{suffix}", panel)


@pytest.mark.parametrize("head", STRANGE)
def test_no_format_claims_what_is_not_its_own(head: bytes):
    with pytest.raises(FormatError, match="no known format"):
        recognise(Path("something"), head)
