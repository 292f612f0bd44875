"""The risk of each artificial haplotype: calibrated on people whom nobody saw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Bools, Float64s, Int64s
from imaginome.metrics.comparison import Comparison
from imaginome.privacy._likeness import KINDS, Likeness, likeness
from imaginome.privacy._parts import paired_parts
from imaginome.privacy._tails import discovery_rates, tail_probabilities

WHOLE = KINDS.index("distance")
"""Contrasts from here on are about the whole haplotype, those before about runs."""
SCALE = 0.95
"""Quantile at which two tails are compared."""
ENOUGH_PEOPLE = 20
"""Holdout people needed before anything can be said of a single record."""


@dataclass(frozen=True, eq=False)
class Risks:
    """One entry for each artificial haplotype; build it with `of`.

    Attributes
    ----------
    p
        Probability of being as near to train as this if nobody in train had been seen.
    q
        False-discovery rate at which it is named (Benjamini and Hochberg 1995).
    q_whole
        The same by nearness of the whole haplotype or person alone: what kin hardly reach.
    mirrored
        The rates `q` with train and holdout exchanged: the control.
    kind
        Index into `KINDS` of the contrast that tells most.
    stretch
        ``int64``, shape ``(n, 2)``: the strongest run with train, first site and first behind.
    donor
        Train individual from whom it is, as an index into the comparison's train panel, or -1
        where there is none. For counting only: it is never written.
    apart
        Sites that differ from the nearest train haplotype.
    verbatim
        ``bool``, shape ``(n_people,)``: equal to one train person at every site.
    """

    p: Float64s
    q: Float64s
    q_whole: Float64s
    mirrored: Float64s
    kind: Int64s
    stretch: Int64s
    donor: Int64s
    apart: Int64s
    verbatim: Bools

    @classmethod
    def of(cls, comparison: Comparison) -> Risks:
        """Score every artificial haplotype against everyone in train, part by part.

        The most telling of all contrasts and parts counts, its probability multiplied by their
        number (Bonferroni).
        """
        parts = paired_parts(comparison)
        found = [likeness(part) for part in parts]
        one = np.concatenate([_probabilities(part) for part in found])
        other = np.concatenate([_probabilities(part, -1.0) for part in found])
        best = one.argmin(axis=0)
        p = _least(one)
        whole = [kind >= WHOLE for _ in found for kind in range(len(KINDS))]
        part, kind = np.divmod(best, len(KINDS))
        which = np.arange(len(p))
        stretch = np.stack([made.runs.stretch for made in found])[part, which].astype(np.int64)
        donors = [_donors(made, comparison, at) for made, at in zip(found, parts, strict=True)]
        return cls(
            p,
            discovery_rates(p),
            discovery_rates(_least(one[whole])),
            discovery_rates(_least(other)),
            kind,
            stretch,
            np.stack(donors)[part, (kind >= WHOLE).astype(np.intp), which],
            np.stack([made.known.haplotype for made in found])[part, which].astype(np.int64),
            np.any([made.known.person == 0 for made in found], axis=0),
        )

    def people(self, rate: float, *, whole: bool = False) -> Bools:
        """Return which people have a haplotype named at a rate: by anything, or as a whole."""
        rates = self.q_whole if whole else self.q
        return np.asarray((rates <= rate).reshape(-1, 2).any(axis=1))

    def named(self, rate: float) -> Bools:
        """Return which haplotypes are named at a false-discovery rate."""
        return self.q <= rate


def _least(p: Float64s) -> Float64s:
    """Return the least probability over rows, times their number."""
    return np.asarray(np.minimum(1.0, len(p) * p.min(axis=0)))


def enough(comparison: Comparison) -> bool:
    """Return whether the holdout is large enough to say what chance does."""
    return min(comparison.train.n_individuals, comparison.holdout.n_individuals) >= ENOUGH_PEOPLE


def _probabilities(found: Likeness, sign: float = 1.0) -> Float64s:
    """Return P(contrast as large by chance), ``float64`` of shape ``(n_kinds, n_haplotypes)``."""
    rows = []
    for kind in KINDS:
        p = _chance(sign * found.artificial[kind], found.real[kind])
        rows.append(np.repeat(p, 2) if kind == "person" else p)
    return np.stack(rows)


def _chance(scores: Float64s, real: Float64s) -> Float64s:
    """Return P(contrast as large by chance).

    The tail is that of real people on either side of strangers: they are the most, relatives
    that nobody knows of among them. Where the artificial panel reaches farther to the other
    side than real people do, the tail is stretched as much.
    """
    pool = np.concatenate([real, -real])
    usual, here = np.quantile(pool, SCALE), np.quantile(-scores, SCALE)
    stretch = max(1.0, here / usual) if usual > 0 else 1.0
    return tail_probabilities(scores / stretch, pool)


def _donors(found: Likeness, comparison: Comparison, part: Comparison) -> Int64s:
    """Return who carries the strongest run and who is nearest, ``(2, n_haplotypes)``."""
    people = comparison.train.samples.indices(part.train.samples.id)
    rows = np.stack([found.runs.donor, found.known.row])
    return np.where(rows < 0, -1, people[rows // 2]).astype(np.int64)
