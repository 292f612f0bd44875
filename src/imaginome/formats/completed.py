"""Write completed people as VCF: genotypes with dosages, in the fields that Minimac4 writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

import imaginome
from imaginome.arrays import Bools, Float32s, Int64s, UInt8s
from imaginome.errors import OutputError
from imaginome.formats.bgzf import BgzfWriter, write_index
from imaginome.formats.records import check_order
from imaginome.outputs import atomic_file
from imaginome.panel import Panel

SUFFIXES = (".vcf.gz", ".vcf.bgz", ".vcf")
_FIELDS = (
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency of ALT alleles by dosage">',
    '##INFO=<ID=R2,Number=1,Type=Float,Description="Estimated squared correlation of imputed and '
    'true alleles">',
    '##INFO=<ID=TYPED,Number=0,Type=Flag,Description="Observed site">',
    '##INFO=<ID=IMPUTED,Number=0,Type=Flag,Description="Site that the model completed">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Phased genotype">',
    '##FORMAT=<ID=DS,Number=1,Type=Float,Description="Expected number of ALT alleles">',
    '##FORMAT=<ID=HDS,Number=2,Type=Float,Description="Expected number of ALT alleles of each '
    'haplotype">',
)
_COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
_PERSON = b"\t0|0:0.000:0.000,0.000"
_GT, _DS, _HDS = (1, 3), 5, (11, 17)
"""Where the alleles and the numbers of a person begin."""


def check_suffix(path: Path) -> None:
    """Raise unless the name of the output is that of a VCF.

    Raises
    ------
    OutputError
        Naming the suffixes.
    """
    if not path.name.endswith(SUFFIXES):
        raise OutputError(
            f"{path}: completed people are written as VCF",
            "end the name with .vcf.gz or .vcf; `bcftools view -Ob` makes BCF of it",
        )


def write_completed(
    panel: Panel,
    dosages: Float32s,
    observed: Bools,
    path: Path,
    *,
    notes: Sequence[str] = (),
    force: bool = False,
) -> None:
    """Write completed people, whole or not at all; equal input gives equal bytes.

    Parameters
    ----------
    panel
        People, sites and genotypes (GT).
    dosages
        Expected ALT count of each allele, ``float32`` in 0 to 1, shape
        ``(n_haplotypes, n_sites)``; written with three decimals.
    observed
        Sites at which the people were known, ``bool``, shape ``(n_sites,)``.
    path
        ``.vcf.gz``, written with a ``.tbi`` index, or ``.vcf``.
    notes
        Lines ``##imaginome_completed=...`` of the header.
    force
        Replace what is there.

    Raises
    ------
    OutputError
        When the suffix is none of these, something is there, or the disk does not take it.
    """
    check_suffix(path)
    check_order(panel.sites, "the panel")
    header = _header(panel, notes).encode()
    if path.name.endswith(".vcf"):
        with atomic_file(path, force=force) as temporary, temporary.open("wb") as plain:
            plain.write(header)
            plain.writelines(_records(panel, dosages, observed))
        return
    with atomic_file(path, force=force, companions=(".tbi",)) as temporary:
        with BgzfWriter(temporary) as packed:
            packed.write(header)
            for record in _records(panel, dosages, observed):
                packed.write(record)
        write_index(temporary, "vcf", ".tbi")


def _header(panel: Panel, notes: Sequence[str]) -> str:
    """Return the header; nothing in it depends on the time or the machine."""
    lines = ["##fileformat=VCFv4.3", _FIELDS[0], f"##source=imaginome {imaginome.__version__}"]
    lines += [f"##imaginome_completed={' '.join(note.split())}" for note in notes]
    lines += [f"##contig=<ID={contig}>" for contig in panel.sites.contigs()]
    lines += [*_FIELDS[1:], "\t".join([_COLUMNS, *panel.samples.id])]
    return "\n".join(lines) + "\n"


def _records(panel: Panel, dosages: Float32s, observed: Bools) -> Iterator[bytes]:
    """Yield the text of each record."""
    sites = panel.sites
    text = np.tile(np.frombuffer(_PERSON, dtype=np.uint8), (panel.n_individuals, 1))
    for j in range(panel.n_sites):
        column = dosages[:, j]
        _write_people(text, panel.haplotypes[:, j], column)
        info = f"AF={column.mean(dtype=np.float64):.6g};R2={squared_correlation(column):.4g};"
        info += "TYPED" if observed[j] else "IMPUTED"
        front = (
            f"{sites.contig[j]}\t{sites.position[j]}\t{sites.id[j]}\t{sites.ref[j]}\t"
            f"{sites.alt[j]}\t.\tPASS\t{info}\tGT:DS:HDS"
        )
        yield front.encode() + text.tobytes() + b"\n"


def _write_people(
    text: UInt8s,
    alleles: UInt8s,
    dosages: Float32s,
) -> None:
    """Overwrite the genotypes and numbers of a site, one row a person."""
    thousandths = np.rint(dosages * 1000).astype(np.int64)
    for side in (0, 1):
        text[:, _GT[side]] = alleles[side::2] + ord("0")
        _write_number(text, _HDS[side], thousandths[side::2])
    _write_number(text, _DS, thousandths[0::2] + thousandths[1::2])


def _write_number(text: UInt8s, at: int, thousandths: Int64s) -> None:
    """Write ``d.ddd`` from column `at` on."""
    for place, unit in ((0, 1000), (2, 100), (3, 10), (4, 1)):
        text[:, at + place] = thousandths // unit % 10 + ord("0")


def squared_correlation(dosages: Float32s) -> float:
    """Return the estimated r2 of a site's expected alleles with the truth (Li et al. 2010).

    The variance of the expected alleles over that of alleles of the same frequency; 0 where the
    site does not vary.
    """
    p = dosages.mean(dtype=np.float64)
    spread = p * (1 - p)
    return float(min(dosages.var(dtype=np.float64) / spread, 1.0)) if spread > 1e-12 else 0.0
