"""Children of members: kin of somebody in train, of whom half of the genome is theirs."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.panel import Haplotypes, Panel, Sites, haplotype_rows
from imaginome.privacy.leaks.base import KnownLeak

MEMBERS = 20
CM_PER_BP = 1e-6
"""One centimorgan a megabase where there is no genetic map: the human average."""


class Relatives(KnownLeak):
    """Some artificial people are children of train members with strangers."""

    id = "relatives"
    name = "Children of twenty members"
    description = (
        "Twenty artificial people are children: one gamete of a train member, by recombination "
        "of both haplotypes, and one of a person whom nobody saw."
    )

    citations = cite(
        haldane1919="recombination as crossings without interference",
    )

    def carriers(self, n: int) -> int:
        """Return twenty, or everyone where there are fewer."""
        return min(MEMBERS, n)

    def _leaky(
        self,
        train: Panel,
        members: Indices,
        replaced: Panel,
        rng: np.random.Generator,
    ) -> Haplotypes:
        crossed = recombination(train.sites)
        children = np.empty_like(replaced.haplotypes)
        parents = (train.haplotypes[haplotype_rows(members)], replaced.haplotypes)
        for side, haplotypes in enumerate(parents):
            pairs = haplotypes.reshape(-1, 2, train.n_sites)
            children[side::2] = [gamete(pair, crossed, rng) for pair in pairs]
        return children


def recombination(sites: Sites) -> Float64s:
    """Return the chance of recombination in front of each site; one half where a contig begins.

    Haldane (1919): crossings without interference, ``(1 - exp(-2 d)) / 2`` at d morgans.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(n_sites,)``.
    """
    known = sites.cm is not None and bool(np.isfinite(sites.cm).all())
    where = sites.cm if known and sites.cm is not None else sites.position * CM_PER_BP
    apart = np.maximum(np.diff(where, prepend=where[:1]), 0.0)
    chance = -0.5 * np.expm1(-2.0 * apart / 100.0)
    chance[sites.contig_starts()] = 0.5
    return np.asarray(chance, dtype=np.float64)


def gamete(pair: Haplotypes, crossed: Float64s, rng: np.random.Generator) -> Haplotypes:
    """Return one haplotype made of two by recombination.

    Parameters
    ----------
    pair
        ``uint8``, shape ``(2, n_sites)``.
    crossed
        Chance of recombination in front of each site; one half at the first.
    rng
        Where draws come from.
    """
    side = np.cumsum(rng.random(len(crossed)) < crossed) % 2
    return np.asarray(pair[side, np.arange(len(crossed))])


ITEM = Relatives
