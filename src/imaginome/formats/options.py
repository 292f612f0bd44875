"""How a panel is read, and the tally of what was kept and dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Region = tuple[str, int, int]


@dataclass(frozen=True)
class ReadOptions:
    """What to read and what to do with records that a panel cannot hold as they are.

    Attributes
    ----------
    regions
        ``(contig, first, last)``, 1-based and inclusive; empty reads everything.
    samples
        Sample ids to keep, in this order; empty keeps everyone.
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
    legend
        The legend of a ``.hapt`` file; by default the ``.legend`` of the same stem.
    samples_table
        A TSV with labels (``sample``, ``population``, ...), or None.
    phenotype
        The column of this table that is learned with the genome, or None.
    """

    regions: tuple[Region, ...] = ()
    samples: tuple[str, ...] = ()
    multiallelic: Literal["drop", "split", "error"] = "drop"
    indels: Literal["keep", "drop", "error"] = "keep"
    monomorphic: Literal["keep", "drop", "error"] = "keep"
    duplicates: Literal["first", "error"] = "first"
    missing: Literal["error", "drop"] = "error"
    unphased: Literal["error", "drop", "keep"] = "error"
    legend: str | Path | None = None
    samples_table: str | Path | None = None
    phenotype: str | None = None


@dataclass
class Tally:
    """Counts of what reading kept and dropped, in the order of the steps.

    Attributes
    ----------
    format
        Id of the format that was recognised.
    steps
        ``(what, count)`` in the order in which it happened, for example
        ``("multi-allelic sites dropped", 23)``.
    """

    format: str = ""
    steps: list[tuple[str, int]] = field(default_factory=list)

    def add(self, what: str, count: int) -> None:
        """Count one step; steps that touched nothing are kept out."""
        if count:
            self.steps.append((what, int(count)))

    def lines(self) -> list[str]:
        """Return one line a step."""
        return [f"{count:,} {what}" for what, count in self.steps]
