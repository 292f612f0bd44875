"""Records of VCF and BCF through htslib: read, and written.

BCF follows its specification, version 2.2
(https://samtools.github.io/hts-specs/BCFv2_qref.pdf).
"""

from __future__ import annotations

import collections
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.errors import FormatError
from imaginome.formats.calls import Collector
from imaginome.formats.headers import AC, AF, AN, GT, PASS, Header, read_header
from imaginome.formats.options import ReadOptions
from imaginome.formats.records import Record, Tally
from imaginome.formats.regions import RegionSet
from imaginome.formats.source import is_bgzf, open_binary, refuse_cut_bgzf
from imaginome.panel import Panel

# -- Reading, through htslib (cyvcf2) --------------------------------------------------------------


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


# -- Panels as the bytes of records ----------------------------------------------------------------


_CHUNK = 256
# The text of the genotypes 0|0, 0|1, 1|0 and 1|1 with the tab before them, as one number each.
_TEXT = np.frombuffer(b"\t0|0\t0|1\t1|0\t1|1", dtype=np.uint32)
# The same in BCF: (allele + 1) * 2, and the phase bit on the second allele.
_BINARY = np.frombuffer(bytes([2, 3, 2, 5, 4, 3, 4, 5]), dtype=np.uint16)
_MISSING_FLOAT = 0x7F800001
_INT8, _INT32, _FLOAT, _CHAR = 1, 3, 5, 7


def _chunks(
    panel: Panel, table: npt.NDArray[np.generic]
) -> Iterator[tuple[int, int, npt.NDArray[np.generic]]]:
    """Yield site, its ALT count and its genotypes translated by `table`."""
    for start in range(0, panel.n_sites, _CHUNK):
        part = panel.haplotypes[:, start : start + _CHUNK]
        counts = part.sum(axis=0, dtype=np.int64).tolist()
        codes = np.ascontiguousarray((2 * part[0::2] + part[1::2]).T)
        for offset, count in enumerate(counts):
            yield start + offset, count, table[codes[offset]]


def vcf_records(panel: Panel) -> Iterator[bytes]:
    """Yield the text of each record."""
    sites = panel.sites
    n = panel.n_haplotypes
    for j, count, genotypes in _chunks(panel, _TEXT):
        # Rounded as BCF rounds it, so that both files say the same.
        frequency = f"{np.float32(count / n):.6g}"
        front = (
            f"{sites.contig[j]}\t{sites.position[j]}\t{sites.id[j]}\t{sites.ref[j]}\t"
            f"{sites.alt[j]}\t.\tPASS\tAC={count};AN={n};AF={frequency}\tGT"
        )
        if sites.alt[j] == ".":
            front = front.replace(f"AC={count};", "").replace(f";AF={frequency}", "")
        yield front.encode() + genotypes.tobytes() + b"\n"


def bcf_records(panel: Panel) -> Iterator[bytes]:
    """Yield the bytes of each record."""
    contig_number = {contig: i for i, contig in enumerate(panel.sites.contigs())}
    describe = bytes([0x10 | _INT8, GT, 0x20 | _INT8])
    for j, count, genotypes in _chunks(panel, _BINARY):
        shared = _shared(panel, j, count, contig_number[panel.sites.contig[j]])
        individual = describe + genotypes.tobytes()
        yield struct.pack("<2I", len(shared), len(individual)) + shared + individual


def _shared(panel: Panel, j: int, count: int, contig: int) -> bytes:
    """Return everything of a record but the genotypes."""
    sites, n = panel.sites, panel.n_haplotypes
    alleles = [sites.ref[j]] + ([] if sites.alt[j] == "." else [sites.alt[j]])
    info = [_key(AN) + _integer(n)]
    if len(alleles) > 1:
        frequency = bytes([0x10 | _FLOAT]) + struct.pack("<f", count / n)
        info = [_key(AC) + _integer(count), info[0], _key(AF) + frequency]
    fixed = struct.pack(
        "<3i3I",
        contig,
        int(sites.position[j]) - 1,
        len(sites.ref[j]),
        _MISSING_FLOAT,
        len(alleles) << 16 | len(info),
        1 << 24 | panel.n_individuals,
    )
    name = "" if sites.id[j] == "." else sites.id[j]
    passed = bytes([0x10 | _INT8, PASS])
    return fixed + b"".join([*map(_string, [name, *alleles]), passed, *info])


def _key(number: int) -> bytes:
    return bytes([0x10 | _INT8, number])


def _integer(value: int) -> bytes:
    return bytes([0x10 | _INT32]) + struct.pack("<i", value)


def _string(text: str) -> bytes:
    data = text.encode()
    if len(data) < 15:
        return bytes([len(data) << 4 | _CHAR]) + data
    return bytes([0xF0 | _CHAR]) + _integer(len(data)) + data
