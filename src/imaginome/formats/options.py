"""How a panel is read: which sites and people of a file, with which labels, by which rules."""

import gzip
import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from imaginome.errors import SettingsError, errors_of_files
from imaginome.options import Option, decisive, declared

PANEL = "Reading the panel"
"""The heading of these options in a help."""
Region = tuple[str, int, int]
END = 2**31 - 1
_REGION = re.compile(r"^(?P<contig>.+?)(:(?P<first>\d+)(?P<dash>-(?P<last>\d+)?)?)?$")

_Option = partial(Option, panel=PANEL)


# -- Regions and samples as bcftools spells them ---------------------------------------------------


def parse_region(text: str) -> Region:
    """Return the region of ``chr1``, ``chr1:5`` (one base), ``chr1:5-`` or ``chr1:5-90``.

    Raises
    ------
    SettingsError
        When it is none of these.
    """
    match = _REGION.match(text.strip())
    if match is None or re.search(r":[-,]|:$", text):
        raise SettingsError(f"'{text}' is no region", "write chr1, chr1:5 or chr1:5-90")
    if match["first"] is None:
        return (match["contig"], 1, END)
    first = int(match["first"])
    last = int(match["last"]) if match["last"] else END if match["dash"] else first
    return _checked(match["contig"], first, last, text)


def parse_regions(text: str) -> tuple[Region, ...]:
    """Return the regions of a comma-separated list, as ``-r`` takes it."""
    return tuple(parse_region(part) for part in text.split(",") if part.strip())


