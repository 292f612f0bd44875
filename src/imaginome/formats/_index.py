"""Indexes of what we write, made by htslib (pysam)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, cast

from imaginome.errors import FormatError, OutputError
from imaginome.formats._source import refuse_cut_bgzf

_PROBE = 1 << 16


def write_index(path: Path, preset: Literal["vcf", "bcf"], suffix: str) -> None:
    """Write the index of a BGZF file beside it.

    Raises
    ------
    OSError
        When the disk does not take it.
    OutputError
        When htslib refuses the file.
    """
    import pysam

    pysam.set_verbosity(0)
    target = Path(f"{path}{suffix}")
    try:
        pysam.tabix_index(
            str(path), preset=cast(Any, preset), csi=suffix == ".csi", index=str(target), force=True
        )
        # htslib does not always report a full disk, but the last block tells.
        refuse_cut_bgzf(target)
    except (FormatError, OSError):
        # htslib does not say why: a write of our own does, if it is the disk.
        target.write_bytes(bytes(_PROBE))
        raise OutputError(
            "htslib cannot index the output", "positions above 2^29 fit .bcf, not .vcf.gz"
        ) from None
