"""Moments of genotypes under a guarantee: what one person adds is bounded, sums get noise.

An allele is a spin: -1 for REF, 1 for ALT. The mean spins of sites are their frequencies; the mean
products of two spins, taken from near their means, are the linkage of pairs. Both together fix the
2 x 2 tables of pairs. Neighbouring tables agree on the site that they share, because each site is
released once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.dp.accounting import Budget
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame, haplotype_classes
from imaginome.panel.units import one_a_unit

BLOCK = 1 << 21
"""Numbers that are in memory at once."""


@dataclass(frozen=True)
class People:
    """One individual of each unit.

    Attributes
    ----------
    haplotypes
        ``uint8`` of shape ``(2 n, n_sites)``.
    classes
        Class of each individual, ``int64`` of shape ``(n,)``.
    n_classes
        Number of classes.
    """

    haplotypes: Haplotypes
    classes: Int64s
    n_classes: int

    @classmethod
    def of(cls, train: Panel, frame: PanelFrame) -> People:
        """Return the people of a train panel that count: the first of each unit."""
        counted = one_a_unit(train)
        classes = haplotype_classes(counted, frame)[::2]
        return cls(counted.haplotypes, classes, max(1, len(frame.classes)))

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return int(self.haplotypes.shape[1])

    def answers(self, question: Question) -> Iterator[tuple[Int64s, Int64s]]:
        """Yield classes and answers, not shortened yet, of some people at a time."""
        size = max(1, BLOCK // (self.n_sites + question.width))
        for first in range(0, len(self.classes), size):
            classes = self.classes[first : first + size]
            rows = self.haplotypes[2 * first : 2 * (first + size)]
            yield classes, question.answers(classes, rows.astype(np.int64))


@dataclass(frozen=True)
class Question(ABC):
    """What is asked of each person: whole numbers, in steps of ``1 / scale``.

    Attributes
    ----------
    reference
        Known already of each class, in steps.
    bound_squared
        Most that the squares of a person's answer may sum to, in squared steps; a longer answer is
        shortened to it.
    """

    reference: Int64s
    bound_squared: int

    @property
    @abstractmethod
    def scale(self) -> int:
        """Steps in one."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many numbers an answer has."""

    @abstractmethod
    def answers(self, classes: Int64s, alleles: Int64s) -> Int64s:
        """Return the answers of some people, ``int64`` of shape ``(n, width)``.

        Parameters
        ----------
        classes, alleles
            ``int64`` of shapes ``(n,)`` and ``(2 n, n_sites)``.
        """

    @property
    def length(self) -> float:
        """Length of the longest answer."""
        return math.sqrt(self.bound_squared) / self.scale

    def within(self, bound_squared: int) -> Self:
        """Return the same question with another bound."""
        return replace(self, bound_squared=bound_squared)


@dataclass(frozen=True)
class Spins(Question):
    """The mean spin of both haplotypes at each site, beyond the reference."""

    steps: int = 1

    @property
    def scale(self) -> int:
        """Steps in one."""
        return self.steps

    @property
    def width(self) -> int:
        """Number of sites."""
        return int(self.reference.shape[1])

    def answers(self, classes: Int64s, alleles: Int64s) -> Int64s:
        """Return answers; see `Question.answers`."""
        return self.steps * (alleles[::2] + alleles[1::2] - 1) - self.reference[classes]


@dataclass(frozen=True)
class Products(Question):
    """The mean product of both spins of each link, each taken from `reference`.

    Where the reference is near the means this is the covariance: an error in the mean of either
    site counts only times that of the other. `links` is ``int64`` of shape ``(n_links, 2)``.
    """

    links: Int64s
    steps: int

    @property
    def scale(self) -> int:
        """Steps in one: two haplotypes, two factors."""
        return 2 * self.steps**2

    @property
    def width(self) -> int:
        """Number of links."""
        return len(self.links)

    def answers(self, classes: Int64s, alleles: Int64s) -> Int64s:
        """Return answers; see `Question.answers`."""
        spins = self.steps * (2 * alleles - 1) - np.repeat(self.reference[classes], 2, axis=0)
        both = spins[:, self.links[:, 0]] * spins[:, self.links[:, 1]]
        return both[::2] + both[1::2]


def clipped(answers: Int64s, bound_squared: int) -> Int64s:
    """Shorten rows whose squares sum to more than the bound, towards zero, in whole steps."""
    lengths = (answers**2).sum(axis=1)
    long = lengths > bound_squared
    # A hair below the exact factor: rounding of the factor may not let a row pass the bound.
    factor = np.sqrt(bound_squared / np.maximum(lengths, 1)) * (1 - 1e-12)
    shortened = np.trunc(answers * factor[:, None]).astype(np.int64)
    return np.where(long[:, None], shortened, answers)


def sums(people: People, question: Question, groups: Int64s) -> Int64s:
    """Return the sum of the clipped answers of each group, ``int64`` ``(n_groups, width)``.

    Adding or removing one person changes it by at most the bound of the question, in Euclidean
    length over all groups: a person is in one of them.

    Parameters
    ----------
    people, question
        Who is asked what.
    groups
        Group of each class, from 0.
    """
    total = np.zeros((int(groups.max()) + 1, question.width), dtype=np.int64)
    for classes, answers in people.answers(question):
        np.add.at(total, groups[classes], clipped(answers, question.bound_squared))
    return total


@dataclass(frozen=True)
class Told:
    """What a release tells of the features of each group.

    Attributes
    ----------
    groups
        Group of each class.
    total
        Sum over the people of a group of feature minus reference, with noise, ``float64``.
    reference
        ``float64`` of shape ``(n_classes, n_features)``.
    variance
        Of the noise in `total`.
    """

    groups: Int64s
    total: Float64s
    reference: Float64s
    variance: float


def ask(
    people: People, question: Question, groups: Int64s, budget: Budget, what: str, share: float
) -> Told:
    """Release the answers of everyone, summed by group, at a share of the budget."""
    release = budget.count(
        what,
        sums(people, question, groups),
        sensitivity_squared=question.bound_squared,
        share=share,
    )
    scale = float(question.scale)
    reference = question.reference / scale
    return Told(groups, release.values / scale, reference, release.variance / scale**2)