def read_regions(path: Path) -> tuple[Region, ...]:
    """Read regions from a file, as ``-R`` takes it.

    Files called ``.bed`` or ``.bed.gz`` hold ``contig start end``, 0-based and half-open; others
    ``contig position`` or ``contig first last``, 1-based and inclusive (the rule of bcftools).

    Raises
    ------
    SettingsError
        When the file cannot be read, holds no region or a line that is none.
    """
    shift = 1 if path.name.endswith((".bed", ".bed.gz")) else 0
    regions = []
    for number, line in enumerate(_lines(path), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#") or fields[0] in ("track", "browser"):
            continue
        numbers = fields[1:3]
        if not numbers or not all(field.isdigit() for field in numbers):
            raise SettingsError(f"{path} line {number} is no region", "write contig first last")
        first = int(numbers[0]) + shift
        regions.append(_checked(fields[0], first, int(numbers[-1]), f"{path} line {number}"))
    if not regions:
        raise SettingsError(f"{path} holds no region", "write one a line: contig first last")
    return tuple(regions)


def parse_samples(text: str) -> tuple[str, ...]:
    """Return the samples of a comma-separated list, as ``-s`` takes it."""
    return _unique([part.strip() for part in text.split(",")], f"'{text}'")


def read_samples(path: Path) -> tuple[str, ...]:
    """Return the samples of a file, one a line (first column), as ``-S`` takes it."""
    return _unique([line.split()[0] for line in _lines(path) if line.strip()], str(path))


def _unique(names: list[str], where: str) -> tuple[str, ...]:
    names = [name for name in names if name]
    if not names:
        raise SettingsError(f"{where} names no sample")
    if names[0].startswith("^"):
        raise SettingsError(f"{where}: excluding with ^ is not possible", "name those to keep")
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            raise SettingsError(f"{where} names sample '{name}' twice", "name it once")
    return tuple(names)


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return content.decode("utf-8").splitlines()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read ({error})", "give a text file") from None


def _checked(contig: str, first: int, last: int, where: str) -> Region:
    if first < 1 or last < first:
        raise SettingsError(
            f"region {where} is empty or begins before 1", "write contig:first-last"
        )
    return (contig, first, min(last, END))


# -- The options of reading ------------------------------------------------------------------------


def _regions(listed: str, file: Path | None) -> tuple[Region, ...]:
    with errors_of_files():
        read = read_regions(file) if file else ()
    return (parse_regions(listed) if listed else ()) + read


def _samples(listed: str, file: Path | None) -> tuple[str, ...]:
    with errors_of_files():
        read = read_samples(file) if file else ()
    return (parse_samples(listed) if listed else ()) + read


def _said_regions(regions: tuple[Region, ...]) -> list[str]:
    return ["-r", ",".join(f"{contig}:{first}-{last}" for contig, first, last in regions)]


def _digest(samples: tuple[str, ...]) -> str:
    """Return a digest, not the list: the record of a run names no real individual."""
    return hashlib.sha256("\n".join(samples).encode()).hexdigest()


@dataclass(frozen=True)
class ReadOptions:
    """What to read and what to do with records that a panel cannot hold as they are.

    Attributes
    ----------
    phenotype
        The column of `samples_table` that is learned with the genome, or None.
    samples_table
        A TSV with labels (``sample``, ``population``, ...), or None.
    regions
        ``(contig, first, last)``, 1-based and inclusive; empty reads everything.
    samples
        Sample ids to keep, in this order; empty keeps everyone.
    legend
        The legend of a ``.hapt`` file; by default the ``.legend`` of the same stem.
    multiallelic
        ``drop`` them, ``split`` into one biallelic site an ALT allele (others count as REF),
        or ``error``.
    indels, monomorphic
        ``keep``, ``drop`` or ``error``. Whether a site varies is a property of the individuals:
        to drop it for everyone would select sites by looking at the holdout.
    duplicates
        Of sites with the same contig, position, ref and alt: keep the ``first``, or ``error``.
    missing, unphased
        ``error``; or ``drop`` the site. `unphased` may also be ``keep``: take the alleles in
        the order written. Homozygous calls are always taken as phased.
    """

    phenotype: str | None = declared(
        None,
        _Option(
            "--phenotype",
            "Categorical column of --samples that is learned with the genome.",
            metavar="COLUMN",
        ),
    )
    samples_table: str | Path | None = declared(
        None,
        _Option(
            "--samples",
            "Labels: a header with sample and any of population, superpopulation, sex, family.",
            kind=Path | None,
            metavar="TSV",
        ),
    )
    regions: tuple[Region, ...] = declared(
        (),
        regions=_Option(
            "-r --regions",
            "Comma-separated chr, chr:pos or chr:from-to, 1-based and inclusive.",
            kind=str,
            default="",
            metavar="REGIONS",
        ),
        regions_file=_Option(
            "-R --regions-file",
            "Regions one a line: BED (.bed, 0-based) or tab-separated, 1-based.",
            kind=Path | None,
            default=None,
            metavar="FILE",
        ),
        read=_regions,
        write=_said_regions,
        record=str,
    )
    samples: tuple[str, ...] = declared(
        (),
        sample_list=_Option(
            "-s --sample-list",
            "Comma-separated samples to keep.",
            kind=str,
            default="",
            metavar="IDS",
        ),
        sample_file=_Option(
            "-S --sample-file",
            "Samples to keep, one a line.",
            kind=Path | None,
            default=None,
            metavar="FILE",
        ),
        read=_samples,
        write=lambda samples: ["-s", f"({len(samples)} samples)"],
        record=_digest,
    )
    legend: str | Path | None = declared(
        None,
        _Option(
            "--legend",
            "Legend of a .hapt file; default: the .legend of its stem.",
            kind=Path | None,
        ),
    )
    multiallelic: Literal["drop", "split", "error"] = declared(
        "drop", _Option("--multiallelic", "Multi-allelic records."), always=True
    )
    indels: Literal["keep", "drop", "error"] = declared(
        "keep", _Option("--indels", "Indels."), always=True
    )
    monomorphic: Literal["keep", "drop", "error"] = declared(
        "keep", _Option("--monomorphic", "Constant sites."), always=True
    )
    duplicates: Literal["first", "error"] = declared(
        "first", _Option("--duplicates", "Sites that appear twice."), always=True
    )
    missing: Literal["error", "drop"] = declared(
        "error", _Option("--missing", "Sites with missing genotypes."), always=True
    )
    unphased: Literal["error", "drop", "keep"] = declared(
        "error", _Option("--unphased", "Sites with unphased heterozygotes."), always=True
    )

    def identity(self) -> dict[str, Any]:
        """Return what decides what is read, JSON-ready and without the id of anybody."""
        return {name: str(value) for name, value in decisive(self).items()}
