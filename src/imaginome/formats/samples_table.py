"""The table of samples: a TSV with labels of the people in a panel."""

from __future__ import annotations

from pathlib import Path

from imaginome.errors import PanelError
from imaginome.panel import Samples, strings


def read_samples_table(path: str | Path) -> dict[str, dict[str, str]]:
    """Read a TSV with a header ``sample`` and any of population, superpopulation, sex, family.

    Parameters
    ----------
    path
        The table; further columns are ignored.

    Returns
    -------
    dict
        Sample to its labels; only columns that are there.

    Raises
    ------
    PanelError
        When the table cannot be read, has no column ``sample``, a ragged row, or a sample twice.
    """
    lines = _lines(Path(path))
    header = [name.strip() for name in lines[0].lstrip("#").split("\t")] if lines else []
    if "sample" not in header:
        raise PanelError(
            f"{path} has no column 'sample' in its header ({', '.join(header) or 'empty'})",
            "begin the tab-separated table with: sample, population, superpopulation, sex, family",
        )
    table: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        fields = line.split("\t")
        if len(fields) != len(header):
            raise PanelError(
                f"{path} line {number} has {len(fields)} columns, the header has {len(header)}",
                "separate every value by one tab",
            )
        row = {name: field.strip() for name, field in zip(header, fields, strict=True)}
        sample = row["sample"]
        if sample in table:
            raise PanelError(f"{path} line {number}: sample '{sample}' is there twice", "keep one")
        table[sample] = {name: row[name] for name in Samples.LABELS if name in row}
    return table


def label_samples(samples: Samples, path: str | Path) -> Samples:
    """Return the samples with the labels of a table.

    Raises
    ------
    PanelError
        As `read_samples_table`, and when a sample of the panel is in no row.
    """
    table = read_samples_table(path)
    missing = [sample for sample in samples.id if sample not in table]
    if missing:
        raise PanelError(
            f"sample '{missing[0]}' of the panel ({len(missing)} in all) is in no row of {path}",
            "add it to the table or leave it out with -s/-S",
        )
    rows = [table[sample] for sample in samples.id]
    columns = {
        name: strings([row[name] for row in rows]) for name in Samples.LABELS if name in rows[0]
    }
    return Samples(samples.id, **columns)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise PanelError(
            f"{path} cannot be read ({error.strerror})", "give a table of samples"
        ) from None
    except UnicodeDecodeError:
        raise PanelError(f"{path} is no text", "give a tab-separated table") from None
