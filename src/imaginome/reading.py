"""How a panel is read: which sites and people of a file, with which labels, by which rules."""

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from imaginome.errors import errors_of_files
from imaginome.options import Option, decisive, declared

PANEL = "Reading the panel"
"""The heading of these options in a help."""
Region = tuple[str, int, int]

_Option = partial(Option, panel=PANEL)


def _regions(listed: str, file: Path | None) -> tuple[Region, ...]:
    from imaginome.formats.regions import parse_regions, read_regions

    with errors_of_files():
        read = read_regions(file) if file else ()
    return (parse_regions(listed) if listed else ()) + read


def _samples(listed: str, file: Path | None) -> tuple[str, ...]:
    from imaginome.formats.regions import parse_samples, read_samples

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
