"""Blocked gzip, and the index beside it.

The layout follows the SAM/BAM specification, section 4.1
(https://samtools.github.io/hts-specs).
pysam's own writer reports a full disk late or not at all; ours writes through a Python file,
whose errors cannot be missed.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, cast

from imaginome.errors import FormatError, OutputError
from imaginome.formats.source import refuse_cut_bgzf

# -- A writer of BGZF ------------------------------------------------------------------------------


_BLOCK = 0xFF00
_LEVEL = 6


class BgzfWriter:
    """A file that compresses what is written to it; the same input gives the same bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._waiting = bytearray()

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes.

        Raises
        ------
        OSError
            When the disk does not take them.
        """
        self._waiting += data
        whole = len(self._waiting) - len(self._waiting) % _BLOCK
        view = memoryview(self._waiting)[:whole]
        for start in range(0, whole, _BLOCK):
            self._file.write(_block(view[start : start + _BLOCK]))
        view.release()
        del self._waiting[:whole]

    def __enter__(self) -> BgzfWriter:
        """Return the writer."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is left and the empty block that ends a BGZF file, and close."""
        with self._file:
            if kind is None:
                if self._waiting:
                    self._file.write(_block(self._waiting))
                self._file.write(_block(b""))


def _block(data: bytes | bytearray | memoryview) -> bytes:
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    body = deflate.compress(data) + deflate.flush()
    # gzip header with one extra field, "BC": the size of the whole block less one.
    head = struct.pack(
        "<4BI2BH2B2H", 31, 139, 8, 4, 0, 0, 255, 6, ord("B"), ord("C"), 2, len(body) + 25
    )
    return head + body + struct.pack("<2I", zlib.crc32(data), len(data))


# -- Indexes, made by htslib (pysam) ---------------------------------------------------------------


_PROBE = 1 << 16


def write_index(path: Path, preset: Literal["vcf", "bcf"], suffix: str) -> None:
    """Write the index of a BGZF file beside it.

    Raises
    ------
    OSError
        When the disk does not take it.
    OutputError
        When htslib refuses the file.
    """
    import pysam

    pysam.set_verbosity(0)
    target = Path(f"{path}{suffix}")
    try:
        pysam.tabix_index(
            str(path), preset=cast(Any, preset), csi=suffix == ".csi", index=str(target), force=True
        )
        # htslib does not always report a full disk, but the last block tells.
        refuse_cut_bgzf(target)
    except (FormatError, OSError):
        # htslib does not say why: a write of our own does, if it is the disk.
        target.write_bytes(bytes(_PROBE))
        raise OutputError(
            "htslib cannot index the output", "positions above 2^29 fit .bcf, not .vcf.gz"
        ) from None
