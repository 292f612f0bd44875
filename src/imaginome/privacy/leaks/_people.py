"""Who is betrayed, and in whose place: people of the same population."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Indices
from imaginome.panel import Samples, strings


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
    names = strings([f"IMG{i + 1:06d}" for i in range(len(real))])
    return Samples(names, population=real.population, superpopulation=real.superpopulation)
