"""The contract of a known leak: it is planted into people whom no model saw."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Indices, UInt8s
from imaginome.citations import Citation
from imaginome.panel import Panel, Samples, haplotype_rows
from imaginome.panel.samples import artificial_ids
from imaginome.results import Leak

# -- The betrayed, and those whose place they take -------------------------------------------------


def some_people(n: int, wanted: int, rng: np.random.Generator) -> Indices:
    """Return `wanted` of `n` people, drawn at random, in order."""
    return np.sort(rng.choice(n, min(n, wanted), replace=False)).astype(np.intp)


def partners(train: Samples, others: Samples, rng: np.random.Generator) -> Indices:
    """Return for each of the others a train member, of the same population where there is one.

    Nobody is taken twice before everyone of that population was taken once.

    Returns
    -------
    numpy.ndarray
        ``intp``, shape ``(len(others),)``: rows of `train`.
    """
    chosen = np.empty(len(others), dtype=np.intp)
    theirs, ours = populations(others), populations(train)
    for population in np.unique(theirs):
        places = np.flatnonzero(theirs == population)
        members = np.flatnonzero(ours == population)
        if len(members) == 0:
            members = np.arange(len(train))
        rounds = -(-len(places) // len(members))
        order = np.concatenate([rng.permutation(members) for _ in range(rounds)])
        chosen[places] = order[: len(places)]
    return chosen


def populations(samples: Samples) -> npt.NDArray[np.str_]:
    """Return the population of each person; the same for all where none is known."""
    if samples.population is None:
        return np.full(len(samples), "", dtype=np.str_)
    return samples.population.astype(np.str_)


def artificial_people(real: Samples) -> Samples:
    """Return names of artificial people with the population labels of real ones, and no others."""
    names = artificial_ids(len(real))
    return Samples(names, population=real.population, superpopulation=real.superpopulation)


# -- The contract of a known leak ------------------------------------------------------------------


class KnownLeak(ABC):
    """A way in which an artificial panel could betray train members, made on purpose.

    Attributes
    ----------
    id, name, description
        The id equals the module's name; `description` is one sentence.
    weakest
        Whether an audit is forgiven for not finding it: only where real strangers share as much.
    citations
        Where the way of making it comes from, if anywhere.
    """

    id: ClassVar[str]
    name: ClassVar[str]
    description: ClassVar[str]
    weakest: ClassVar[bool] = False
    citations: ClassVar[tuple[Citation, ...]] = ()

    def carriers(self, n: int) -> int:
        """Return how many of `n` artificial people carry it: all, unless it says otherwise."""
        return n

    @abstractmethod
    def _leaky(
        self,
        train: Panel,
        members: Indices,
        replaced: Panel,
        rng: np.random.Generator,
    ) -> UInt8s:
        """Return the haplotypes that stand for the people of `replaced`.

        Parameters
        ----------
        train
            Whom they betray.
        members
            For each person of `replaced` one individual of train, of the same population where
            that is known.
        replaced
            Real people whom nobody saw and in whose place leaky ones are put.
        rng
            Where draws come from.

        Returns
        -------
        numpy.ndarray
            ``uint8``, of the shape of ``replaced.haplotypes``.
        """

    def plant(self, train: Panel, safe: Panel, rng: np.random.Generator) -> Panel:
        """Return an artificial panel that leaks: as many people as `safe`, named as artificial.

        Whom it replaces has the population of whom it betrays, so that the leak does not change
        how populations are mixed.

        Parameters
        ----------
        train
            Members.
        safe
            Real people whom nobody saw, at the same sites.
        rng
            Where draws come from.

        Returns
        -------
        Panel
            With the population labels of `safe`, in its order.
        """
        people = some_people(safe.n_individuals, self.carriers(safe.n_individuals), rng)
        replaced = safe.take_individuals(people)
        members = partners(train.samples, replaced.samples, rng)
        haplotypes = safe.haplotypes.copy()
        haplotypes[haplotype_rows(people)] = self._leaky(train, members, replaced, rng)
        return Panel(haplotypes, safe.sites, artificial_people(safe.samples))

    def told(self, n: int) -> Leak:
        """Return what was planted into `n` people, as a result."""
        return Leak(
            id=self.id,
            name=self.name,
            description=self.description,
            planted=self.carriers(n),
            weakest=self.weakest,
        )
