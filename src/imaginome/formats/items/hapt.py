"""The .hapt format: haplotypes as rows of text, with a legend of the sites beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imaginome.errors import FormatError
from imaginome.formats.base import Format
from imaginome.formats.bgzf import BgzfWriter
from imaginome.formats.calls import Collector
from imaginome.formats.legend import find_legend, legend_path, legend_text, read_legend
from imaginome.formats.options import ReadOptions
from imaginome.formats.records import Record, Tally
from imaginome.formats.regions import RegionSet
from imaginome.formats.source import open_binary
from imaginome.outputs import atomic_file
from imaginome.panel import Haplotypes, Panel, Samples, haplotype_rows, strings

# -- The format ------------------------------------------------------------------------------------


_ROW = re.compile(rb"^[^\s#]+\s+\S+(\s+[01]){2,}\s")


class Hapt(Format):
    """Rows ``group id 0 1 0 ...``: two consecutive rows are an individual.

    The group is not used. Ids ``NAME_A`` and ``NAME_B`` make the individual ``NAME``; rows
    without these ends, as in artificial sets (``AG0``, ``AG1``), are paired as they follow each
    other and the individual is called by the first (``AG0``).
    """

    id = "hapt"
    description = "text rows of haplotypes with a .legend; written as .hapt.gz and .legend"
    suffixes = (".hapt.gz", ".hapt")

    @staticmethod
    def legend_beside(path: Path) -> Path:
        """Return where the legend of `path` lies unless another is given."""
        return legend_path(path)

    def sniff(self, path: Path, head: bytes) -> bool:
        """Return whether the name says so, or the first row looks like it."""
        return path.name.endswith(self.suffixes) or _ROW.match(head[:1000]) is not None

    def read(self, path: Path, options: ReadOptions, tally: Tally) -> Panel:
        """Read haplotypes and legend; see `Format.read`."""
        records = read_legend(find_legend(path, Path(options.legend) if options.legend else None))
        if not records:
            raise FormatError(f"the legend of {path} has no sites", "make it again")
        names, haplotypes = read_rows(path, len(records))
        samples = Samples(strings(individual_names(path, names)))
        tally.add("records read", len(records))
        if options.samples:
            everyone = len(samples)
            rows = samples.indices(list(options.samples))
            samples, haplotypes = samples.take(rows), haplotypes[haplotype_rows(rows)]
            tally.add("samples not asked for", everyone - len(samples))
        columns = _inside(path, records, options, tally)
        collector = Collector(path, samples, options)
        _offer(collector, records, columns, haplotypes)
        return collector.finish(tally)

    def write(self, panel: Panel, path: Path, notes: Sequence[str], *, force: bool) -> None:
        """Write rows and legend; the group is ``AG`` where there are notes, else ``Real``."""
        group = "AG" if notes else "Real"
        legend = legend_path(path)
        with (
            atomic_file(legend, force=force) as temporary_legend,
            atomic_file(path, force=force) as temporary,
        ):
            temporary_legend.write_text(legend_text(panel.sites), encoding="utf-8")
            with BgzfWriter(temporary) if path.suffix == ".gz" else temporary.open("wb") as out:
                for i, name in enumerate(panel.samples.id):
                    for row, end in ((2 * i, "A"), (2 * i + 1, "B")):
                        out.write(f"{group} {name}_{end}".encode())
                        out.write(_DIGITS[panel.haplotypes[row]].tobytes() + b"\n")


_DIGITS = np.frombuffer(b" 0 1", dtype=np.uint16)


def _inside(path: Path, records: list[Record], options: ReadOptions, tally: Tally) -> list[int]:
    """Return the columns within the regions."""
    regions = RegionSet(options.regions)
    if not regions:
        return list(range(len(records)))
    columns = [
        j
        for j, record in enumerate(records)
        if regions.overlaps(record.contig, record.position, record.position + len(record.ref) - 1)
    ]
    if not columns:
        raise regions.nothing_found(path, [record.contig for record in records])
    tally.add("records outside of the regions", len(records) - len(columns))
    return columns


def _offer(
    collector: Collector, records: list[Record], columns: list[int], haplotypes: Haplotypes
) -> None:
    for start in range(0, len(columns), 256):
        part = columns[start : start + 256]
        # Sites become rows a block at a time: reading single columns would miss the cache.
        rows = np.ascontiguousarray(haplotypes[:, part].T)
        for j, row in zip(part, rows, strict=True):
            collector.offer_row(records[j], row)


ITEM = Hapt


# -- The rows of a file: names and haplotypes ------------------------------------------------------


_ENDS = ("_A", "_B")


def read_rows(path: Path, n_sites: int) -> tuple[list[str], Haplotypes]:
    """Read all rows ``group id 0 1 0 ...``.

    Parameters
    ----------
    path
        The file, plain or gzip.
    n_sites
        Number of values that the legend asks of each row.

    Returns
    -------
    tuple
        The ids, and ``uint8`` of shape ``(n_rows, n_sites)``.

    Raises
    ------
    FormatError
        When a row has another length, or a value other than 0 and 1.
    """
    names: list[str] = []
    rows: list[Haplotypes] = []
    with open_binary(path) as handle:
        for number, line in enumerate(handle, 1):
            fields = line.split(None, 2)
            if not fields:
                continue
            where = f"{path} line {number}"
            if len(fields) < 3:
                raise FormatError(f"{where} has no haplotype", "write: group id 0 1 0 ...")
            names.append(_name(fields[1], where))
            rows.append(_values(fields[2], n_sites, where))
    if not rows:
        raise FormatError(f"{path} has no rows", "make or fetch the file again")
    return names, np.array(rows)


def _name(field: bytes, where: str) -> str:
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(f"{where} is no text", "write: group id 0 1 0 ...") from None


def _values(text: bytes, n_sites: int, where: str) -> Haplotypes:
    """Parse ``0 1 0``: the usual case, one character and one blank each, without splitting."""
    text = text.rstrip()
    data = np.frombuffer(text, dtype=np.uint8)
    if len(data) == 2 * n_sites - 1:
        values, blanks = data[0::2] - ord("0"), data[1::2]
        if (values <= 1).all() and ((blanks == ord(" ")) | (blanks == ord("\t"))).all():
            return values
    raise _explain(text.split(), n_sites, where)


def _explain(values: list[bytes], n_sites: int, where: str) -> FormatError:
    bad = next((j for j, value in enumerate(values) if value not in (b"0", b"1")), None)
    if bad is not None:
        text = values[bad][:10].decode("utf-8", "replace")
        return FormatError(
            f"{where}, value {bad + 1} is '{text}'", "haplotypes are 0 (REF) or 1 (ALT)"
        )
    if len(values) == n_sites:
        return FormatError(f"{where} has more than one blank between values", "use one")
    return FormatError(
        f"{where} has {len(values)} values, the legend has {n_sites} sites",
        "give the legend of this file with --legend",
    )


def individual_names(path: Path, rows: list[str]) -> list[str]:
    """Return the name of each pair of rows; see `Hapt` for the rule.

    Raises
    ------
    FormatError
        When the number of rows is odd or the ends ``_A`` and ``_B`` do not pair up.
    """
    if len(rows) % 2:
        raise FormatError(
            f"{path} has {len(rows)} rows, the last one has no partner",
            "two consecutive rows make an individual: add or remove one",
        )
    names = []
    for first, second in zip(rows[0::2], rows[1::2], strict=True):
        name = first.removesuffix("_A")
        if name != first and second == f"{name}_B":
            names.append(name)
        elif not first.endswith(_ENDS) and not second.endswith(_ENDS):
            names.append(first)
        else:
            raise FormatError(
                f"{path}: rows '{first}' and '{second}' are no pair",
                "call them NAME_A and NAME_B, one after the other",
            )
    return names
