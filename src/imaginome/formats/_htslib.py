"""Read VCF and BCF through htslib (cyvcf2)."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from imaginome.errors import FormatError
from imaginome.formats._collect import Collector
from imaginome.formats._header_read import Header, read_header
from imaginome.formats._rules import Record
from imaginome.formats._source import is_bgzf, open_binary, refuse_cut_bgzf
from imaginome.formats.options import ReadOptions, Tally
from imaginome.formats.regions import RegionSet
from imaginome.panel import Panel

_AGAIN = "check the file with bcftools view, or make it again"


def read_htslib(path: Path, options: ReadOptions, tally: Tally, *, text: bool) -> Panel:
    """Read a VCF (`text`) or BCF into a panel that may be without sites.

    Regions take the index where there is one beside the file; without, the whole file is read
    and records outside of the regions are left out.

    Raises
    ------
    FormatError, PanelError
        As `Format.read`.
    """
    header = read_header(path)
    blocked = is_bgzf(path)
    if blocked:
        refuse_cut_bgzf(path)
    regions = RegionSet(options.regions)
    index = _index(path) if regions and blocked else None
    if text and index is None:
        _check_rows(path, header)
    return _Reading(path, header, options, regions, index).panel(tally)


def _index(path: Path) -> Path | None:
    candidates = (Path(f"{path}{suffix}") for suffix in (".csi", ".tbi"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def _check_rows(path: Path, header: Header) -> None:
    """Read a text file to its end: damaged compression and rows of the wrong length.

    htslib stops at rows that are too short without saying where, cuts those too long, and makes
    of a blank line a record that ends the program.
    """
    tabs = 8 + len(header.samples)
    rows = 0
    with open_binary(path) as handle:
        for number, line in enumerate(handle, 1):
            if number <= header.lines:
                continue
            rows += 1
            if not line.strip() or line.count(b"\t") != tabs:
                # Damaged compression garbles rows before it shows: look for it first.
                collections.deque(handle, maxlen=0)
                raise _bad_row(f"{path} line {number}", line, tabs + 1)
    if not rows:
        raise no_sites(path)


def _bad_row(where: str, line: bytes, expected: int) -> FormatError:
    if not line.strip():
        return FormatError(f"{where} is blank", "take blank lines out, or make the file again")
    columns = line.count(b"\t") + 1
    return FormatError(
        f"{where} has {columns} columns, the header has {expected}",
        "the row or the file is cut off, or samples are missing: make it again",
    )


def no_sites(path: Path) -> FormatError:
    """Return the error for a file that ends after its header."""
    return FormatError(f"{path} has a header but no sites", "make or fetch the file again")


class _Reading:
    """One pass over one file."""

    def __init__(
        self,
        path: Path,
        header: Header,
        options: ReadOptions,
        regions: RegionSet,
        index: Path | None,
    ) -> None:
        self._path = path
        self._regions = regions
        self._index = index
        people = header.people()
        self._rows: np.ndarray[Any, Any] | None = None
        if options.samples:
            self._rows = people.indices(list(options.samples))
            people = people.take(self._rows)
        self._everyone = len(header.samples)
        self._people = people
        self._collector = Collector(path, people, options)
        self._read = 0
        self._outside = 0
        self._last = "the header"
        self._contigs: dict[str, None] = {}

    def panel(self, tally: Tally) -> Panel:
        for variant in self._variants():
            self._take(variant)
        if not self._read:
            raise self._nothing()
        tally.add("records read", self._read)
        tally.add("records outside of the regions", self._outside)
        if self._outside == self._read:
            raise self._nothing()
        panel = self._collector.finish(tally)
        tally.add("samples not asked for", self._everyone - len(self._people))
        return panel

    def _nothing(self) -> Exception:
        if self._regions:
            return self._regions.nothing_found(self._path, self._contigs)
        return no_sites(self._path)

    def _take(self, variant: Any) -> None:
        self._read += 1
        contig, position = variant.CHROM, variant.POS
        self._contigs[contig] = None
        if self._regions and not self._regions.overlaps(contig, position, variant.end):
            self._outside += 1
            return
        record = Record(contig, position, variant.ID or ".", variant.REF, tuple(variant.ALT))
        self._last = record.place()
        calls = self._calls(variant, record)
        self._collector.offer(record, calls if self._rows is None else calls[self._rows])

    def _calls(self, variant: Any, record: Record) -> Any:
        try:
            calls = variant.genotype.array()
        except Exception:
            # cyvcf2 raises a bare Exception for a record without GT.
            calls = None
        if calls is None:
            raise FormatError(f"{self._path}: {record.place()} has no genotypes (GT)", _AGAIN)
        return calls

    def _variants(self) -> Iterator[Any]:
        """Yield records; every failure of htslib becomes a `FormatError` that says where."""
        from cyvcf2 import VCF

        quiet_htslib()
        try:
            reader = VCF(str(self._path), gts012=False)
            yield from reader if self._index is None else self._indexed(reader)
        except FormatError:
            raise
        except Exception as error:
            # cyvcf2 raises bare Exceptions, with htslib's code as their only content.
            detail = f" ({error})" if isinstance(error, OSError) else ""
            raise FormatError(
                f"{self._path} cannot be read beyond {self._last}{detail}", _AGAIN
            ) from None

    def _indexed(self, reader: Any) -> Iterator[Any]:
        """Yield the records of the regions, in the file's order, each once."""
        reader.set_index(str(self._index))
        for contig in reader.seqnames:
            self._contigs[contig] = None
            done = 0
            for first, last in self._regions.spans(contig):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    for variant in reader(f"{contig}:{first}-{last}"):
                        # A long record reaches into several regions: only the first counts.
                        if done == 0 or done < variant.POS:
                            yield variant
                done = last


def quiet_htslib() -> None:
    """Keep htslib from printing: what goes wrong is told by our own errors."""
    import cyvcf2.cyvcf2 as library

    silence = getattr(library, "set_htslib_log_level", None)
    if silence is not None:
        silence(0)
