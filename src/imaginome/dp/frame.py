"""The frame of a private fit: how many people each population has, counted with noise."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s, Int64s
from imaginome.dp.accounting import Budget, Noisy
from imaginome.errors import ModelError
from imaginome.panel import Panel, Samples
from imaginome.panel.frame import PanelFrame
from imaginome.panel.units import one_a_unit

SHARE = 0.05
"""Of the budget, for the people of each population."""
ASSUMED = (
    "the site list",
    "the number of individuals",
    "that the file is well-formed",
)
LABELS = (
    "names of populations and superpopulations, which belong together, and whether anyone has none"
)


def private_frame(train: Panel, budget: Budget) -> PanelFrame:
    """Return sites and noisy label counts of a train panel, and set ``budget.people``.

    One individual of each unit is counted. Counts lean to their mean as far as the noise alone
    explains that they differ, and are at least 1. Names of populations are public, and so is
    which superpopulation they belong to.

    Raises
    ------
    ModelError
        When people of one population have different superpopulations.
    """
    budget.public.extend(ASSUMED)
    samples = one_a_unit(train).samples
    everyone = train.samples.population
    if everyone is None or samples.population is None:
        counts = np.array([len(samples)], dtype=np.int64)
        budget.people = max(1.0, float(_told(counts, budget).values[0]))
        return PanelFrame.of_counts(train.sites, {}, {})
    budget.public.append(LABELS)
    names = np.unique(everyone.astype(str))
    codes = np.searchsorted(names, samples.population.astype(str))
    told = _told(np.bincount(codes, minlength=len(names)).astype(np.int64), budget)
    sizes = np.maximum(1, np.rint(steadied(told))).astype(np.int64)
    budget.people = float(sizes.sum())
    populations = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    return PanelFrame.of_counts(train.sites, populations, _above(train.samples))


def _told(counts: Int64s, budget: Budget) -> Noisy:
    return budget.count("people by population", counts, sensitivity_squared=1, share=SHARE)


def _above(samples: Samples) -> dict[str, str]:
    """Return the superpopulation of each population; nobody's missing label can change it."""
    if samples.population is None or samples.superpopulation is None:
        return {}
    above = dict.fromkeys(samples.population, "")
    for name, group in zip(samples.population, samples.superpopulation, strict=True):
        if not name or not group:
            continue
        if above[name] not in ("", group):
            raise ModelError(
                f"population '{name}' has people of two superpopulations, '{above[name]}' and "
                f"'{group}'",
                "give all of them the same: under a guarantee it is public, and no person's own",
            )
        above[name] = group
    return above


def steadied(told: Noisy) -> Float64s:
    """Return noisy numbers nearer to their mean, by the share of their scatter that is noise."""
    values = told.values.astype(np.float64)
    scatter = values.var(ddof=1) if len(values) > 1 else np.inf
    true = max(0.0, 1 - told.variance / scatter) if scatter else 0.0
    return np.asarray(values.mean() + true * (values - values.mean()))
