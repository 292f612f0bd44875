"""Three disjoint panels for metrics: train, holdout and artificial."""

from __future__ import annotations

import numpy as np

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, strings


def named(panel: Panel, prefix: str) -> Panel:
    """Give the people of a panel new identifiers."""
    samples = panel.samples
    ids = strings([f"{prefix}{i}" for i in range(panel.n_individuals)])
    return panel.with_samples(Samples(ids, samples.population, samples.superpopulation))


def part(panel: Panel, which: int, parts: int = 3) -> Panel:
    """Return one of `parts` parts of a panel whose populations take turns."""
    n = panel.n_individuals // parts
    return panel.take_individuals(np.arange(which * n, (which + 1) * n))


def compared(train: Panel, holdout: Panel, artificial: Panel, **settings: int) -> Comparison:
    """Compare panels whoever is in them."""
    panels = (named(train, "T"), named(holdout, "H"), named(artificial, "A"))
    return Comparison.of(*panels, **settings)
