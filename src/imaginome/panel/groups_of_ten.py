"""Groups of ten: similar haplotypes whose means betray no one person."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, UInt8s
from imaginome.panel.panel import Haplotypes

MEMBERS = 10
"""Haplotypes of a group, each of another person."""


def groups_of_ten(
    haplotypes: Haplotypes, rng: np.random.Generator, *, most: int, shades: int
) -> UInt8s:
    """Return the alleles of groups of similar haplotypes, ``uint8`` of shape ``(n, n_sites)``.

    A haplotype drawn at random and the nearest to it, of nine other people, that are in no
    group yet make one. Values are allele frequencies in steps of ``1 / shades``: with four, an
    allele that one person of a group alone carries is not seen.

    Parameters
    ----------
    haplotypes
        ``uint8`` of shape ``(n_haplotypes, n_sites)``; rows ``2i`` and ``2i + 1`` are a person.
    rng
        Draws the haplotypes at which groups begin.
    most
        Groups at most.
    shades
        Steps from a frequency of 0 to one of 1.
    """
    left = np.arange(len(haplotypes))
    found: list[Float64s] = []
    while len(np.unique(left // 2)) >= MEMBERS and len(found) < most:
        start = haplotypes[rng.choice(left)]
        order = np.argsort((haplotypes[left] != start).sum(axis=1), kind="stable")
        _, nearest_of_person = np.unique(left[order] // 2, return_index=True)
        near = order[np.sort(nearest_of_person)[:MEMBERS]]
        found.append(haplotypes[left[near]].mean(axis=0))
        left = np.delete(left, near)
    means = np.array(found).reshape(len(found), haplotypes.shape[1])
    return np.floor(means * shades + 0.5).astype(np.uint8)
