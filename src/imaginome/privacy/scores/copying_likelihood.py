"""Likelihood of haplotypes as mosaics of donors (Li & Stephens 2003), exact and fast.

At most sites few donors carry the minor allele. All others change by the same affine map, which
is kept aside; only carriers are touched. Time is linear in the number of minor alleles among
donors, not in donors times sites (the idea of Rosen & Paten 2019).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Int64s, UInt8s, UInt32s
from imaginome.kernels.compile import compiled
from imaginome.kernels.threads import map_pieces, pieces
from imaginome.panel import Haplotypes

LANES = 4
"""Targets that are followed together, which costs little more than following one."""
WORST_DRIFT = 1e-10
"""Relative error of the sum over donors at which it is computed anew."""
SMALLEST = 1e-200
PILOTS = 10
"""People on whom rate and error are chosen."""
SWITCHES = (0.0005, 0.002, 0.008, 0.03, 0.1)
"""Jumps per site that are tried; errors likewise."""
ERRORS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)


@dataclass(frozen=True, eq=False)
class Donors:
    """Haplotypes to copy from, as carriers of the minor allele of each site.

    Attributes
    ----------
    n
        Number of donors.
    minor
        ``uint8``, the minor allele of each site; ALT where both are as frequent.
    carriers
        ``uint32``: its carriers, site after site.
    starts
        ``int64``, shape ``(n_sites + 1,)``: where carriers of each site begin.
    """

    n: int
    minor: UInt8s
    carriers: UInt32s
    starts: Int64s

    @classmethod
    def of(cls, haplotypes: Haplotypes) -> Donors:
        """Index haplotypes, ``uint8``, shape ``(n_donors, n_sites)``."""
        alt = haplotypes.sum(axis=0, dtype=np.int64)
        minor = np.asarray(2 * alt <= len(haplotypes), dtype=np.uint8)
        site, donor = np.nonzero(np.ascontiguousarray(haplotypes.T) == minor[:, None])
        starts = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=len(minor)))])
        return cls(len(haplotypes), minor, donor.astype(np.uint32), starts.astype(np.int64))

    def work(self) -> int:
        """Return how many steps the likelihood of one target takes."""
        return len(self.carriers) + len(self.minor)


def log_likelihood(
    targets: Haplotypes,
    donors: Donors,
    apart: Float64s,
    rate: float,
    error: float,
    threads: int = 1,
) -> Float64s:
    """Return the logarithm of the chance to copy each target from donors.

    Parameters
    ----------
    targets
        ``uint8``, shape ``(n_targets, n_sites)``.
    apart
        Distances of sites, infinite where a contig begins; from `kernels.copying.distances`.
    rate
        Jumps per unit of distance, to a donor drawn evenly.
    error
        Chance to copy an allele wrongly.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n_targets,)``, natural logarithms.
    """
    jump = -np.expm1(-rate * apart)

    padded = np.concatenate([targets, targets[:1].repeat(-len(targets) % LANES, axis=0)])

    def work(rows: slice) -> Float64s:
        return _forward(
            padded[rows], donors.n, donors.minor, donors.carriers, donors.starts, jump, error
        )

    logs = map_pieces(work, pieces(len(padded), LANES), threads)
    return np.concatenate(logs)[: len(targets)] if logs else np.empty(0)


@dataclass(frozen=True)
class Copier:
    """How haplotypes of these people copy from each other.

    Attributes
    ----------
    rate
        Jumps per unit of distance.
    error
        Chance to copy an allele wrongly.
    """

    rate: float
    error: float

    @classmethod
    def fitted(cls, haplotypes: Haplotypes, apart: Float64s, threads: int = 1) -> Copier:
        """Choose the likeliest of a grid: some people, copied from all others.

        Parameters
        ----------
        haplotypes
            Two rows a person, at least two people, in random order: the first are copied.
        """
        some = 2 * min(PILOTS, len(haplotypes) // 4)
        targets, donors = haplotypes[:some], Donors.of(haplotypes[some:])
        length = apart[np.isfinite(apart)].sum()
        most = len(apart) / max(float(length), 1e-6)

        def worse(copier: Copier) -> float:
            return -float(copier.log_likelihood(targets, donors, apart, threads).sum())

        best = cls(most * SWITCHES[1], ERRORS[-2])
        best = min((cls(most * share, best.error) for share in SWITCHES), key=worse)
        return min((cls(best.rate, error) for error in ERRORS), key=worse)

    def log_likelihood(
        self, targets: Haplotypes, donors: Donors, apart: Float64s, threads: int = 1
    ) -> Float64s:
        """Return the logarithm of the chance of each target; see `log_likelihood`."""
        return log_likelihood(targets, donors, apart, self.rate, self.error, threads)


@compiled
def _rebase(mass: Float64s, lane: int, scale: float, shift: float) -> None:
    """Write out the affine map of one target, and make its masses sum to one."""
    total = 0.0
    for k in range(len(mass)):
        mass[k, lane] = scale * mass[k, lane] + shift
        total += mass[k, lane]
    for k in range(len(mass)):
        mass[k, lane] /= total


@compiled
def _touch(
    mass: Float64s, carriers: UInt32s, ratio: Float64s, moved: Float64s, held: Float64s
) -> None:
    """Multiply carriers by `ratio` relative to everyone else; set `held` to the sum they had."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    # Names of their own: the compiler cannot know that `mass` and `ratio` do not overlap.
    r0, r1, r2, r3 = ratio[0], ratio[1], ratio[2], ratio[3]
    m0, m1, m2, m3 = moved[0], moved[1], moved[2], moved[3]
    for k in carriers:
        x0, x1, x2, x3 = mass[k, 0], mass[k, 1], mass[k, 2], mass[k, 3]
        a += x0
        b += x1
        c += x2
        d += x3
        mass[k, 0] = r0 * x0 + m0
        mass[k, 1] = r1 * x1 + m1
        mass[k, 2] = r2 * x2 + m2
        mass[k, 3] = r3 * x3 + m3
    held[0], held[1], held[2], held[3] = a, b, c, d


