"""Records of a file: what was dropped in reading them, their alleles and their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from imaginome.errors import PanelError
from imaginome.panel import Sites

# -- What was kept and dropped ---------------------------------------------------------------------


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


# -- Records, their alleles and their order --------------------------------------------------------


_BASES = re.compile(r"^[ACGTUNRYSWKMBDHVacgtunryswkmbdhv]+$")
_SORT = "sort it with bcftools sort"


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a file: its place and its alleles (`alts` empty where ALT is ``.``)."""

    contig: str
    position: int
    id: str
    ref: str
    alts: tuple[str, ...]

    def place(self) -> str:
        """Return ``contig:position``."""
        return f"{self.contig}:{self.position}"


def is_indel(ref: str, alt: str) -> bool:
    """Return whether an allele is no substitution: an indel, symbolic, ``*`` or a breakend."""
    return alt != "." and (len(ref) != len(alt) or not _BASES.match(alt))


class OrderCheck:
    """Refuses records that go backwards within a contig, and contigs that come back."""

    def __init__(self, path: Path | str) -> None:
        self._path = path
        self._seen: set[str] = set()
        self._contig: str | None = None
        self._position = 0

    def step(self, contig: str, position: int) -> None:
        """Take the next record.

        Raises
        ------
        PanelError
            Naming the first record that is out of order.
        """
        if contig == self._contig:
            if position < self._position:
                raise PanelError(
                    f"{self._path} is not sorted: {contig}:{position} comes after "
                    f"{contig}:{self._position}",
                    _SORT,
                )
        elif contig in self._seen:
            raise PanelError(
                f"{self._path} is not sorted: contig {contig} begins again at {position}", _SORT
            )
        else:
            self._seen.add(contig)
            self._contig = contig
        self._position = position


def check_order(sites: Sites, name: Path | str) -> None:
    """Raise unless positions ascend within each contig and contigs are in one piece each.

    Raises
    ------
    PanelError
        Naming the first site that is out of order.
    """
    contigs = sites.contig.astype(str)
    same = contigs[1:] == contigs[:-1]
    ordered = not (same & (np.diff(sites.position) < 0)).any()
    if ordered and int((~same).sum()) + 1 == len(set(contigs)):
        return
    check = OrderCheck(name)
    for contig, position in zip(sites.contig, sites.position.tolist(), strict=True):
        check.step(contig, position)
