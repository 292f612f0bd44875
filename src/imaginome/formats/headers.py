"""Headers of VCF and BCF: what is read from them, and what is written."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import imaginome
from imaginome.errors import FormatError, PanelError
from imaginome.formats.source import open_binary
from imaginome.panel import Panel, Samples, strings

# -- The header of a VCF or BCF --------------------------------------------------------------------


BCF_MAGIC = b"BCF\x02"
_COLUMNS = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
_FIELD = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^,">]*))')
_ESCAPED = re.compile(r"\\(.)")
_LIMIT = 1 << 30


@dataclass
class Header:
    """What a header says.

    Attributes
    ----------
    samples
        Names in the order of the columns.
    contigs
        Contigs that it declares; a header need not declare any.
    labels
        Sample to label name (lower case) to value, from ``##SAMPLE`` lines.
    lines
        Number of header lines.
    """

    samples: list[str]
    contigs: list[str] = field(default_factory=list)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: int = 0

    def people(self) -> Samples:
        """Return the samples with such labels as the header gives them."""
        columns = {}
        for name in Samples.LABELS:
            values = [self.labels.get(sample, {}).get(name, "") for sample in self.samples]
            if any(values):
                columns[name] = strings(values)
        return Samples(strings(self.samples), **columns)


def read_header(path: Path) -> Header:
    """Read the header of a VCF or BCF, compressed or not.

    Raises
    ------
    FormatError
        When the header has no end, no genotype columns, or is damaged.
    PanelError
        When a sample is in it twice.
    """
    try:
        lines = _header_lines(path)
    except UnicodeDecodeError:
        raise FormatError(f"{path} has a header that is no text", "make the file again") from None
    if not lines or not lines[-1].startswith("#CHROM"):
        raise FormatError(f"{path} has no #CHROM line at the end of its header", "make it again")
    columns = lines[-1].split("\t")
    if len(columns) <= len(_COLUMNS) or columns[: len(_COLUMNS)] != _COLUMNS:
        raise FormatError(f"{path} has no genotypes: its #CHROM line names no sample")
    header = Header(columns[len(_COLUMNS) :], lines=len(lines))
    if len(set(header.samples)) < len(header.samples):
        twice = next(s for s in header.samples if header.samples.count(s) > 1)
        raise PanelError(f"{path}: sample '{twice}' is there twice", "rename or drop one of them")
    for line in lines:
        _take_line(header, line)
    return header


def _take_line(header: Header, line: str) -> None:
    kind, _, rest = line.partition("=<")
    if kind not in ("##contig", "##SAMPLE"):
        return
    fields = {
        m[1]: m[3] if m[2] is None else _ESCAPED.sub(r"\1", m[2]) for m in _FIELD.finditer(rest)
    }
    if kind == "##contig" and "ID" in fields:
        header.contigs.append(fields["ID"])
    elif "ID" in fields:
        header.labels[fields["ID"]] = {name.lower(): value for name, value in fields.items()}


def _header_lines(path: Path) -> list[str]:
    with open_binary(path) as handle:
        start = handle.read(4)
        if start == BCF_MAGIC:
            size = struct.unpack("<xI", handle.read(5).rjust(5, b"\xff"))[0]
            text = handle.read(size) if size < _LIMIT else b""
            if len(text) < size or size >= _LIMIT:
                raise FormatError(f"{path} ends within its header", "fetch or make it again")
            return text.rstrip(b"\0\n").decode("utf-8").split("\n")
        lines = [start + handle.readline()]
        while lines[-1].startswith(b"##"):
            lines.append(handle.readline())
    return [line.decode("utf-8").rstrip("\r\n") for line in lines]


# -- The header of a file that we write ------------------------------------------------------------


# In this order they are numbers 0 to 4 of the BCF dictionary of strings.
_FIELDS = (
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##INFO=<ID=AC,Number=A,Type=Integer,Description="Count of ALT alleles">',
    '##INFO=<ID=AN,Number=1,Type=Integer,Description="Count of all alleles">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency of ALT alleles">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Phased genotype">',
)
PASS, AC, AN, AF, GT = range(5)
_COLUMN_LINE = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"


def header_text(panel: Panel, notes: Sequence[str]) -> str:
    """Return the header of a panel; nothing in it depends on the time or the machine.

    Parameters
    ----------
    panel
        Gives contigs, samples and their labels (``##SAMPLE`` lines).
    notes
        Each becomes a line ``##imaginome_artificial=...``.
    """
    lines = ["##fileformat=VCFv4.3", _FIELDS[0]]
    lines += [f"##source=imaginome {imaginome.__version__}"]
    lines += [f"##imaginome_artificial={' '.join(note.split())}" for note in notes]
    lines += [f"##contig=<ID={contig}>" for contig in panel.sites.contigs()]
    lines += [*_FIELDS[1:], *_sample_lines(panel.samples)]
    lines.append("\t".join([_COLUMN_LINE, *panel.samples.id]))
    return "\n".join(lines) + "\n"


def _sample_lines(samples: Samples) -> list[str]:
    columns = {name: getattr(samples, name) for name in Samples.LABELS}
    known = {name.capitalize(): column for name, column in columns.items() if column is not None}
    lines = []
    for i, sample in enumerate(samples.id):
        labels = [f'{name}="{_quoted(column[i])}"' for name, column in known.items() if column[i]]
        if labels:
            lines.append(f"##SAMPLE=<{','.join([f'ID={sample}', *labels])}>")
    return lines


def _quoted(label: str) -> str:
    """Escape what would end a quoted value, as VCF asks."""
    return label.replace("\\", "\\\\").replace('"', '\\"')
