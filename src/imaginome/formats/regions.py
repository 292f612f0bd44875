"""Regions and sample lists as bcftools spells them: ``-r/-R`` and ``-s/-S``."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from imaginome.errors import PanelError, SettingsError
from imaginome.reading import Region

END = 2**31 - 1
_REGION = re.compile(r"^(?P<contig>.+?)(:(?P<first>\d+)(?P<dash>-(?P<last>\d+)?)?)?$")


def parse_region(text: str) -> Region:
    """Return the region of ``chr1``, ``chr1:5`` (one base), ``chr1:5-`` or ``chr1:5-90``.

    Raises
    ------
    SettingsError
        When it is none of these.
    """
    match = _REGION.match(text.strip())
    if match is None or re.search(r":[-,]|:$", text):
        raise SettingsError(f"'{text}' is no region", "write chr1, chr1:5 or chr1:5-90")
    if match["first"] is None:
        return (match["contig"], 1, END)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else END if match["dash"] else first
    return _checked(match["contig"], first, last, text)


def parse_regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a comma-separated list, as ``-r`` takes it."""
    return tuple(parse_region(part) for part in text.split(",") if part.strip())


def read_regions(path: Path) -> tuple[Region, ...]:
    """Read regions from a file, as ``-R`` takes it.

    Files called ``.bed`` or ``.bed.gz`` hold ``contig start end``, 0-based and half-open; others
    ``contig position`` or ``contig first last``, 1-based and inclusive (the rule of bcftools).

    Raises
    ------
    SettingsError
        When the file cannot be read, holds no region or a line that is none.
    """
    shift = 1 if path.name.endswith((".bed", ".bed.gz")) else 0
    regions = []
    for number, line in enumerate(_lines(path), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#") or fields[0] in ("track", "browser"):
            continue
        numbers = fields[1:3]
        if not numbers or not all(field.isdigit() for field in numbers):
            raise SettingsError(f"{path} line {number} is no region", "write contig first last")
        first = int(numbers[0]) + shift
        regions.append(_checked(fields[0], first, int(numbers[-1]), f"{path} line {number}"))
    if not regions:
        raise SettingsError(f"{path} holds no region", "write one a line: contig first last")
    return tuple(regions)


def parse_samples(text: str) -> tuple[str, ...]:
    """Return the samples of a comma-separated list, as ``-s`` takes it."""
    return _unique([part.strip() for part in text.split(",")], f"'{text}'")


def read_samples(path: Path) -> tuple[str, ...]:
    """Return the samples of a file, one a line (first column), as ``-S`` takes it."""
    return _unique([line.split()[0] for line in _lines(path) if line.strip()], str(path))


def _unique(names: list[str], where: str) -> tuple[str, ...]:
    names = [name for name in names if name]
    if not names:
        raise SettingsError(f"{where} names no sample")
    if names[0].startswith("^"):
        raise SettingsError(f"{where}: excluding with ^ is not possible", "name those to keep")
    for name, count in zip(*np.unique(np.array(names), return_counts=True), strict=True):
        if count > 1:
            raise SettingsError(f"{where} names sample '{name}' twice", "name it once")
    return tuple(names)


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return content.decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error})", "give a text file") from None


def _checked(contig: str, first: int, last: int, where: str) -> Region:
    if first < 1 or last < first:
        raise SettingsError(
            f"region {where} is empty or begins before 1", "write contig:first-last"
        )
    return (contig, first, min(last, END))


class RegionSet:
    """Regions merged within each contig, to be asked quickly.

    A record is inside when the bases from POS to the end of REF (or INFO/END) overlap a region:
    the default of ``bcftools view -r``.
    """

    def __init__(self, regions: Iterable[Region]) -> None:
        by_contig: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for contig, first, last in regions:
            by_contig[contig].append((first, last))
        self._merged = {contig: _merge(spans) for contig, spans in by_contig.items()}
        self._starts = {c: np.array([s for s, _ in spans]) for c, spans in self._merged.items()}

    def __bool__(self) -> bool:
        """Return whether there is any region; none means everything."""
        return bool(self._merged)

    def contigs(self) -> list[str]:
        """Return the contigs that regions name."""
        return list(self._merged)

    def spans(self, contig: str) -> list[tuple[int, int]]:
        """Return the merged ``(first, last)`` of a contig, sorted."""
        return self._merged.get(contig, [])

    def overlaps(self, contig: str, first: int, last: int) -> bool:
        """Return whether ``first..last`` (1-based, inclusive) touches a region."""
        if contig not in self._merged:
            return False
        at = int(np.searchsorted(self._starts[contig], last, side="right")) - 1
        return at >= 0 and self._merged[contig][at][1] >= first

    def nothing_found(self, path: Path, contigs: Iterable[str]) -> PanelError:
        """Return the error for regions that hold no record of a file with these contigs."""
        there = list(dict.fromkeys(contigs))
        wanted = ", ".join(_spelt(c, *span) for c in self.contigs() for span in self.spans(c)[:1])
        if not set(there) & set(self.contigs()):
            bare = {contig.removeprefix("chr"): contig for contig in there}
            for contig in self.contigs():
                other = bare.get(contig.removeprefix("chr"))
                if other is not None:
                    return PanelError(
                        f"{path} has no contig '{contig}', it spells it '{other}'",
                        f"write the region with '{other}'",
                    )
            return PanelError(
                f"{path} has no contig {', '.join(self.contigs())}",
                f"it has {', '.join(there[:5])}",
            )
        return PanelError(f"{path} has no record in {wanted}", "choose a region inside the panel")


def _spelt(contig: str, first: int, last: int) -> str:
    return contig if (first, last) == (1, END) else f"{contig}:{first}-{last}"


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
