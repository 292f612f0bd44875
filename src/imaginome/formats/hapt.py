"""Hapt: haplotypes as rows of text, sites in a legend beside it (Yelmen et al. 2021)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imaginome.errors import FormatError
from imaginome.formats._bgzf import BgzfWriter
from imaginome.formats._collect import Collector
from imaginome.formats._hapt_rows import individual_names, read_rows
from imaginome.formats._legend import find_legend, legend_path, legend_text, read_legend
from imaginome.formats._rules import Record
from imaginome.formats.base import Format
from imaginome.formats.options import ReadOptions, Tally
from imaginome.formats.regions import RegionSet
from imaginome.outputs import atomic_file
from imaginome.panel import Haplotypes, Panel, Samples, haplotype_rows, strings

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
