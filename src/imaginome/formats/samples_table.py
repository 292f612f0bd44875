"""The table of samples: a TSV with labels of the people in a panel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imaginome.errors import PanelError
from imaginome.panel import Samples, Strings, strings

IDENTIFIERS = ("sample", "IID")
"""Names of the column of sample ids; the second is that of plink2."""
PLAIN = tuple(name for name in Samples.LABELS if name != "phenotype")
"""Labels that are read wherever the table has them; a phenotype is only read when asked for."""
NOTHING = "NONE"
"""How plink2 writes an unknown category: read as ``""`` for every label."""
UNKNOWN = frozenset({"", ".", "NA", "NaN", "nan", NOTHING})
"""Values of a phenotype that stand for not knowing it: read as ``""``."""
MOST_PHENOTYPES = 20
"""A column of more different values is no category but a measurement."""


@dataclass(frozen=True)
class SamplesTable:
    """A table of samples that was read.

    Attributes
    ----------
    path
        Where it lies, for messages.
    rows
        Sample to its labels; only columns that are there.
    phenotype
        The column that was read as phenotype, or None.
    """

    path: Path
    rows: dict[str, dict[str, str]]
    phenotype: str | None = None

    def label(self, samples: Samples) -> Samples:
        """Return the samples with the labels of the table, and no others.

        Raises
        ------
        PanelError
            When a sample is in no row.
        """
        missing = [sample for sample in samples.id if sample not in self.rows]
        if missing:
            raise PanelError(
                f"sample '{missing[0]}' of the panel ({len(missing)} in all) is in no row of "
                f"{self.path}",
                "add it to the table or leave it out with -s/-S",
            )
        rows = [self.rows[sample] for sample in samples.id]
        columns = {
            name: strings([row[name] for row in rows]) for name in Samples.LABELS if name in rows[0]
        }
        return Samples(samples.id, **columns)


def read_samples_table(path: str | Path, phenotype: str | None = None) -> SamplesTable:
    """Read a TSV with a header ``sample`` and any of population, superpopulation, sex, family.

    Parameters
    ----------
    path
        The table; the column ``sample`` may also be called ``IID``. Further columns are ignored.
    phenotype
        The column to read as phenotype; None reads none, not even one of that name.

    Raises
    ------
    PanelError
        When the table cannot be read, has no column of samples or no such phenotype, a column
        that is read twice, a ragged row, or a sample twice.
    """
    lines = _lines(Path(path))
    header = [name.strip() for name in lines[0].lstrip("#").split("\t")] if lines else []
    key = _key(header, path, phenotype)
    plain = [name for name in PLAIN if name in header]
    rows: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        row = _row(line, header, f"{path} line {number}")
        sample = row[key]
        if sample in rows:
            raise PanelError(f"{path} line {number}: sample '{sample}' is there twice", "keep one")
        rows[sample] = {name: "" if row[name] == NOTHING else row[name] for name in plain}
        if phenotype is not None:
            rows[sample]["phenotype"] = "" if row[phenotype] in UNKNOWN else row[phenotype]
    return SamplesTable(Path(path), rows, phenotype)


def check_phenotype(column: Strings, name: str) -> None:
    """Raise for a phenotype that cannot be learned: constant, or a measurement.

    Parameters
    ----------
    column
        Phenotype of each individual, ``""`` where unknown.
    name
        What it is called, for the message.

    Raises
    ------
    PanelError
        With fewer than two different values, or more than `MOST_PHENOTYPES`.
    """
    values = sorted(set(column) - {""})
    if len(values) < 2:
        content = f"one value only ('{values[0]}')" if values else "no known value"
        raise PanelError(
            f"phenotype '{name}' has {content} in the panel", "it needs two values or more"
        )
    if len(values) > MOST_PHENOTYPES:
        raise PanelError(
            f"phenotype '{name}' has {len(values)} different values in the panel",
            f"it must be categorical: make at most {MOST_PHENOTYPES} groups of it, for example "
            "low, middle and high",
        )


def samples_table_text(samples: Samples) -> str:
    """Return the samples and their labels as a table that plink2 and `read_samples_table` read.

    The header begins with ``FID`` (always 0: none) and ``IID``. An unknown label is ``NONE``,
    or ``NA`` in a column of numbers: what plink2 takes for missing; spaces become ``_``, since
    plink2 would begin a column there. Labels that nobody has are left out.
    """
    columns = {"FID": ["0"] * len(samples), "IID": list(samples.id)}
    for name in Samples.LABELS:
        column = getattr(samples, name)
        if column is not None:
            columns[name] = _known(list(column))
    lines = [list(columns), *(list(row) for row in zip(*columns.values(), strict=True))]
    return "".join("\t".join(line) + "\n" for line in lines)


def has_labels(samples: Samples) -> bool:
    """Return whether anything is known of the samples but their ids."""
    return any(getattr(samples, name) is not None for name in Samples.LABELS)


def _known(column: list[str]) -> list[str]:
    nothing = "NA" if all(_is_number(value) for value in column if value) else NOTHING
    return ["_".join(value.split()) or nothing for value in column]


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _key(header: list[str], path: str | Path, phenotype: str | None) -> str:
    """Return the column of sample ids, and check that what is read has one column each."""
    id_columns = [name for name in IDENTIFIERS if name in header]
    if not id_columns:
        raise PanelError(
            f"{path} has no column 'sample' in its header ({', '.join(header) or 'empty'})",
            "begin the tab-separated table with: sample, population, superpopulation, sex, family",
        )
    read = (id_columns[0], *PLAIN, phenotype)
    twice = [name for name in read if name is not None and header.count(name) > 1]
    if twice:
        raise PanelError(f"{path} has two columns '{twice[0]}'", "rename or drop one of them")
    if phenotype is not None and phenotype not in header:
        others = ", ".join(name for name in header if name != id_columns[0]) or "none"
        raise PanelError(
            f"{path} has no column '{phenotype}' to read as phenotype", f"its columns are: {others}"
        )
    return id_columns[0]


def _row(line: str, header: list[str], where: str) -> dict[str, str]:
    fields = line.split("\t")
    if len(fields) != len(header):
        raise PanelError(
            f"{where} has {len(fields)} columns, the header has {len(header)}",
            "separate every value by one tab",
        )
    return {name: field.strip() for name, field in zip(header, fields, strict=True)}


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise PanelError(
            f"{path} cannot be read ({error.strerror})", "give a table of samples"
        ) from None
    except UnicodeDecodeError:
        raise PanelError(f"{path} is no text", "give a tab-separated table") from None
