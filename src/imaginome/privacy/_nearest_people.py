"""The nearest stranger of each person on one side: haplotype by haplotype, and as a whole.

A person is near to another when both haplotypes are, whichever is compared with which. Two
strangers may well carry one haplotype that is nearly the same; hardly ever both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numba import njit

from imaginome.arrays import Int32s, Int64s
from imaginome.metrics._bits import Bits
from imaginome.parallel import map_pieces, pieces
from imaginome.privacy.neighbours import MISSING, _differences

PEOPLE_A_PIECE = 64


@dataclass(frozen=True, eq=False)
class NearestPeople:
    """Number of sites that differ from the nearest stranger; -1 where there is none.

    Attributes
    ----------
    haplotype, row
        ``int32``, shape ``(2 * n_people,)``: distance to the nearest haplotype, and its row.
    person
        ``int32``, shape ``(n_people,)``: sum over both haplotypes, to one person.
    """

    haplotype: Int32s
    row: Int32s
    person: Int32s


def nearest_people(
    queries: Bits, q_groups: Int64s, targets: Bits, t_groups: Int64s, threads: int
) -> NearestPeople:
    """Search the nearest people of another group; packed rows ``2i`` and ``2i + 1`` are one's.

    Groups hold one number a haplotype. No result depends on `threads`.
    """
    n = len(queries) // 2
    found = NearestPeople(*(np.full(size, MISSING, dtype=np.int32) for size in (2 * n, 2 * n, n)))
    work = partial(_search, queries, q_groups, targets, t_groups, found)
    map_pieces(work, pieces(n, PEOPLE_A_PIECE), threads)
    return found


def _search(
    queries: Bits,
    q_groups: Int64s,
    targets: Bits,
    t_groups: Int64s,
    found: NearestPeople,
    people: slice,
) -> None:
    rows = slice(2 * people.start, 2 * people.stop)
    mine = (found.haplotype[rows], found.row[rows], found.person[people])
    _people_kernel(queries[rows], q_groups[rows], targets, t_groups, *mine)


@njit(cache=True, nogil=True)
def _people_kernel(
    queries: Bits,
    q_groups: Int64s,
    targets: Bits,
    t_groups: Int64s,
    haplotype: Int32s,
    row: Int32s,
    person: Int32s,
) -> None:
    """Compare everyone with everyone; of equals, the first rows."""
    apart = np.empty((2, 2), dtype=np.int32)
    for i in range(queries.shape[0] // 2):
        for j in range(targets.shape[0] // 2):
            if q_groups[2 * i] == t_groups[2 * j]:
                continue
            for a in range(2):
                for b in range(2):
                    d = _differences(queries[2 * i + a], targets[2 * j + b])
                    apart[a, b] = d
                    if haplotype[2 * i + a] == MISSING or d < haplotype[2 * i + a]:
                        haplotype[2 * i + a], row[2 * i + a] = d, 2 * j + b
            both = min(apart[0, 0] + apart[1, 1], apart[0, 1] + apart[1, 0])
            if person[i] == MISSING or both < person[i]:
                person[i] = both
