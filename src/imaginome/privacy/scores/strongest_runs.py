"""The strongest run that each haplotype shares with a stranger on either side, by PBWT.

As in `pbwt`, one pass down and one up the order of the positional Burrows-Wheeler transform
(Durbin 2014) finds where the longest run up to a site begins. Here real haplotypes are asked
too, and nobody's own family answers: each side remembers its two latest donors of different
families, the second of which answers the family of the first. Time is linear in each panel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.arrays import Float32s, Float64s, Int32s, Int64s, UInt8s
from imaginome.kernels.compile import compiled, inlined
from imaginome.kernels.pbwt import advance
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes, Sites
from imaginome.privacy.scores.person_runs import surprise

NOBODY = -1
LARGEST_PIECE = 1280


@dataclass(frozen=True, eq=False)
class Strongest:
    """The strongest runs of some haplotypes with two sides of donors.

    Attributes
    ----------
    strength
        ``float32``, shape ``(n, 2)``: surprise, in nats, of the strongest run with each side.
    sites
        ``float64``, shape ``(n, 2)``: sites at which the longest run that ends there is with
        this side; ties count one half on both.
    stretch
        ``int32``, shape ``(n, 2)``: first site of the strongest run with the first side, and
        the first behind it.
    donor
        ``int32``, shape ``(n,)``: row of a donor of the first side who carries that run.
    """

    strength: Float32s
    sites: Float64s
    stretch: Int32s
    donor: Int32s

    def take(self, rows: slice) -> Strongest:
        """Return some haplotypes."""
        return Strongest(
            self.strength[rows], self.sites[rows], self.stretch[rows], self.donor[rows]
        )


def strongest_runs(
    sides: tuple[Haplotypes, Haplotypes],
    groups: Int64s,
    queries: Haplotypes,
    sites: Sites,
    threads: int,
) -> tuple[Strongest, Strongest]:
    """Return the strongest runs of all donors with strangers among them, and of those asked.

    Parameters
    ----------
    sides
        Train and holdout haplotypes.
    groups
        ``int64``: family of each donor, first side first; equal for one person's haplotypes.
    queries
        Artificial haplotypes: everyone is a stranger to them.
    sites
        Of all panels; no run crosses contigs.
    threads
        Threads to use.
    """
    donors = np.concatenate(sides)
    weights = surprise(donors)

    def scan(rows: slice) -> Strongest:
        return _scan(donors, len(sides[0]), groups, queries[rows], weights, sites, rows.start == 0)

    scans = map_pieces(scan, pieces(len(queries), LARGEST_PIECE), threads)
    n = len(donors)
    real = scans[0].take(slice(0, n))
    parts = [scans[0].take(slice(n, None)), *scans[1:]]
    names = ("strength", "sites", "stretch", "donor")
    return real, Strongest(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in names)
    )


def _scan(
    donors: Haplotypes,
    n_first: int,
    groups: Int64s,
    queries: Haplotypes,
    surprise: Float32s,
    sites: Sites,
    with_donors: bool,
) -> Strongest:
    """Scan one piece of the haplotypes asked, and all donors where they are asked too."""
    rows = np.concatenate([donors, queries])
    first = 0 if with_donors else len(donors)
    n = len(rows) - first
    strongest = Strongest(
        np.zeros((n, 2), dtype=np.float32),
        np.zeros((n, 2)),
        np.zeros((n, 2), dtype=np.int32),
        np.full(n, NOBODY, dtype=np.int32),
    )
    group = np.full(len(rows), NOBODY, dtype=np.int64)
    group[: len(donors)] = groups
    alleles = np.ascontiguousarray(rows.T)
    for start, stop in sites.contig_spans():
        _scan_kernel(
            alleles,
            (n_first, len(donors), first),
            group,
            (start, stop),
            surprise,
            (strongest.strength, strongest.sites, strongest.stretch, strongest.donor),
        )
    return strongest


@inlined
def _forget(latest: Any, start: int) -> None:
    """Shorten the runs with the donors remembered: they begin no earlier than `start`."""
    for side in range(2):
        for rank in range(2):
            latest[side, rank, 0] = max(latest[side, rank, 0], start)


@inlined
def _remember(latest: Any, side: int, first: int, row: int, group: int) -> None:
    """Put a donor in front; the one before stays behind unless of the same family."""
    if latest[side, 0, 2] != group:
        latest[side, 1] = latest[side, 0]
    latest[side, 0, 0], latest[side, 0, 1], latest[side, 0, 2] = first, row, group


@inlined
def _answer(latest: Any, group: int, mine: Any) -> None:
    """Take over runs that begin earlier than those known."""
    for side in range(2):
        rank = 1 if latest[side, 0, 2] == group else 0
        if latest[side, rank, 0] < mine[side, 0]:
            mine[side, 0], mine[side, 1] = latest[side, rank, 0], latest[side, rank, 1]


@compiled
def _starts(
    order: Int32s,
    diverge: Int32s,
    group: Int64s,
    sizes: Any,
    span: Any,
    latest: Int32s,
    starts: Int32s,
) -> None:
    """Find where the longest run up to a site with each side begins, and with whom."""
    n_first, n_donors, first_query = sizes
    first, behind = span
    starts[:, :, 0], starts[:, :, 1] = behind, NOBODY
    for way in range(2):
        latest[:, :, 0], latest[:, :, 1], latest[:, :, 2] = behind, NOBODY, -2
        for k in range(order.shape[0]):
            i = k if way == 0 else order.shape[0] - 1 - k
            row = order[i]
            if way == 0:
                _forget(latest, diverge[i])
            if row >= first_query:
                _answer(latest, group[row], starts[row - first_query])
            if row < n_donors:
                _remember(latest, 0 if row < n_first else 1, first, row, group[row])
            if way == 1:
                _forget(latest, diverge[i])


@compiled
def _end_run(q: int, site: int, side: int, old: Int32s, weight: float, strongest: Any) -> None:
    """Measure a run that did not go on at `site`."""
    strength, _, stretch, donor = strongest
    if weight > strength[q, side]:
        strength[q, side] = weight
        if side == 0:
            stretch[q, 0], stretch[q, 1], donor[q] = old[side, 0], site, old[side, 1]


@compiled
def _scan_kernel(
    alleles: UInt8s,
    sizes: Any,
    group: Int64s,
    span: Any,
    surprise: Float32s,
    strongest: Any,
) -> None:
    n, first_query, n_queries = alleles.shape[1], sizes[2], strongest[0].shape[0]
    first, stop = span
    order = np.arange(n).astype(np.int32)
    diverge = np.full(n, first, dtype=np.int32)
    spare = np.empty((2, n), dtype=np.int32)
    latest = np.empty((2, 2, 3), dtype=np.int32)
    starts = np.empty((n_queries, 2, 2), dtype=np.int32)
    old = np.full((n_queries, 2, 2), first, dtype=np.int32)
    weight = np.zeros((n_queries, 2))
    total = np.zeros((n_queries, stop - first + 1), dtype=np.float32)
    for site in range(first, stop):
        advance(alleles[site], site, order, diverge, spare)
        _starts(order, diverge, group, sizes, (first, site + 1), latest, starts)
        at = site - first
        for q in range(n_queries):
            for side in range(2):
                if starts[q, side, 0] > old[q, side, 0]:
                    _end_run(q, site, side, old[q], weight[q, side], strongest)
            if starts[q, 0, 0] < starts[q, 1, 0]:
                strongest[1][q, 0] += 1.0
            elif starts[q, 0, 0] > starts[q, 1, 0]:
                strongest[1][q, 1] += 1.0
            else:
                strongest[1][q] += 0.5
            old[q] = starts[q]
            here = total[q, at] + surprise[alleles[site, first_query + q], site]
            total[q, at + 1] = here
            for side in range(2):
                weight[q, side] = here - total[q, old[q, side, 0] - first]
    for q in range(n_queries):
        for side in range(2):
            _end_run(q, stop, side, old[q], weight[q, side], strongest)
