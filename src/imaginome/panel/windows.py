"""Windows: the pieces of a genome that a generator sees."""

from __future__ import annotations

from collections.abc import Iterator

from imaginome.panel.sites import Sites


def windows(sites: Sites, size: int, overlap: int = 0) -> Iterator[slice]:
    """Yield slices of at most `size` sites that never cross a contig border.

    Parameters
    ----------
    sites
        Sites in genome order.
    size
        Largest number of sites in a window.
    overlap
        Number of sites that a window shares with the one before it on the same contig.
    """
    for start, stop in sites.contig_spans():
        first = start
        while first < stop:
            last = min(first + size, stop)
            yield slice(first, last)
            if last == stop:
                break
            first = last - overlap
