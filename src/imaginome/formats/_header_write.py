"""The header that our VCF and BCF files begin with."""

from __future__ import annotations

from collections.abc import Sequence

import imaginome
from imaginome.panel import Panel, Samples

# In this order they are numbers 0 to 4 of the BCF dictionary of strings.
_FIELDS = (
    '##FILTER=<ID=PASS,Description="All filters passed">',
    '##INFO=<ID=AC,Number=A,Type=Integer,Description="Count of ALT alleles">',
    '##INFO=<ID=AN,Number=1,Type=Integer,Description="Count of all alleles">',
    '##INFO=<ID=AF,Number=A,Type=Float,Description="Frequency of ALT alleles">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Phased genotype">',
)
PASS, AC, AN, AF, GT = range(5)
_COLUMNS = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"


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
    lines.append("\t".join([_COLUMNS, *panel.samples.id]))
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
