"""Small VCF files, made by hand, for the tests of formats."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from imaginome.formats.bgzf import BgzfWriter

SAMPLES = ("ann", "ben", "cat")
META = (
    "##fileformat=VCFv4.2\n##contig=<ID=1>\n##contig=<ID=2>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
)

VcfWriter = Callable[..., Path]


def vcf_row(
    position: int | str,
    genotypes: str = "0|1 1|0 0|0",
    alleles: str = "A C",
    contig: str = "1",
    name: str = ".",
) -> str:
    """Return one record; `genotypes` and `alleles` are separated by blanks."""
    ref, alt = alleles.split()
    columns = [contig, position, name, ref, alt, ".", ".", ".", "GT", *genotypes.split()]
    return "\t".join(map(str, columns)) + "\n"


@pytest.fixture
def row() -> Callable[..., str]:
    return vcf_row


@pytest.fixture
def make_vcf(tmp_path: Path) -> VcfWriter:
    """Return a function that writes rows below a header, by the suffix of the name."""

    def make(
        rows: Sequence[str], name: str = "panel.vcf", samples: Sequence[str] = SAMPLES
    ) -> Path:
        columns = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
        text = META + "\t".join([*columns, *samples]) + "\n" + "".join(rows)
        path = tmp_path / name
        if name.endswith(".bgz") or name.endswith("bgzf.vcf.gz"):
            with BgzfWriter(path) as out:
                out.write(text.encode())
        elif name.endswith(".gz"):
            path.write_bytes(gzip.compress(text.encode()))
        else:
            path.write_text(text)
        return path

    return make
