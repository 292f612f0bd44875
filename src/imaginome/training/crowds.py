"""Crowds: what real people look like, as means of groups that betray no one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from imaginome.emergence import ROWS, SHADES, SITES, Bits, Emergence, shown
from imaginome.panel import Haplotypes, Panel, Sites
from imaginome.training.control import FitControl

MEMBERS = 10
"""Haplotypes of a crowd, each of another person."""


def crowds(haplotypes: Haplotypes, rng: np.random.Generator) -> Bits:
    """Return the alleles of groups of similar haplotypes, ``uint8`` of shape ``(n, n_sites)``.

    A haplotype drawn at random and the nearest to it, of nine other people, that are in no
    group yet make one. Values are allele frequencies in steps of ``1 / SHADES``, so that an
    allele that one person of a group alone carries is not seen.

    Parameters
    ----------
    haplotypes
        ``uint8`` of shape ``(n_haplotypes, n_sites)``; rows ``2i`` and ``2i + 1`` are a person.
    rng
        Draws the haplotypes at which groups begin.
    """
    left = np.arange(len(haplotypes))
    found: list[npt.NDArray[np.float64]] = []
    while len(np.unique(left // 2)) >= MEMBERS and len(found) < ROWS:
        start = haplotypes[rng.choice(left)]
        order = np.argsort((haplotypes[left] != start).sum(axis=1), kind="stable")
        _, nearest_of_person = np.unique(left[order] // 2, return_index=True)
        near = order[np.sort(nearest_of_person)[:MEMBERS]]
        found.append(haplotypes[left[near]].mean(axis=0))
        left = np.delete(left, near)
    means = np.array(found).reshape(len(found), haplotypes.shape[1])
    return np.floor(means * SHADES + 0.5).astype(np.uint8)


def beside_real(emergence: Emergence, train: Panel, control: FitControl) -> Emergence:
    """Return the frames with crowds of the train panel beside them, and their place in words."""
    part = shown(train.n_sites)
    real = crowds(train.haplotypes[:, part], control.rng("emergence", "crowds"))
    return replace(emergence, crowds=real, where=place(train.sites))


def place(sites: Sites) -> str:
    """Say which sites are shown: ``512 of 805 sites, 3:1,234 to 9:5,678``."""
    part = sites.take(shown(len(sites)))
    ends = [f"{part.contig[i]}:{part.position[i]:,}" for i in (0, -1)]
    count = f"{len(part)} of {len(sites):,}" if len(sites) > SITES else f"all {len(sites)}"
    return f"{count} sites, {ends[0]} to {ends[1]}"
