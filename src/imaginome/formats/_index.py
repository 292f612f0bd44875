"""Indexes of what we write, made by htslib (pysam)."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Literal, cast

from imaginome.errors import FormatError, OutputError
from imaginome.formats._source import refuse_cut_bgzf


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
    except FormatError:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
    except OSError as error:
        if error.errno:
            raise
        raise OutputError(f"{path.name} cannot be indexed ({error})", "write plain .vcf") from None
