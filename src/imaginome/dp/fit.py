"""What a private fit asks of people: moments on a budget, in answers of bounded length."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.dp.accounting import Budget
from imaginome.dp.groups import Means, group_means, polished
from imaginome.dp.moments import People, Products, Question, Spins, Told, ask
from imaginome.panel.frame import PanelFrame, class_groups

# -- How a private fit spends its budget on moments ------------------------------------------------
# A first look comes before closer ones: what a person adds beyond a first estimate is much shorter
# than what they add at all, and noise is as large as the longest thing that anyone may add.


COARSE = 0.2
"""Share of what is left of the budget for the first look."""
STEPS = 32
APART: tuple[float, ...] = (math.inf, 0.6, 0.1)
"""Largest noise of a mean spin at which everyone, superpopulations, populations are asked."""
APART_LINKS: tuple[float, ...] = (math.inf, 0.1, 0.03)
"""The same of a mean product: populations differ less in linkage than in frequencies."""
LINK_STEPS = 8
LEAST_SPREAD = 1e-3
MOST = 20.0
"""Squared length of answers up to which a bound is looked for, times what is expected."""
LENGTHS = 0.03
"""Share of a closer look, for how long answers are."""
CLEAR = 0.02
"""Largest noise of a mean product at which more than the next neighbours are asked for."""
SHARES = ((1.0,), (0.25, 0.75), (0.2, 0.35, 0.45))


@dataclass(frozen=True)
class Levels:
    """Everyone, superpopulations and populations as groups of classes, and their sizes."""

    groups: tuple[Int64s, ...]
    sizes: Float64s

    @classmethod
    def of(cls, frame: PanelFrame, people: float, *, apart: bool = True) -> Levels:
        """Return the levels that differ from each other; only everyone where not `apart`."""
        above = class_groups(frame)
        n = len(above)
        finer: tuple[Int64s, ...] = (above, np.arange(n, dtype=np.int64)) if apart else ()
        ladder: list[Int64s] = [np.zeros(n, dtype=np.int64)]
        for level in finer:
            if level.max() > ladder[-1].max():
                ladder.append(level)
        known: list[float] = [float(n) for n in frame.classes.values()] or [people]
        sizes = np.array(known)
        return cls(tuple(ladder), sizes)

    def resolved(self, noise: float, apart: tuple[float, ...]) -> tuple[Int64s, ...]:
        """Return the levels at which noise of this s.d. is at most `apart`, as a mean.

        What decides is noisy or public: no one person does.
        """
        people = self.sizes.sum()
        return tuple(
            level
            for level, most in zip(self.groups, apart, strict=False)
            if noise * (level.max() + 1) / people <= most
        )


def private_spins(people: People, levels: Levels, budget: Budget, part: float = 1.0) -> Float64s:
    """Release the mean spin of each site and class.

    Parameters
    ----------
    people
        Who counts.
    levels
        Groups of their classes.
    budget, part
        Of what is left of it, how much to spend.

    Returns
    -------
    numpy.ndarray
        ``float64`` of shape ``(n_classes, n_sites)``, in [-1, 1].
    """
    share = part * budget.left
    told = [first_look(people, levels, budget, COARSE * share)]
    means = site_means(told, levels)
    question = closer(np.clip(means.values, -1, 1), means.error)
    told += ask_closer(people, question, levels, budget, (1 - COARSE) * share, "alleles", APART)
    return polished(site_means(told, levels))


def private_covariances(
    people: People, spins: Float64s, links: Int64s, levels: Levels, budget: Budget
) -> Float64s:
    """Release the covariance of the spins of each link, ``float64`` ``(n_classes, n_links)``.

    What is left of the budget is spent. `spins` are what is known of the mean spins.
    """
    if not len(links):
        return np.zeros((people.n_classes, 0))
    question = linked(spins, links)
    told = ask_closer(people, question, levels, budget, budget.left, "pairs", APART_LINKS)
    # Means are known more finely than the steps from which products were taken.
    rest = spins - question.reference / question.steps
    known = -rest[:, links[:, 0]] * rest[:, links[:, 1]]
    told = [replace(one, reference=known) for one in told]
    means = group_means(told, levels.groups, levels.sizes, np.zeros_like(known))
    # Linkage is a correlation times the spread of both sites: little where they are rare.
    spread = np.sqrt(np.maximum(1 - spins**2, LEAST_SPREAD))
    return polished(means, unit=spread[:, links[:, 0]] * spread[:, links[:, 1]])


def linked(spins: Float64s, links: Int64s) -> Products:
    """Ask for products of links around mean spins; the bound is that of unlinked sites, twice."""
    reference = np.rint(LINK_STEPS * spins).astype(np.int64)
    around = 1 - spins**2 + (spins - reference / LINK_STEPS) ** 2
    scatter = (around[:, links[:, 0]] * around[:, links[:, 1]] / 2).sum(axis=1).max()
    question = Products(reference, 1, links, LINK_STEPS)
    return question.within(math.ceil(2 * question.scale**2 * scatter + 1))


def reach_within(wanted: int, n_sites: int, levels: Levels, budget: Budget) -> int:
    """Return how many neighbours of each site can be asked for: `wanted`, or 1 under much noise.

    The length of an answer, were all alleles common, decides, and the noisy number of people.
    """
    rho = budget.left * budget.rho
    if math.isinf(rho):
        return wanted
    noise = math.sqrt(wanted * n_sites / 2 / (2 * rho)) / levels.sizes.sum()
    return wanted if noise <= CLEAR else 1


def first_look(people: People, levels: Levels, budget: Budget, share: float) -> Told:
    """Ask everyone for all sites, of no reference: no answer is longer than sqrt(n_sites)."""
    reference = np.zeros((people.n_classes, people.n_sites), dtype=np.int64)
    question = Spins(reference, people.n_sites)
    return ask(people, question, levels.groups[0], budget, "alleles, a first look", share)


def site_means(told: list[Told], levels: Levels) -> Means:
    """Return mean spins from what was told; before that they lie around their common mean."""
    common = told[0].total.sum(axis=0) / levels.sizes.sum()
    centre = np.full((len(levels.sizes), common.size), common.mean())
    return group_means(told, levels.groups, levels.sizes, centre)


def closer(expected: Float64s, error: Float64s) -> Spins:
    """Ask for what is beyond what is expected; the bound is how long such an answer should be.

    Parameters
    ----------
    expected
        Means in [-1, 1] of each class and feature.
    error
        Variance of their error, by class.
    """
    reference = np.rint(STEPS * expected).astype(np.int64)
    scatter = ((1 - expected**2) / 2 + error[:, None]).sum(axis=1).max()
    return Spins(reference, math.ceil(STEPS**2 * scatter), STEPS)


def ask_closer(
    people: People,
    question: Question,
    levels: Levels,
    budget: Budget,
    share: float,
    what: str,
    apart: tuple[float, ...],
) -> list[Told]:
    """Find a bound, and ask at each level at which noise leaves something to see."""
    question = bounded(people, question, MOST, budget, share * LENGTHS)
    share *= 1 - LENGTHS
    rho = share * budget.rho
    noise = question.length / math.sqrt(2 * rho) if math.isfinite(rho) else 0.0
    chosen = levels.resolved(noise, apart)
    names = ("everyone", "groups", "finer groups")
    return [
        ask(people, question, level, budget, f"{what} of {name}, a closer look", share * part)
        for level, name, part in zip(chosen, names, SHARES[len(chosen) - 1], strict=False)
    ]


# -- How long an answer may be ---------------------------------------------------------------------
# A noisy histogram of lengths tells where most of them end.


BINS = 28
LEAST = 0.5
"""Least bound that is looked for, times what is expected."""
WITHIN = 0.8
"""Share of people whose answers are not shortened."""
CLEAR_BOUND = 0.1
"""Noise of the histogram, over the number of people, above which it tells nothing."""
Q = TypeVar("Q", bound=Question)


def bounded(people: People, question: Q, most: float, budget: Budget, share: float) -> Q:
    """Return the question with a bound that most people's answers keep to.

    Parameters
    ----------
    people, question
        Who will be asked what; the bound of `question` is what is expected of an answer.
    most
        Times the expected squared length up to which a bound is looked for.
    budget, share
        What the histogram may cost.
    """
    ends = np.ceil(np.geomspace(LEAST, most, BINS) * question.bound_squared).astype(np.int64)
    told = budget.count(
        "people by length of their answer",
        histogram(people, question, ends),
        sensitivity_squared=1,
        share=share,
    )
    noise = math.sqrt(told.variance * len(ends)) / budget.people
    if noise > CLEAR_BOUND:
        return question
    index = int(np.searchsorted(np.cumsum(told.values), WITHIN * budget.people))
    return question.within(int(ends[min(index, len(ends) - 1)]))


def histogram(people: People, question: Question, ends: Int64s) -> Int64s:
    """Count people by squared length of their answer; one person is in one bin."""
    counts = np.zeros(len(ends), dtype=np.int64)
    for _, answers in people.answers(question):
        bins = np.minimum(np.searchsorted(ends, (answers**2).sum(axis=1)), len(ends) - 1)
        counts += np.bincount(bins, minlength=len(ends))
    return counts
