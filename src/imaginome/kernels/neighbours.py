"""Nearest haplotypes, people and points; those of panels by Hamming distance, on packed bits.

Sixty-four sites go into one machine word; two haplotypes differ by the population count of the
exclusive or. Such distances are exact integers, each query row is searched on its own, and so no
result depends on the number of threads. Memory grows with the number of haplotypes, never with
its square. Points are searched in pieces of fixed size, with the same effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from imaginome.arrays import Bools, Float32s, Float64s, Int32s, Int64s
from imaginome.kernels.bits import Bits, pack, popcount
from imaginome.kernels.compile import compiled, inlined
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Panel
from imaginome.panel.units import haplotype_units

MISSING = -1
QUERIES_A_PIECE = 128


@dataclass(frozen=True, eq=False)
class Nearest:
    """The nearest haplotypes of each query, nearest first.

    Attributes
    ----------
    distance
        ``int32``, shape ``(n_queries, k)``: number of sites that differ; -1 where there are
        fewer than k neighbours.
    index
        ``int32``, same shape: row of the neighbour in the target panel; -1 where there is none.
    """

    distance: Int32s
    index: Int32s

    def first(self) -> Float64s:
        """Return the distance to the nearest neighbour, NaN where there is none."""
        nearest = self.distance[:, 0]
        return np.where(nearest == MISSING, np.nan, nearest.astype(np.float64))

    def first_among(self, alive: Bools) -> Float64s:
        """Return the distance to the nearest neighbour among some target rows.

        Where none of the k known neighbours is among them, the distance of the last one known
        stands in for it (a lower bound): with half of the rows alive and k = 32 that happens
        to fewer than one query in 65,000, or in 500 where neighbours come in pairs.
        """
        usable = alive[self.index] & (self.index != MISSING)
        known = (self.index != MISSING).sum(axis=1)
        rank = np.where(usable.any(axis=1), usable.argmax(axis=1), np.maximum(known - 1, 0))
        chosen = np.take_along_axis(self.distance, rank[:, None], axis=1)[:, 0]
        exhausted = (known < self.index.shape[1]) & ~usable.any(axis=1)
        return np.where(exhausted | (chosen == MISSING), np.nan, chosen.astype(np.float64))


def nearest_between(queries: Panel, targets: Panel, k: int = 1, threads: int = 1) -> Nearest:
    """Return the k nearest haplotypes of `targets` for each haplotype of `queries`.

    Nobody is left out: the panels are of different people, and a copy must be found.
    """
    nobody = np.full(queries.n_haplotypes, MISSING, dtype=np.int64)
    everyone = np.zeros(targets.n_haplotypes, dtype=np.int64)
    return _search(pack(queries.haplotypes), nobody, pack(targets.haplotypes), everyone, k, threads)


def nearest_within(panel: Panel, k: int = 1, threads: int = 1) -> Nearest:
    """Return the k nearest haplotypes in the same panel for each haplotype.

    The haplotype itself, the other haplotype of that person and those of their family (where
    the panel has such a label) are left out.
    """
    packed, groups = pack(panel.haplotypes), haplotype_units(panel.samples)
    return _search(packed, groups, packed, groups, k, threads)


def nearest_strangers(queries: Bits, q_groups: Int64s, targets: Bits, t_groups: Int64s) -> Float64s:
    """Return the distance of packed rows to the nearest one of another group; NaN without one."""
    return _search(queries, q_groups, targets, t_groups, 1, threads=1).first()


def _search(
    queries: Bits, q_groups: Int64s, targets: Bits, t_groups: Int64s, k: int, threads: int
) -> Nearest:
    shape = (len(queries), min(k, len(targets)))
    distance = np.full(shape, MISSING, dtype=np.int32)
    index = np.full(shape, MISSING, dtype=np.int32)
    work = partial(_search_rows, queries, q_groups, targets, t_groups, distance, index)
    map_pieces(work, pieces(len(queries), QUERIES_A_PIECE), threads)
    return Nearest(distance, index)


def _search_rows(
    queries: Bits,
    q_groups: Int64s,
    targets: Bits,
    t_groups: Int64s,
    distance: Int32s,
    index: Int32s,
    rows: slice,
) -> None:
    _nearest_kernel(queries[rows], q_groups[rows], targets, t_groups, distance[rows], index[rows])


@inlined
def _differences(a: Bits, b: Bits) -> int:
    """Count the bits in which two packed rows differ."""
    total = np.uint64(0)
    for w in range(a.shape[0]):
        total += popcount(a[w] ^ b[w])
    return int(total)


@compiled
def _nearest_kernel(
    queries: Bits,
    q_groups: Int64s,
    targets: Bits,
    t_groups: Int64s,
    distance: Int32s,
    index: Int32s,
) -> None:
    """Keep, for each query, a sorted list of the k nearest; of equals, the first rows."""
    k = distance.shape[1]
    for i in range(queries.shape[0]):
        held = 0
        for j in range(targets.shape[0]):
            if q_groups[i] == t_groups[j]:
                continue
            d = _differences(queries[i], targets[j])
            if held == k and d >= distance[i, k - 1]:
                continue
            place = held if held < k else k - 1
            held = place + 1
            while place > 0 and distance[i, place - 1] > d:
                distance[i, place] = distance[i, place - 1]
                index[i, place] = index[i, place - 1]
                place -= 1
            distance[i, place] = d
            index[i, place] = j


# -- The nearest people ----------------------------------------------------------------------------


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
    nearest = NearestPeople(*(np.full(size, MISSING, dtype=np.int32) for size in (2 * n, 2 * n, n)))
    work = partial(_search_people, queries, q_groups, targets, t_groups, nearest)
    map_pieces(work, pieces(n, PEOPLE_A_PIECE), threads)
    return nearest


def _search_people(
    queries: Bits,
    q_groups: Int64s,
    targets: Bits,
    t_groups: Int64s,
    nearest: NearestPeople,
    people: slice,
) -> None:
    rows = slice(2 * people.start, 2 * people.stop)
    mine = (nearest.haplotype[rows], nearest.row[rows], nearest.person[people])
    _people_kernel(queries[rows], q_groups[rows], targets, t_groups, *mine)


@compiled
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


# -- The nearest points ----------------------------------------------------------------------------


POINTS_A_PIECE = 256


def nearest_points(rows: Float32s, others: Float32s, threads: int = 1) -> Float64s:
    """Return the Euclidean distance of each row to the nearest of others.

    Parameters
    ----------
    rows, others
        ``float32``, shapes ``(n, k)`` and ``(m, k)``.
    threads
        The result does not depend on it.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n,)``.
    """
    wide = others.astype(np.float64)
    squares = (wide**2).sum(axis=1)

    def work(piece: slice) -> Float64s:
        own = rows[piece].astype(np.float64)
        distances = squares - 2.0 * (own @ wide.T)
        best = wide[np.argmin(distances, axis=1)]
        # The expanded square loses digits where two codes nearly agree: taken anew for the best.
        return np.asarray(np.sqrt(((own - best) ** 2).sum(axis=1)))

    return np.concatenate(map_pieces(work, pieces(len(rows), POINTS_A_PIECE), threads))
