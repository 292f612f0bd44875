"""The generator `independent`: frequencies, populations, exact likelihood."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from imaginome.panel import Panel
from imaginome.runs.fitting import create, fit


def test_frequencies_are_those_of_everyone(panel: Panel) -> None:
    model = fit(create("independent", ["pooling=0"]), panel)
    shares = np.full(3, 1 / 3)
    np.testing.assert_allclose(shares @ model._tensors()["frequencies"], panel.frequencies(), 1e-5)


def test_pooling_shrinks_populations_by_its_weight(panel: Panel) -> None:
    model = fit(create("independent", ["pooling=40"]), panel)
    own = panel.take_individuals(np.flatnonzero(panel.samples.population == "POP1"))
    expected = (40 * own.frequencies() + 40 * panel.frequencies()) / 80
    np.testing.assert_allclose(model._tensors()["frequencies"][1], expected, rtol=1e-5, atol=1e-7)


def test_without_populations_there_is_one_frequency(panel: Panel) -> None:
    model = fit(create("independent", ["by_population=no"]), panel)
    for row in model._tensors()["frequencies"]:
        np.testing.assert_allclose(row, panel.frequencies(), rtol=1e-6)


def test_probabilities_of_all_rows_sum_to_one(panel: Panel) -> None:
    model = fit("independent", panel.take_sites(slice(0, 6)))
    rows = np.array(list(itertools.product([0, 1], repeat=6)), dtype=np.uint8)
    assert np.exp(model.log_likelihood(rows)).sum() == pytest.approx(1.0)


def test_sites_are_independent_within_a_population(panel: Panel) -> None:
    drawn = fit("independent", panel).sample(4000, 1, population="POP0").haplotypes
    common = np.flatnonzero(np.abs(drawn.mean(axis=0) - 0.5) < 0.3)
    r = np.corrcoef(drawn[:, common].T)[~np.eye(len(common), dtype=bool)]
    # r2 of independent sites has mean 1 / n.
    assert (r**2).mean() == pytest.approx(1 / 8000, rel=0.3)
