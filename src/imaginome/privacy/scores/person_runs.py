"""The longest run that each person shares with any haplotype of a panel, in linear time."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float32s, Float64s, Int32s
from imaginome.kernels.compile import compiled
from imaginome.kernels.pbwt import advance
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes, Panel

# -- The weight of an allele -----------------------------------------------------------------------


def surprise(*haplotypes: Haplotypes) -> Float32s:
    """Return minus the logarithm of the frequency of REF and ALT among all, (2, n_sites).

    One haplotype with either allele is added, so that no allele is infinitely surprising.
    """
    n = sum(len(rows) for rows in haplotypes)
    copies = np.sum([rows.sum(axis=0, dtype=np.int64) for rows in haplotypes], axis=0)
    alt = (copies + 1.0) / (n + 2.0)
    return np.asarray(-np.log(np.stack([1.0 - alt, alt])), dtype=np.float32)


# -- The longest run of each person ----------------------------------------------------------------


LARGEST_PIECE = 1280


def longest_runs(
    people: Panel, artificial: Panel, surprise: Float32s, threads: int = 1
) -> Float64s:
    """Return the longest run of identical sites of each person with any artificial haplotype.

    Parameters
    ----------
    people
        Who is attacked; the longer run of the two haplotypes counts.
    artificial
        At the same sites.
    surprise
        ``float32``, shape ``(2, n_sites)``: what REF and ALT add to the length of a run.
    threads
        Haplotypes are scanned in pieces of fixed size; no result depends on the threads.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n_individuals,)``.
    """

    def scan(rows: slice) -> Float32s:
        return _scan(people.haplotypes[rows], artificial, surprise)

    runs = map_pieces(scan, pieces(people.n_haplotypes, LARGEST_PIECE), threads)
    return np.asarray(np.concatenate(runs).reshape(-1, 2).max(axis=1), dtype=np.float64)


def _scan(queries: Haplotypes, artificial: Panel, surprise: Float32s) -> Float32s:
    """Scan one piece of people against the whole artificial panel, contig by contig."""
    n, m = queries.shape
    own = np.zeros((n, m + 1), dtype=np.float32)
    np.cumsum(np.where(queries == 1, surprise[1], surprise[0]), axis=1, out=own[:, 1:])
    alleles = np.ascontiguousarray(np.concatenate([artificial.haplotypes, queries]).T)
    longest = np.zeros(n, dtype=np.float32)
    for first, stop in artificial.sites.contig_spans():
        _scan_kernel(alleles, artificial.n_haplotypes, first, stop, own, longest)
    return longest


@compiled
def _scan_kernel(
    alleles: Haplotypes, n_donors: int, first: int, stop: int, own: Float32s, longest: Float32s
) -> None:
    """Follow where the longest run of each query with any donor begins (see `pbwt`)."""
    n = alleles.shape[1]
    order = np.arange(n).astype(np.int32)
    diverge = np.full(n, first, dtype=np.int32)
    spare = np.empty((2, n), dtype=np.int32)
    starts = np.empty(n - n_donors, dtype=np.int32)
    old = np.full(n - n_donors, first, dtype=np.int32)
    for site in range(first, stop):
        advance(alleles[site], site, order, diverge, spare)
        _nearest_starts(order, diverge, n_donors, site, starts)
        _end_runs(site, starts, old, own, longest)
    starts[:] = stop + 1
    _end_runs(stop, starts, old, own, longest)


@compiled
def _nearest_starts(
    order: Int32s,
    diverge: Int32s,
    n_donors: int,
    site: int,
    starts: Int32s,
) -> None:
    """Find where the run of each query with the nearest donor above or below begins."""
    running = np.int32(site + 1)
    for i in range(order.shape[0]):
        running = max(running, diverge[i])
        if order[i] < n_donors:
            running = np.int32(0)
        else:
            starts[order[i] - n_donors] = running
    running = np.int32(site + 1)
    for i in range(order.shape[0] - 1, -1, -1):
        if order[i] < n_donors:
            running = np.int32(0)
        else:
            starts[order[i] - n_donors] = min(starts[order[i] - n_donors], running)
        running = max(running, diverge[i])


@compiled
def _end_runs(
    site: int,
    new: Int32s,
    old: Int32s,
    own: Float32s,
    longest: Float32s,
) -> None:
    """Measure the runs that did not go on at `site`."""
    for s in range(new.shape[0]):
        if new[s] > old[s]:
            longest[s] = max(longest[s], own[s, site] - own[s, old[s]])
            old[s] = new[s]
