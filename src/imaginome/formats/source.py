"""Inputs as local files: what compresses them, and copies of URLs and streams."""

from __future__ import annotations

import gzip
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

from imaginome.errors import FormatError, PanelError
from imaginome.formats.options import Region
from imaginome.formats.regions import RegionSet

# -- Local files before anything is known of them --------------------------------------------------


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


# -- Inputs that are no local files ----------------------------------------------------------------


_PIECE = 1 << 20


def is_url(name: str) -> bool:
    """Return whether a name is a URL."""
    return "://" in name


@contextmanager
def local_file(name: str, regions: tuple[Region, ...]) -> Iterator[Path]:
    """Yield a local file with the content of `name`; copies vanish when the block ends.

    Of an indexed VCF at a URL, only the regions asked for are fetched.

    Raises
    ------
    FormatError
        When the content cannot be fetched. Messages speak of `name`, never of the copy.
    """
    if not is_url(name) and name != "-" and not _is_pipe(Path(name)):
        yield Path(name)
        return
    with tempfile.TemporaryDirectory(prefix="imaginome-") as folder:
        copy = Path(folder) / _file_name(name)
        try:
            if is_url(name):
                _fetch(name, copy, regions)
            else:
                _copy_pipe(name, copy)
            yield copy
        except PanelError as error:
            raise type(error)(error.message.replace(str(copy), name), error.hint) from None


def _file_name(name: str) -> str:
    last = unquote(urlsplit(name).path).rsplit("/", 1)[-1] if is_url(name) else ""
    return last or "input"


def _is_pipe(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _copy_pipe(name: str, copy: Path) -> None:
    with copy.open("wb") as target:
        if name == "-":
            shutil.copyfileobj(sys.stdin.buffer, target, _PIECE)
        else:
            with Path(name).open("rb") as source:
                shutil.copyfileobj(source, target, _PIECE)


def _fetch(url: str, copy: Path, regions: tuple[Region, ...]) -> None:
    import pysam

    pysam.set_verbosity(0)
    if regions and _fetch_regions(url, copy, RegionSet(regions)):
        return
    _download(url, copy)


def _download(url: str, copy: Path) -> None:
    import pysam

    try:
        with pysam.HFile(url, "rb") as source, copy.open("wb") as target:
            while piece := source.read(_PIECE):
                target.write(piece)
    except (OSError, ValueError) as error:
        raise FormatError(f"{url} cannot be fetched ({error})", "check the address") from None
    read_head(copy)


def _fetch_regions(url: str, copy: Path, regions: RegionSet) -> bool:
    """Fetch regions by the remote index; False where there is none that fits."""
    import pysam

    index = copy.with_name(f"{copy.name}.index")
    for suffix in (".tbi", ".csi"):
        try:
            # The index is fetched by us: htslib would leave it in the working directory.
            _download(f"{url}{suffix}", index)
            with pysam.TabixFile(url, index=str(index)) as remote:
                return _copy_lines(remote, copy, regions)
        except (FormatError, OSError, ValueError):
            continue
    return False


def _copy_lines(remote: Any, copy: Path, regions: RegionSet) -> bool:
    header = list(remote.header)
    if not header or not header[0].startswith("##fileformat=VCF"):
        return False
    n_lines = 0
    with copy.open("w", encoding="utf-8") as target:
        target.writelines(f"{line}\n" for line in header)
        for contig in remote.contigs:
            done = 0
            for first, last in regions.spans(contig):
                for line in remote.fetch(contig, first - 1, last):
                    if done == 0 or int(line.split("\t", 2)[1]) > done:
                        target.write(f"{line}\n")
                        n_lines += 1
                done = last
    if not n_lines:
        raise regions.nothing_found(copy, remote.contigs)
    return True
