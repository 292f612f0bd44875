"""Who was in a fit, from nothing but frequencies."""

from __future__ import annotations

import numpy as np

from imaginome.panel import Panel, Samples, strings
from imaginome.privacy.canaries import _known, by_frequency


def test_scores_decode_who_was_in(demo: Panel) -> None:
    """A ridge regression takes exact frequencies apart into the canaries behind them."""
    people = demo.take_sites(np.arange(0, demo.n_sites, 2))
    people = people.take_individuals(np.arange(0, people.n_individuals, 2))
    rng = np.random.default_rng(8)
    rows = np.repeat(rng.integers(0, 2, (60, people.n_sites), dtype=np.uint8), 2, axis=0)
    canaries = Panel(rows, people.sites, Samples(strings([f"C{i}" for i in range(60)])))
    inside = rng.random(60) < 0.5
    taken = canaries.take_individuals(np.flatnonzero(inside))
    drawn = np.concatenate([people.haplotypes, taken.haplotypes])
    names = strings([f"D{i}" for i in range(len(drawn) // 2)])
    found = Panel(drawn, people.sites, Samples(names)).frequencies()
    known = _known(people, canaries, unlike=True)
    scores = by_frequency(found, known, people, canaries)
    assert scores[inside].min() > scores[~inside].max()
