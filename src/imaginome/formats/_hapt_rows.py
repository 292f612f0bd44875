"""The rows of a .hapt file: names and haplotypes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from imaginome.errors import FormatError
from imaginome.formats._source import open_binary
from imaginome.panel import Haplotypes

_ENDS = ("_A", "_B")


def read_rows(path: Path, n_sites: int) -> tuple[list[str], Haplotypes]:
    """Read all rows ``group id 0 1 0 ...``.

    Parameters
    ----------
    path
        The file, plain or gzip.
    n_sites
        Number of values that the legend asks of each row.

    Returns
    -------
    tuple
        The ids, and ``uint8`` of shape ``(n_rows, n_sites)``.

    Raises
    ------
    FormatError
        When a row has another length, or a value other than 0 and 1.
    """
    names: list[str] = []
    rows: list[Haplotypes] = []
    with open_binary(path) as handle:
        for number, line in enumerate(handle, 1):
            fields = line.split(None, 2)
            if not fields:
                continue
            where = f"{path} line {number}"
            if len(fields) < 3:
                raise FormatError(f"{where} has no haplotype", "write: group id 0 1 0 ...")
            names.append(_name(fields[1], where))
            rows.append(_values(fields[2], n_sites, where))
    if not rows:
        raise FormatError(f"{path} has no rows", "make or fetch the file again")
    return names, np.array(rows)


def _name(field: bytes, where: str) -> str:
    try:
        return field.decode("utf-8")
    except UnicodeDecodeError:
        raise FormatError(f"{where} is no text", "write: group id 0 1 0 ...") from None


def _values(text: bytes, n_sites: int, where: str) -> Haplotypes:
    """Parse ``0 1 0``: the usual case, one character and one blank each, without splitting."""
    text = text.rstrip()
    data = np.frombuffer(text, dtype=np.uint8)
    if len(data) == 2 * n_sites - 1:
        values, blanks = data[0::2] - ord("0"), data[1::2]
        if (values <= 1).all() and ((blanks == ord(" ")) | (blanks == ord("\t"))).all():
            return values
    raise _explain(text.split(), n_sites, where)


def _explain(values: list[bytes], n_sites: int, where: str) -> FormatError:
    bad = next((j for j, value in enumerate(values) if value not in (b"0", b"1")), None)
    if bad is not None:
        found = values[bad][:10].decode("utf-8", "replace")
        return FormatError(
            f"{where}, value {bad + 1} is '{found}'", "haplotypes are 0 (REF) or 1 (ALT)"
        )
    if len(values) == n_sites:
        return FormatError(f"{where} has more than one blank between values", "use one")
    return FormatError(
        f"{where} has {len(values)} values, the legend has {n_sites} sites",
        "give the legend of this file with --legend",
    )


def individual_names(path: Path, rows: list[str]) -> list[str]:
    """Return the name of each pair of rows; see `Hapt` for the rule.

    Raises
    ------
    FormatError
        When the number of rows is odd or the ends ``_A`` and ``_B`` do not pair up.
    """
    if len(rows) % 2:
        raise FormatError(
            f"{path} has {len(rows)} rows, the last one has no partner",
            "two consecutive rows make an individual: add or remove one",
        )
    names = []
    for first, second in zip(rows[0::2], rows[1::2], strict=True):
        name = first.removesuffix("_A")
        if name != first and second == f"{name}_B":
            names.append(name)
        elif not first.endswith(_ENDS) and not second.endswith(_ENDS):
            names.append(first)
        else:
            raise FormatError(
                f"{path}: rows '{first}' and '{second}' are no pair",
                "call them NAME_A and NAME_B, one after the other",
            )
    return names
