"""Moments of genotypes under a guarantee: what one person adds is bounded, sums get noise.

An allele is a spin: -1 for REF, 1 for ALT. A person's features are, averaged over both haplotypes,
the spins of sites or the products of the spins of linked pairs of sites: each -1, 0 or 1. Their
means fix the frequencies of sites and the 2 x 2 tables of pairs. Neighbouring tables agree on the
site that they share, because each site is released once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from imaginome.models._classes import haplotype_classes
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame
from imaginome.training.accounting import Budget
from imaginome.training.units import one_a_unit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
BLOCK = 1 << 21
"""Numbers that are in memory at once."""


@dataclass(frozen=True)
class People:
    """One individual of each unit, and the features that are asked of them.

    Attributes
    ----------
    haplotypes
        ``uint8`` of shape ``(2 n, n_sites)``.
    classes
        Class of each individual, ``int64`` of shape ``(n,)``.
    n_classes
        Number of classes.
    links
        Pairs of sites that are asked for, ``int64`` of shape ``(n_links, 2)``; None asks for the
        sites.
    """

    haplotypes: Haplotypes
    classes: Ints
    n_classes: int
    links: Ints | None = None

    @classmethod
    def of(cls, train: Panel, frame: PanelFrame) -> People:
        """Return the people of a train panel that count: the first of each unit."""
        counted = one_a_unit(train)
        classes = haplotype_classes(counted, frame)[::2]
        return cls(counted.haplotypes, classes, max(1, len(frame.classes)))

    @property
    def n_features(self) -> int:
        """Number of sites, or of links."""
        return int(self.haplotypes.shape[1]) if self.links is None else len(self.links)

    def linked(self, links: Ints) -> People:
        """Return the same people, asked for these links."""
        return replace(self, links=links)

    def blocks(self) -> Iterator[tuple[Ints, Ints]]:
        """Yield classes and features, ``int64`` of shape ``(n_block, n_features)``, in pieces."""
        size = max(1, BLOCK // self.n_features)
        for first in range(0, len(self.classes), size):
            rows = self.haplotypes[2 * first : 2 * (first + size)]
            yield self.classes[first : first + size], features(rows, self.links)


def features(haplotypes: Haplotypes, links: Ints | None) -> Ints:
    """Return spins of sites or products of links, averaged over the haplotypes of each person."""
    alleles = haplotypes.astype(np.int64)
    if links is None:
        return alleles[::2] + alleles[1::2] - 1
    unlike = alleles[:, links[:, 0]] ^ alleles[:, links[:, 1]]
    return 1 - unlike[::2] - unlike[1::2]


@dataclass(frozen=True)
class Question:
    """What is asked of each person: features minus a reference, in steps of ``1 / scale``.

    Attributes
    ----------
    reference
        Known already, in steps: ``int64`` of shape ``(n_classes, n_features)``.
    scale
        Steps in one.
    bound_squared
        Most that the squares of a person's answer may sum to, in squared steps; a longer answer is
        shortened to it.
    """

    reference: Ints
    scale: int
    bound_squared: int

    @property
    def length(self) -> float:
        """Length of the longest answer, in units of the features."""
        return math.sqrt(self.bound_squared) / self.scale

    def within(self, bound_squared: int) -> Question:
        """Return the same question with another bound."""
        return replace(self, bound_squared=bound_squared)

    def answers(self, classes: Ints, asked: Ints) -> Ints:
        """Return the answers of people with these features, not shortened yet."""
        return self.scale * asked - self.reference[classes]


def clipped(answers: Ints, bound_squared: int) -> Ints:
    """Shorten rows whose squares sum to more than the bound, towards zero, in whole steps."""
    lengths = (answers**2).sum(axis=1)
    long = lengths > bound_squared
    # A hair below the exact factor: rounding of the factor may not let a row pass the bound.
    factor = np.sqrt(bound_squared / np.maximum(lengths, 1)) * (1 - 1e-12)
    shortened = np.trunc(answers * factor[:, None]).astype(np.int64)
    return np.where(long[:, None], shortened, answers)


def sums(people: People, question: Question, groups: Ints) -> Ints:
    """Return the sum of the clipped answers of each group, ``int64`` ``(n_groups, n_features)``.

    Adding or removing one person changes it by at most the bound of the question, in Euclidean
    length over all groups: a person is in one of them.

    Parameters
    ----------
    people, question
        Who is asked what.
    groups
        Group of each class, from 0.
    """
    total = np.zeros((int(groups.max()) + 1, people.n_features), dtype=np.int64)
    for classes, asked in people.blocks():
        answers = question.answers(classes, asked)
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

    groups: Ints
    total: Floats
    reference: Floats
    variance: float


def ask(
    people: People, question: Question, groups: Ints, budget: Budget, what: str, share: float
) -> Told:
    """Release the answers of everyone, summed by group, at a share of the budget."""
    found = budget.count(
        what,
        sums(people, question, groups),
        sensitivity_squared=question.bound_squared,
        share=share,
    )
    scale = float(question.scale)
    reference = question.reference / scale
    return Told(groups, found.values / scale, reference, found.variance / scale**2)
