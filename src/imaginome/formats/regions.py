"""Regions to be asked quickly whether a record is inside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from imaginome.errors import PanelError
from imaginome.reading import END, Region


class RegionSet:
    """Regions merged within each contig, to be asked quickly.

    A record is inside when the bases from POS to the end of REF (or INFO/END) overlap a region:
    the default of ``bcftools view -r``.
    """

    def __init__(self, regions: Iterable[Region]) -> None:
        by_contig: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for contig, first, last in regions:
            by_contig[contig].append((first, last))
        self._merged = {contig: _merge(spans) for contig, spans in by_contig.items()}
        self._starts = {c: np.array([s for s, _ in spans]) for c, spans in self._merged.items()}

    def __bool__(self) -> bool:
        """Return whether there is any region; none means everything."""
        return bool(self._merged)

    def contigs(self) -> list[str]:
        """Return the contigs that regions name."""
        return list(self._merged)

    def spans(self, contig: str) -> list[tuple[int, int]]:
        """Return the merged ``(first, last)`` of a contig, sorted."""
        return self._merged.get(contig, [])

    def overlaps(self, contig: str, first: int, last: int) -> bool:
        """Return whether ``first..last`` (1-based, inclusive) touches a region."""
        if contig not in self._merged:
            return False
        at = int(np.searchsorted(self._starts[contig], last, side="right")) - 1
        return at >= 0 and self._merged[contig][at][1] >= first

    def nothing_found(self, path: Path, contigs: Iterable[str]) -> PanelError:
        """Return the error for regions that hold no record of a file with these contigs."""
        there = list(dict.fromkeys(contigs))
        wanted = ", ".join(_spelt(c, *span) for c in self.contigs() for span in self.spans(c)[:1])
        if not set(there) & set(self.contigs()):
            bare = {contig.removeprefix("chr"): contig for contig in there}
            for contig in self.contigs():
                other = bare.get(contig.removeprefix("chr"))
                if other is not None:
                    return PanelError(
                        f"{path} has no contig '{contig}', it spells it '{other}'",
                        f"write the region with '{other}'",
                    )
            return PanelError(
                f"{path} has no contig {', '.join(self.contigs())}",
                f"it has {', '.join(there[:5])}",
            )
        return PanelError(f"{path} has no record in {wanted}", "choose a region inside the panel")


def _spelt(contig: str, first: int, last: int) -> str:
    return contig if (first, last) == (1, END) else f"{contig}:{first}-{last}"


def _merge(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
