"""BCF: the binary form of VCF."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

from imaginome.formats.base import Format
from imaginome.formats.bgzf import BgzfWriter, write_index
from imaginome.formats.headers import BCF_MAGIC, header_text
from imaginome.formats.htslib import bcf_records, read_htslib
from imaginome.formats.records import Tally
from imaginome.outputs import atomic_file
from imaginome.panel import Panel
from imaginome.reading import ReadOptions


class Bcf(Format):
    """BCF, version 2.2, written with a ``.csi`` index."""

    id = "bcf"
    description = "BCF; written as .bcf with .csi"
    suffixes = (".bcf",)

    def sniff(self, path: Path, head: bytes) -> bool:
        """Return whether the content begins as BCF does."""
        return head.startswith(BCF_MAGIC)

    def read(self, path: Path, options: ReadOptions, tally: Tally) -> Panel:
        """Read a BCF; see `Format.read`."""
        return read_htslib(path, options, tally, text=False)

    def write(self, panel: Panel, path: Path, notes: Sequence[str], *, force: bool) -> None:
        """Write a BCF and its index."""
        header = header_text(panel, notes).encode() + b"\0"
        with atomic_file(path, force=force, companions=(".csi",)) as temporary:
            with BgzfWriter(temporary) as packed:
                packed.write(BCF_MAGIC + b"\x02" + struct.pack("<I", len(header)) + header)
                for record in bcf_records(panel):
                    packed.write(record)
            write_index(temporary, "bcf", ".csi")


ITEM = Bcf
