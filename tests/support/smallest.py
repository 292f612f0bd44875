"""Panels of a handful of people and sites, which models of thousands must learn all the same."""

from __future__ import annotations

import numpy as np
import pytest

from imaginome.panel import Panel, Samples, Sites, strings

SHAPES = [(4, 5, False), (4, 5, True), (10, 1, True)]
each_of_the_smallest = pytest.mark.parametrize(
    ("people", "n_sites", "alone", "labels"),
    [(*shape, labels) for labels in (0, 1, 2) for shape in SHAPES],
)
"""Runs a test on every small shape, without labels, with one population and with two."""


def smallest(people: int, n_sites: int, alone: bool, labels: int) -> tuple[Panel, Panel]:
    """Return train people and a validation person; more than one site: not all of them vary.

    Parameters
    ----------
    people, n_sites
        Size of both together.
    alone
        Whether each site has a contig for itself.
    labels
        How many populations there are; 0 for people without labels.
    """
    rng = np.random.default_rng(6)
    haplotypes = (rng.random((2 * people, n_sites)) < 0.4).astype(np.uint8)
    haplotypes[:, 1:3] = [0, 1][: max(n_sites - 1, 0)]
    haplotypes[:2, 0] = [0, 1]
    index = np.arange(n_sites)
    contigs = [str(i) if alone else "1" for i in index]
    ref, alt = strings(["A"] * n_sites), strings(["C"] * n_sites)
    sites = Sites(strings(contigs), index + 1, ref, ref, alt)
    names = strings([f"S{i}" for i in range(people)])
    homes = strings([f"P{i % labels}" for i in range(people)]) if labels else None
    panel = Panel(haplotypes, sites, Samples(names, population=homes))
    return panel.take_individuals(np.arange(people - 1)), panel.take_individuals(
        np.array([people - 1])
    )
