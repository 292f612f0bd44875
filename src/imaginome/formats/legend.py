"""The legend of a .hapt file: one site a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from imaginome.errors import FormatError
from imaginome.formats.records import Record
from imaginome.formats.source import open_binary, read_head
from imaginome.panel import Sites

_COLUMNS = ["id", "position", "a0", "a1"]
# Contig names may hold colons, positions do not: the last colon before a number counts.
_PLACE = re.compile(r"^(?P<contig>\S+):(?P<position>\d+)(?:[_:]|$)")
# The contig of sites whose id does not tell one.
UNKNOWN_CONTIG = "0"


def find_legend(path: Path, legend: Path | None) -> Path:
    """Return the legend of a .hapt file: the one given, or that of the same stem beside it.

    Raises
    ------
    FormatError
        When there is none; the message names legends that lie beside the file.
    """
    if legend is not None:
        return legend
    beside = legend_path(path)
    if beside.is_file():
        return beside
    others = sorted(other.name for other in path.parent.glob("*.legend"))
    also = f" ({', '.join(others[:3])} lies beside it)" if others else ""
    raise FormatError(f"{path} has no legend {beside.name} beside it", f"give --legend{also}")


def legend_path(path: Path) -> Path:
    """Return the name of the legend that belongs to a .hapt file."""
    return path.with_name(path.name.removesuffix(".gz").removesuffix(".hapt") + ".legend")


def read_legend(path: Path) -> list[Record]:
    """Read ``id position a0 a1`` and, where there is one, ``contig``: a0 is REF, a1 is ALT.

    Without a column ``contig`` it is taken from ids such as ``1:1243896_C_T``; where the id
    tells none it is ``0``.

    Raises
    ------
    FormatError
        When a column is missing or a row is not as the header says.
    """
    read_head(path)
    with open_binary(path) as handle:
        try:
            lines = handle.read().decode("utf-8").splitlines()
        except UnicodeDecodeError:
            raise FormatError(f"{path} is no text", "give a legend: id position a0 a1") from None
    header = lines[0].split()
    missing = [name for name in _COLUMNS if name not in header]
    if missing:
        raise FormatError(
            f"{path} is no legend: its first line has no column '{missing[0]}'",
            "begin it with: id position a0 a1",
        )
    return list(_records(path, header, lines[1:]))


def _records(path: Path, header: list[str], lines: list[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 2):
        fields = line.split()
        if not fields:
            continue
        row = dict(zip(header, fields, strict=False))
        if len(fields) != len(header) or not row["position"].isdigit():
            raise FormatError(
                f"{path} line {number} is not: {' '.join(header)}", "correct or make it again"
            )
        contig = row.get("contig") or _contig(row["id"], row["position"])
        alts = () if row["a1"] == "." else (row["a1"],)
        yield Record(contig, int(row["position"]), row["id"], row["a0"], alts)


def _contig(name: str, position: str) -> str:
    match = _PLACE.match(name)
    return match["contig"] if match and match["position"] == position else UNKNOWN_CONTIG


def legend_text(sites: Sites) -> str:
    """Return a legend; it has a column ``contig`` only where ids do not tell it."""
    names = [
        f"{contig}:{position}_{ref}_{alt}" if name == "." else name
        for name, (contig, position, ref, alt) in zip(sites.id, sites.keys(), strict=True)
    ]
    told = all(
        _contig(name, str(position)) == contig
        for name, position, contig in zip(names, sites.position, sites.contig, strict=True)
    )
    lines = [" ".join([*_COLUMNS, *([] if told else ["contig"])])]
    for j, name in enumerate(names):
        fields = [name, str(sites.position[j]), sites.ref[j], sites.alt[j]]
        lines.append(" ".join([*fields, *([] if told else [sites.contig[j]])]))
    return "\n".join(lines) + "\n"
