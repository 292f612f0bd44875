"""Local files before anything is known of them: can they be opened, how do they begin."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from imaginome.errors import FormatError

HEAD_BYTES = 1 << 16
_GZIP = b"\x1f\x8b"
_BGZF_EOF = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def read_head(path: Path) -> bytes:
    """Return the first bytes of a file, decompressed where it is gzip or BGZF.

    Raises
    ------
    FormatError
        When the file is missing, a folder, unreadable, empty or damaged at its very beginning.
    """
    try:
        with path.open("rb") as handle:
            raw = handle.read(HEAD_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        raise FormatError(f"there is no file {path}", "check the name") from None
    except IsADirectoryError:
        raise FormatError(f"{path} is a folder", "give a panel file (VCF, BCF, .hapt)") from None
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror})", "check its rights") from None
    if not raw:
        raise FormatError(f"{path} is empty", "make or fetch it again")
    if not raw.startswith(_GZIP):
        return raw
    try:
        head = zlib.decompressobj(31).decompress(raw, HEAD_BYTES)
    except zlib.error as error:
        raise damaged(path, str(error)) from None
    if not head and path.stat().st_size <= HEAD_BYTES:
        truncated = not raw.endswith(_BGZF_EOF)
        raise damaged(path, "truncated") if truncated else FormatError(f"{path} is empty")
    return head


def damaged(path: Path, why: str) -> FormatError:
    """Return the error for a compressed file that is not whole."""
    return FormatError(f"{path} is damaged or incomplete ({why})", "fetch or make the file again")


def is_gzip(path: Path) -> bool:
    """Return whether the file is gzip, of which BGZF is a kind."""
    with path.open("rb") as handle:
        return handle.read(2) == _GZIP


def is_bgzf(path: Path) -> bool:
    """Return whether the file is gzip in the blocks that can be indexed."""
    with path.open("rb") as handle:
        head = handle.read(18)
    return head[:4] == b"\x1f\x8b\x08\x04" and head[12:16] == b"BC\x02\x00"


def refuse_cut_bgzf(path: Path) -> None:
    """Raise when a BGZF file lacks the empty block that ends it.

    htslib only warns then, but a file cut between two blocks shows no other sign.

    Raises
    ------
    FormatError
        When the last 28 bytes are not that block.
    """
    with path.open("rb") as handle:
        handle.seek(-min(len(_BGZF_EOF), path.stat().st_size), 2)
        if handle.read(len(_BGZF_EOF)) != _BGZF_EOF:
            raise damaged(path, "the BGZF end-of-file block is missing")


@contextmanager
def open_binary(path: Path) -> Iterator[BinaryIO]:
    """Open a file, decompressing gzip; damage turns into a `FormatError` while it is read."""
    opener = gzip.open if is_gzip(path) else open
    try:
        with opener(path, "rb") as handle:
            yield cast(BinaryIO, handle)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, str(error)) from None
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error})", "check the disk") from None
