"""Blocks of sites, and for each hidden block the artificial haplotype nearest on known sites."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from imaginome.arrays import Int32s, Int64s
from imaginome.metrics._bits import Bits, popcount
from imaginome.panel import Haplotypes, Sites
from imaginome.parallel import map_pieces, pieces

WORD = 64
NARROWEST = 8
BLOCKS_WISHED = 64
QUERIES_A_PIECE = 64


@dataclass(frozen=True, eq=False)
class Blocks:
    """Neighbouring sites in blocks of at most 64, none across contigs; build with `of`.

    Attributes
    ----------
    start, stop
        ``int64``, shape ``(n_blocks,)``: first site of each block and first site behind it.
    first, last
        ``int64``, shape ``(n_blocks,)``: first block of the same contig and first block behind.
    """

    start: Int64s
    stop: Int64s
    first: Int64s
    last: Int64s

    @classmethod
    def of(cls, sites: Sites) -> Blocks:
        """Cut each contig into blocks of nearly equal size."""
        width = int(np.clip(len(sites) // BLOCKS_WISHED, NARROWEST, WORD))
        edges = [
            np.linspace(a, b, -(-(b - a) // width) + 1).round().astype(np.int64)
            for a, b in sites.contig_spans()
        ]
        numbers = np.array([len(part) - 1 for part in edges])
        behind = np.cumsum(numbers)
        return cls(
            np.concatenate([part[:-1] for part in edges]),
            np.concatenate([part[1:] for part in edges]),
            np.repeat(behind - numbers, numbers),
            np.repeat(behind, numbers),
        )

    def __len__(self) -> int:
        """Return the number of blocks."""
        return len(self.start)

    def pack(self, rows: Haplotypes) -> Bits:
        """Pack each block of 0/1 rows into one word: ``uint64``, shape ``(n, n_blocks)``."""
        packed = np.zeros((len(rows), len(self)), dtype=np.uint64)
        for b, (start, stop) in enumerate(zip(self.start, self.stop, strict=True)):
            octets = np.zeros((len(rows), 8), dtype=np.uint8)
            bits = np.packbits(rows[:, start:stop], axis=1)
            octets[:, : bits.shape[1]] = bits
            packed[:, b] = octets.view(np.uint64)[:, 0]
        return packed


def nearest_around(
    queries: Bits, targets: Bits, hidden: Int64s, window: tuple[Int64s, Int64s], threads: int
) -> tuple[Int32s, Int32s]:
    """Find for each query and hidden block the target nearest on known sites.

    Parameters
    ----------
    queries, targets
        Packed blocks; see `Blocks.pack`.
    hidden
        ``int64``, shape ``(n_hidden,)``: blocks to hide, one at a time.
    window
        First block around each hidden one that counts as near, and first behind.

    Returns
    -------
    tuple
        ``int32``, shape ``(n_queries, n_hidden)`` each: the target with the fewest differences
        in the window around the hidden block (of equals the nearest over all known sites), and
        over all known sites. Of equals the first.
    """
    shape = (len(queries), len(hidden))
    near, whole = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int32)

    def search(rows: slice) -> None:
        _nearest_kernel(queries[rows], targets, hidden, *window, near[rows], whole[rows])

    map_pieces(search, pieces(len(queries), QUERIES_A_PIECE), threads)
    return near, whole


@njit(cache=True, nogil=True)
def _nearest_kernel(
    queries: Bits,
    targets: Bits,
    hidden: Int64s,
    left: Int64s,
    right: Int64s,
    near: Int32s,
    whole: Int32s,
) -> None:
    n_blocks, n_hidden = queries.shape[1], hidden.shape[0]
    before = np.zeros(n_blocks + 1, dtype=np.int64)
    best_near = np.empty(n_hidden, dtype=np.int64)
    best_whole = np.empty(n_hidden, dtype=np.int64)
    for i in range(queries.shape[0]):
        best_near[:] = best_whole[:] = np.int64(1) << 62
        for j in range(targets.shape[0]):
            for b in range(n_blocks):
                before[b + 1] = before[b] + np.int64(popcount(queries[i, b] ^ targets[j, b]))
            for h in range(n_hidden):
                b = hidden[h]
                own = before[b + 1] - before[b]
                everywhere = before[n_blocks] - own
                around = before[right[h]] - before[left[h]] - own
                if everywhere < best_whole[h]:
                    best_whole[h], whole[i, h] = everywhere, j
                around = (around << 32) | everywhere
                if around < best_near[h]:
                    best_near[h], near[i, h] = around, j