@compiled
def _forward(
    targets: Haplotypes,
    n: int,
    minor: UInt8s,
    carriers: UInt32s,
    starts: Int64s,
    jump: Float64s,
    error: float,
) -> Float64s:
    """Return log-likelihoods of `LANES` targets by the forward pass.

    The forward variable of donor k is ``scale * mass[k] + shift``; all of them sum to one. The
    majority's sum is one less the carriers', whose rounding error grows where nearly all mass
    is the carriers' and they do not fit: `drift` bounds it.
    """
    mass = np.zeros((n, LANES))
    logs, scale, drift, held = np.zeros(LANES), np.ones(LANES), np.zeros(LANES), np.zeros(LANES)
    shift, most = np.full(LANES, 1.0 / n), np.empty(LANES)
    ratio, moved = np.empty(LANES), np.empty(LANES)
    for j in range(len(minor)):
        if jump[j] >= 1.0:
            mass[:] = 0.0
            scale[:], shift[:], drift[:] = 1.0, 1.0 / n, 0.0
        else:
            scale *= 1.0 - jump[j]
            shift[:] = shift * (1.0 - jump[j]) + jump[j] / n
        for t in range(LANES):
            most[t] = error if targets[t, j] == minor[j] else 1.0 - error
            ratio[t] = (1.0 - most[t]) / most[t]
            moved[t] = (ratio[t] - 1.0) * shift[t] / scale[t]
        few = carriers[starts[j] : starts[j + 1]]
        _touch(mass, few, ratio, moved, held)
        for t in range(LANES):
            sum_few = scale[t] * held[t] + len(few) * shift[t]
            chance = most[t] * (1.0 - sum_few) + (1.0 - most[t]) * sum_few
            logs[t] += math.log(chance)
            grown = most[t] / chance
            scale[t] *= grown
            shift[t] *= grown
            drift[t] = (drift[t] + 1e-15) * max(1.0, grown)
            if drift[t] > WORST_DRIFT or scale[t] < SMALLEST:
                _rebase(mass, t, scale[t], shift[t])
                scale[t], shift[t], drift[t] = 1.0, 0.0, 0.0
    return logs
