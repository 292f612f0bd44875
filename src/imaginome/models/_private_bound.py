"""How long an answer may be: a noisy histogram of lengths tells where most of them end."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

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
EDGES = 0.6 * 1.12 ** np.arange(28)
"""Ends of the bins of squared length, in units of what is expected: 0.6 to 13."""
WITHIN = 0.8
"""Share of people whose answers are not shortened."""
CLEAR = 0.1
"""Noise of the histogram, over the number of people, above which it tells nothing."""


def bounded(people: People, question: Question, budget: Budget, share: float) -> Question:
    """Return the question with a bound that most people's answers keep to.

    Parameters
    ----------
    people, question
        Who will be asked what; the bound of `question` is what is expected of an answer.
    budget, share
        What the histogram may cost.
    """
    ends = np.ceil(EDGES * question.bound_squared).astype(np.int64)
    told = budget.count(
        "people by length of their answer",
        histogram(people, question, ends),
        sensitivity_squared=1,
        share=share,
    )
    noise = math.sqrt(told.variance * len(ends)) / budget.people
    if noise > CLEAR:
        return question
    found = np.searchsorted(np.cumsum(told.values), WITHIN * budget.people)
    return question.within(int(ends[min(found, len(ends) - 1)]))


def histogram(
    people: People, question: Question, ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Count people by squared length of their answer; one person is in one bin."""
    counts = np.zeros(len(ends), dtype=np.int64)
    for classes, asked in people.blocks():
        lengths = (question.answers(classes, asked) ** 2).sum(axis=1)
        bins = np.minimum(np.searchsorted(ends, lengths), len(ends) - 1)
        counts += np.bincount(bins, minlength=len(ends))
    return counts
