"""Sites: where on the genome the columns of a panel lie."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Bools, Float64s, Indices, Int64s
from imaginome.errors import PanelError

Strings = npt.NDArray[np.object_]
Index = slice | Indices | Bools


def strings(values: Any) -> Strings:
    """Return an object array of ``str``."""
    array = np.empty(len(values), dtype=object)
    array[:] = [str(value) for value in values]
    return array


@dataclass(frozen=True, eq=False)
class Sites:
    """Biallelic sites in genome order; all arrays have shape ``(n_sites,)``.

    Attributes
    ----------
    contig, id, ref, alt
        Strings (object arrays of ``str``); `id` is ``"."`` where there is none.
    position
        ``int64``, 1-based, non-decreasing within a contig.
    cm
        Genetic position in centimorgans, ``float64``, or None.

    Raises
    ------
    PanelError
        When the arrays differ in length.
    """

    contig: Strings
    position: Int64s
    id: Strings
    ref: Strings
    alt: Strings
    cm: Float64s | None = None

    def __post_init__(self) -> None:
        """Check that the columns belong together."""
        lengths = {len(self.contig), len(self.position), len(self.id), len(self.ref), len(self.alt)}
        if self.cm is not None:
            lengths.add(len(self.cm))
        if len(lengths) > 1:
            raise PanelError(f"site columns differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        """Return the number of sites."""
        return len(self.position)

    def take(self, index: Index) -> Sites:
        """Return the sites at `index`."""
        return Sites(
            self.contig[index],
            self.position[index],
            self.id[index],
            self.ref[index],
            self.alt[index],
            None if self.cm is None else self.cm[index],
        )

    def keys(self) -> list[tuple[str, int, str, str]]:
        """Return ``(contig, position, ref, alt)`` of each site: what makes it itself."""
        return list(zip(self.contig, self.position.tolist(), self.ref, self.alt, strict=True))

    def contigs(self) -> list[str]:
        """Return the contigs in order of appearance."""
        return list(dict.fromkeys(self.contig))

    def contig_starts(self) -> Bools:
        """Tell at which sites a contig begins, ``bool`` of shape ``(n_sites,)``."""
        starts = np.ones(len(self), dtype=np.bool_)
        contig = self.contig.astype(str)
        starts[1:] = contig[1:] != contig[:-1]
        return starts

    def contig_borders(self) -> Int64s:
        """Return for each site the first of its contig and the first behind it, (2, n_sites)."""
        borders = np.empty((2, len(self)), dtype=np.int64)
        for first, stop in self.contig_spans():
            borders[0, first:stop], borders[1, first:stop] = first, stop
        return borders

    def median_gap(self) -> float:
        """Return the median distance in bp from a site to the next of its contig.

        Infinite where no contig has two sites.
        """
        within = np.diff(self.position)[~self.contig_starts()[1:]]
        return float(np.median(within)) if len(within) else float("inf")

    def contig_spans(self) -> list[tuple[int, int]]:
        """Return the first site of each contig and the first site behind it."""
        firsts = np.flatnonzero(self.contig_starts()).tolist()
        return list(itertools.pairwise([*firsts, len(self)]))
