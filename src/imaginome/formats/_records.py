"""Panels as the bytes of VCF and BCF records, a chunk of sites at a time.

BCF after its specification, version 2.2 (https://samtools.github.io/hts-specs/BCFv2_qref.pdf).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from imaginome.formats._header_write import AC, AF, AN, GT, PASS
from imaginome.panel import Panel

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
