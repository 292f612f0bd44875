"""Inputs that are no local files: URLs (through htslib), pipes and standard input."""

from __future__ import annotations

import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from imaginome.errors import FormatError, PanelError
from imaginome.formats._source import read_head
from imaginome.formats.options import Region
from imaginome.formats.regions import RegionSet

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
    found = 0
    with copy.open("w", encoding="utf-8") as target:
        target.writelines(f"{line}\n" for line in header)
        for contig in remote.contigs:
            done = 0
            for first, last in regions.spans(contig):
                for line in remote.fetch(contig, first - 1, last):
                    if done == 0 or int(line.split("\t", 2)[1]) > done:
                        target.write(f"{line}\n")
                        found += 1
                done = last
    if not found:
        raise regions.nothing_found(copy, remote.contigs)
    return True
