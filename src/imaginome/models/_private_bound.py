"""How long an answer may be: a noisy histogram of lengths tells where most of them end."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from imaginome.arrays import Int64s
from imaginome.citations import Citation
from imaginome.models._private_moments import People, Question
from imaginome.training.accounting import Budget

ANDREW_2021 = Citation(
    "andrew2021",
    "Andrew, Galen and Thakkar, Om and McMahan, H. Brendan and Ramaswamy, Swaroop",
    "Differentially private learning with adaptive clipping",
    "Advances in Neural Information Processing Systems",
    2021,
    "",
    "the clipping bound is a quantile of lengths, found inside the budget",
)
BINS = 28
LEAST = 0.5
"""Least bound that is looked for, times what is expected."""
WITHIN = 0.8
"""Share of people whose answers are not shortened."""
CLEAR = 0.1
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
    if noise > CLEAR:
        return question
    found = int(np.searchsorted(np.cumsum(told.values), WITHIN * budget.people))
    return question.within(int(ends[min(found, len(ends) - 1)]))


def histogram(people: People, question: Question, ends: Int64s) -> Int64s:
    """Count people by squared length of their answer; one person is in one bin."""
    counts = np.zeros(len(ends), dtype=np.int64)
    for _, answers in people.answers(question):
        bins = np.minimum(np.searchsorted(ends, (answers**2).sum(axis=1)), len(ends) - 1)
        counts += np.bincount(bins, minlength=len(ends))
    return counts
