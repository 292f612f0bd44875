"""Exact counts of joint carriers from packed bits: one machine instruction for 64 haplotypes.

All counts are integers, so that no result depends on threads or on rounding.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from numba.extending import intrinsic

from imaginome.arrays import Indices, Int32s
from imaginome.kernels.compile import compiled
from imaginome.panel import Haplotypes

Bits = npt.NDArray[np.uint64]


def _instruction(_context: Any, _word: Any) -> Any:
    """Count the bits of a 64-bit word with the processor's own instruction."""

    def generate(_compiler: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return numba.types.uint64(numba.types.uint64), generate


popcount: Any = intrinsic(_instruction)


def pack(rows: Haplotypes) -> Bits:
    """Pack 0/1 rows into 64-bit words, padded with zeros.

    Parameters
    ----------
    rows
        ``uint8``, shape ``(n, k)``, values 0 and 1.

    Returns
    -------
    numpy.ndarray
        ``uint64``, shape ``(n, ceil(k / 64))``.
    """
    octets = np.packbits(rows, axis=1)
    words = -(-octets.shape[1] // 8)
    padded = np.zeros((len(rows), 8 * words), dtype=np.uint8)
    padded[:, : octets.shape[1]] = octets
    return padded.view(np.uint64)


def pack_sites(haplotypes: Haplotypes) -> Bits:
    """Pack each site (column) over haplotypes: shape ``(n_sites, words)``; see `pack`."""
    octets = np.packbits(haplotypes, axis=0)
    words = -(-octets.shape[0] // 8)
    padded = np.zeros((haplotypes.shape[1], 8 * words), dtype=np.uint8)
    padded[:, : octets.shape[0]] = octets.T
    return padded.view(np.uint64)


@compiled
def band_counts(bits: Bits, start: int, stop: int, width: int) -> Int32s:
    """Return joint carriers of sites ``j`` and ``j + 1 + d``, for ``d < width``; -1 off the end.

    Row ``j - start`` of the result, ``int32`` of shape ``(stop - start, width)``, is site ``j``.
    """
    counts = np.full((stop - start, width), -1, dtype=np.int32)
    for j in range(start, stop):
        for d in range(min(width, len(bits) - 1 - j)):
            total = np.uint64(0)
            for word in range(bits.shape[1]):
                total += popcount(bits[j, word] & bits[j + 1 + d, word])
            counts[j - start, d] = total
    return counts


@compiled
def pair_counts(bits: Bits, first: Indices, second: Indices) -> Int32s:
    """Return joint carriers of sites ``first[i]`` and ``second[i]``."""
    counts = np.empty(len(first), dtype=np.int32)
    for i in range(len(first)):
        total = np.uint64(0)
        for word in range(bits.shape[1]):
            total += popcount(bits[first[i], word] & bits[second[i], word])
        counts[i] = total
    return counts


@compiled
def triple_counts(bits: Bits, triplets: Indices) -> Int32s:
    """Return joint carriers of the three sites in each row of `triplets`."""
    counts = np.empty(len(triplets), dtype=np.int32)
    for i in range(len(triplets)):
        a, b, c = triplets[i]
        total = np.uint64(0)
        for word in range(bits.shape[1]):
            total += popcount(bits[a, word] & bits[b, word] & bits[c, word])
        counts[i] = total
    return counts


@compiled
def block_counts(first: Bits, second: Bits) -> Int32s:
    """Return the number of bits set in both, for every row of `first` and of `second`."""
    counts = np.empty((len(first), len(second)), dtype=np.int32)
    for i in range(len(first)):
        for j in range(len(second)):
            total = np.uint64(0)
            for word in range(first.shape[1]):
                total += popcount(first[i, word] & second[j, word])
            counts[i, j] = total
    return counts
