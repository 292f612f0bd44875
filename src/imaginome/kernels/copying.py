"""Copying of haplotypes from donors: the model of Li & Stephens (2003), linear in both.

A target is a mosaic of donors. Along a contig it goes on copying the same donor, or jumps with
chance ``1 - exp(-rate * distance)`` to one that is drawn evenly (the same one too); each allele
is copied wrongly with chance `error`. A contig begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices, Int32s
from imaginome.kernels.compile import compiled, vectorised
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes, Sites

PIECE = 8
ROUNDS = 8
LEAST_ERROR = 1e-4
"""Copying errors are taken to be at least so frequent: a donor is never ruled out for good."""
NOBODY = -2


def distances(sites: Sites) -> tuple[Float64s, str]:
    """Return the distance of each site from the one before, and its unit.

    Centimorgans where every site has a genetic position, megabases otherwise. Sites at the same
    place count a millionth; the first site of a contig is infinitely far.
    """
    known = sites.cm is not None and bool(np.isfinite(sites.cm).all())
    where = sites.cm if known and sites.cm is not None else sites.position / 1e6
    apart = np.maximum(np.diff(where, prepend=where[:1]), 1e-6)
    apart[sites.contig_starts()] = np.inf
    return np.asarray(apart, dtype=np.float64), "cM" if known else "Mb"


@dataclass(frozen=True, eq=False)
class Copying:
    """What targets copied; all but the last are of shape ``(n_targets,)``.

    Attributes
    ----------
    switches
        Expected number of changes of donor, contigs' beginnings not counted.
    errors
        Expected number of alleles copied wrongly.
    jumps
        Expected number of jumps per unit of distance times the distance: what `rate` is fitted
        on (a jump may land on the same donor, and two may fall between neighbouring sites).
    share
        ``float64``, shape ``(n_targets, n_donors)``: expected share of sites copied from each.
    """

    switches: Float64s
    errors: Float64s
    jumps: Float64s
    share: Float64s


def paint(
    targets: Haplotypes,
    donors: Haplotypes,
    apart: Float64s,
    rate: float,
    error: float,
    own: Indices | None = None,
    threads: int = 1,
) -> Copying:
    """Paint targets with donors: forward and backward passes.

    Parameters
    ----------
    targets, donors
        ``uint8``, shapes ``(n_targets, n_sites)`` and ``(n_donors, n_sites)``.
    apart
        From `distances`.
    rate
        Jumps per unit of distance.
    error
        Chance to copy an allele wrongly.
    own
        Individual of each target among the donors' (whose rows are ``2i`` and ``2i + 1``): it
        does not copy from itself. None for strangers.
    """
    jump = -np.expm1(-rate * apart)
    # Expected number of jumps between two sites, given that there was one at least.
    several = np.where(np.isinf(apart), 0.0, rate * apart / jump)
    columns = np.ascontiguousarray(donors.T)
    barred = np.full(len(targets), NOBODY, dtype=np.intp) if own is None else own

    def work(rows: slice) -> tuple[Float64s, Float64s]:
        return _paint(targets[rows], columns, jump, several, error, barred[rows])

    parts = map_pieces(work, pieces(len(targets), PIECE), threads)
    sums = np.concatenate([sums for sums, _ in parts])
    share = np.concatenate([share for _, share in parts])
    return Copying(sums[:, 0], sums[:, 1], sums[:, 2], share / len(apart))


@vectorised
def _step(
    before: Float32s, after: Float32s, fits: Float32s, allowed: Float32s, stay: float, land: float
) -> None:
    """Move forward variables over a site; they sum to one again."""
    stay32, land32 = np.float32(stay), np.float32(land)
    total = np.float32(0.0)
    for k in range(len(before)):
        value = (stay32 * before[k] + land32 * allowed[k]) * fits[k]
        after[k] = value
        total += value
    scale = np.float32(1.0) / total
    for k in range(len(after)):
        after[k] *= scale


@vectorised
def _fits(donor: Haplotypes, allele: int, error: float, fits: Float32s) -> None:
    """Set the chance of the target's allele for each donor."""
    if allele:
        base, slope = np.float32(error), np.float32(1.0 - 2.0 * error)
    else:
        base, slope = np.float32(1.0 - error), np.float32(2.0 * error - 1.0)
    for k in range(len(donor)):
        fits[k] = base + slope * np.float32(donor[k])


@vectorised
def _shared(after: Float32s, message: Float32s, fits: Float32s, share: Float32s) -> float:
    """Add the posterior of each donor to `share`; return the chance of a wrong copy."""
    total = np.float32(0.0)
    for k in range(len(after)):
        total += after[k] * message[k]
    scale = np.float32(1.0) / total
    wrong = np.float32(0.0)
    for k in range(len(after)):
        gamma = after[k] * message[k] * scale
        share[k] += gamma
        wrong += gamma * np.float32(fits[k] < np.float32(0.5))
    return float(wrong)


