"""Windows: the pieces of a genome that a generator sees."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

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
    contigs = sites.contig.astype(str)
    borders = [0, *(np.flatnonzero(contigs[1:] != contigs[:-1]) + 1), len(sites)]
    for start, stop in itertools.pairwise(borders):
        first = int(start)
        while first < stop:
            last = min(first + size, int(stop))
            yield slice(first, last)
            if last == stop:
                break
            first = last - overlap
