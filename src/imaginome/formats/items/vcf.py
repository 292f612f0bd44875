"""VCF: plain, gzip or BGZF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from imaginome.formats.base import Format
from imaginome.formats.bgzf import BgzfWriter, write_index
from imaginome.formats.headers import header_text
from imaginome.formats.htslib import read_htslib, vcf_records
from imaginome.formats.records import Tally
from imaginome.outputs import atomic_file
from imaginome.panel import Panel
from imaginome.reading import ReadOptions


class Vcf(Format):
    """The variant call format; ``.vcf.gz`` is written as BGZF with a ``.tbi`` index."""

    id = "vcf"
    description = "VCF, plain, gzip or bgzip; written as .vcf.gz with .tbi, or plain .vcf"
    suffixes = (".vcf.gz", ".vcf.bgz", ".vcf")

    def sniff(self, path: Path, head: bytes) -> bool:
        """Return whether the content begins as VCF does."""
        return head.startswith(b"##fileformat=VCF")

    def read(self, path: Path, options: ReadOptions, tally: Tally) -> Panel:
        """Read a VCF; see `Format.read`."""
        return read_htslib(path, options, tally, text=True)

    def write(self, panel: Panel, path: Path, notes: Sequence[str], *, force: bool) -> None:
        """Write a VCF, compressed and indexed unless it is called ``.vcf``."""
        header = header_text(panel, notes).encode()
        if path.name.endswith(".vcf"):
            with atomic_file(path, force=force) as temporary, temporary.open("wb") as plain:
                plain.write(header)
                plain.writelines(vcf_records(panel))
            return
        with atomic_file(path, force=force, companions=(".tbi",)) as temporary:
            with BgzfWriter(temporary) as packed:
                packed.write(header)
                for record in vcf_records(panel):
                    packed.write(record)
            write_index(temporary, "vcf", ".tbi")


ITEM = Vcf