@vectorised
def _back(
    before: Float32s, message: Float32s, fits: Float32s, allowed: Float32s, stay: float, land: float
) -> tuple[float, float]:
    """Move backward variables over a site; return the chance of a jump, and of another donor."""
    landed, stayed = np.float32(0.0), np.float32(0.0)
    for k in range(len(before)):
        value = message[k] * fits[k] * allowed[k]
        message[k] = value
        landed += value
        stayed += before[k] * value
    whole = np.float32(stay) * stayed + np.float32(land) * landed
    scale = np.float32(1.0) / whole
    for k in range(len(message)):
        message[k] = (np.float32(stay) * message[k] + np.float32(land) * landed) * scale
    jumped = float(np.float32(land) * landed * scale)
    return jumped, jumped - float(np.float32(land) * stayed * scale)


@compiled
def _paint(
    targets: Haplotypes,
    donors: Haplotypes,
    jump: Float64s,
    several: Float64s,
    error: float,
    barred: Indices,
) -> tuple[Float64s, Float64s]:
    """Return expected switches, errors and jumps, and how many sites come from each donor.

    `donors` has one row a site. Forward variables of a site sum to one; backward variables are
    scaled so that forward times backward does.
    """
    n_sites, n = donors.shape
    sums = np.zeros((len(targets), 3))
    shares = np.zeros((len(targets), n), np.float32)
    forward = np.empty((n_sites + 1, n), np.float32)
    message, fits = np.empty(n, np.float32), np.empty(n, np.float32)
    for t in range(len(targets)):
        allowed = np.ones(n, np.float32)
        if barred[t] >= 0:
            allowed[2 * barred[t] : 2 * barred[t] + 2] = np.float32(0.0)
        even = 1.0 / allowed.sum()
        forward[0] = allowed * np.float32(even)
        for j in range(n_sites):
            _fits(donors[j], targets[t, j], error, fits)
            _step(forward[j], forward[j + 1], fits, allowed, 1.0 - jump[j], jump[j] * even)
        message[:] = np.float32(1.0)
        for j in range(n_sites - 1, -1, -1):
            _fits(donors[j], targets[t, j], error, fits)
            sums[t, 1] += _shared(forward[j + 1], message, fits, shares[t])
            back = _back(forward[j], message, fits, allowed, 1.0 - jump[j], jump[j] * even)
            if several[j] > 0.0:
                sums[t, 0] += back[1]
                sums[t, 2] += several[j] * back[0]
    return sums, shares.astype(np.float64)


def fitted(
    donors: Haplotypes, some: Indices, apart: Float64s, threads: int = 1
) -> tuple[float, float]:
    """Return the rate and the error under which some donors copy from all others, by EM.

    Parameters
    ----------
    some
        Individuals among the donors; both haplotypes of each are painted with everyone else.
    """
    rows = np.stack([2 * some, 2 * some + 1], axis=1).ravel()
    length = apart[np.isfinite(apart)].sum()
    # One switch in about fifty sites, to begin with.
    rate, error = 0.02 * len(apart) / max(length, 1e-6), 0.01
    for _ in range(ROUNDS):
        copying = paint(donors[rows], donors, apart, rate, error, rows // 2, threads)
        if length > 0:
            rate = max(float(copying.jumps.mean() / length), 1e-9)
        error = min(max(float(copying.errors.mean() / len(apart)), LEAST_ERROR), 0.25)
    return rate, error


def likeliest(
    targets: Haplotypes,
    donors: Haplotypes,
    apart: Float64s,
    rate: float,
    error: float,
    threads: int = 1,
) -> Int32s:
    """Return the likeliest donor of each target at each site (Viterbi 1967).

    Returns
    -------
    numpy.ndarray
        ``int32``, shape ``(n_targets, n_sites)``. Of equally likely donors the first counts.
    """
    jump = -np.expm1(-rate * apart)
    columns = np.ascontiguousarray(donors.T)
    parts = map_pieces(
        lambda rows: _likeliest(targets[rows], columns, jump, error),
        pieces(len(targets), PIECE),
        threads,
    )
    return np.concatenate(parts)


@vectorised
def _follow(best: Float32s, fits: Float32s, jumped: Any, stay: float, land: float) -> None:
    """Move the chances of the best paths over a site; `jumped` says which came from elsewhere."""
    stay32, land32 = np.float32(stay), np.float32(land)
    top = np.float32(0.0)
    for k in range(len(best)):
        going_on = stay32 * best[k]
        jumped[k] = land32 > going_on
        best[k] = max(land32, going_on) * fits[k]
        top = max(top, best[k])
    scale = np.float32(1.0) / top
    for k in range(len(best)):
        best[k] *= scale


@compiled
def _likeliest(targets: Haplotypes, donors: Haplotypes, jump: Float64s, error: float) -> Int32s:
    n_sites, n = donors.shape
    path = np.empty((len(targets), n_sites), np.int32)
    jumped = np.empty((n_sites, n), np.bool_)
    source = np.empty(n_sites, np.int32)
    best, fits = np.empty(n, np.float32), np.empty(n, np.float32)
    for t in range(len(targets)):
        best[:] = np.float32(1.0)
        for j in range(n_sites):
            _fits(donors[j], targets[t, j], error, fits)
            source[j] = np.argmax(best)
            even = jump[j] / n
            _follow(best, fits, jumped[j], 1.0 - jump[j] + even, even * best[source[j]])
        at = np.int32(np.argmax(best))
        for j in range(n_sites - 1, -1, -1):
            path[t, j] = at
            if jumped[j, at]:
                at = source[j]
    return path
