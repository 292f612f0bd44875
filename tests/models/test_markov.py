"""The generator `markov` against plain counting."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from imaginome.panel import Panel, Sites, strings
from imaginome.runs.fitting import create, fit
from tests.support.simulated import simulated_panel


def naive_chance(rows: np.ndarray, site: int, context: tuple[int, ...], prior: float) -> float:
    """Return P(ALT | context), recursively, from the rows themselves."""
    if not context:
        edge = 0.5 / (len(rows) + 1)
        return float(np.clip(rows[:, site].mean(), edge, 1 - edge))
    window = rows[:, site - len(context) : site]
    match = rows[(window == np.array(context)).all(axis=1), site]
    shorter = naive_chance(rows, site, context[1:], prior)
    return float((match.sum() + prior * shorter) / (len(match) + prior))


def test_chances_are_counts_with_back_off(panel: Panel) -> None:
    model = fit(create("markov", ["order=4", "prior=2.5"]), panel)
    chance = model._tensors()["chance"]
    for site in (4, 50, 119):
        for context in itertools.product([0, 1], repeat=4):
            code = int("".join(map(str, context)), 2)
            exact = naive_chance(panel.haplotypes, site, context, 2.5)
            expected = np.clip(exact, 1e-6, 1 - 1e-6)
            assert chance[site, code] == pytest.approx(expected, rel=1e-4)


def test_first_sites_use_the_context_there_is(panel: Panel) -> None:
    model = fit(create("markov", ["order=4", "prior=1e-6"]), panel)
    chance = model._tensors()["chance"]
    assert chance[0, 0] == pytest.approx(panel.frequencies()[0], abs=1e-4)
    after = panel.haplotypes[panel.haplotypes[:, 0] == 1, 1].mean()
    assert chance[1, 1] == pytest.approx(after, abs=1e-4)


def test_probabilities_of_all_rows_sum_to_one(panel: Panel) -> None:
    model = fit(create("markov", ["order=3"]), panel.take_sites(slice(0, 8)))
    rows = np.array(list(itertools.product([0, 1], repeat=8)), dtype=np.uint8)
    assert np.exp(model.log_likelihood(rows)).sum() == pytest.approx(1.0, rel=1e-5)


def test_draws_follow_the_likelihood(panel: Panel) -> None:
    model = fit(create("markov", ["order=3"]), panel.take_sites(slice(20, 25)))
    rows = np.array(list(itertools.product([0, 1], repeat=5)), dtype=np.uint8)
    expected = 40_000 * np.exp(model.log_likelihood(rows))
    drawn = model.sample(20_000, seed=1).haplotypes
    counts = np.bincount(drawn @ (1 << np.arange(4, -1, -1)), minlength=32)
    # Chi-square with 31 degrees of freedom exceeds 66 with a chance of 0.0003.
    assert ((counts - expected) ** 2 / expected).sum() < 66


def test_contexts_do_not_cross_contigs(panel: Panel) -> None:
    old = panel.sites
    contig = strings(["1"] * 60 + ["2"] * 60)
    position = np.tile(np.arange(1, 61), 2)
    sites = Sites(contig, position, old.id, old.ref, old.alt)
    split = fit(create("markov", ["order=4"]), Panel(panel.haplotypes, sites, panel.samples))
    alone = fit(create("markov", ["order=4"]), panel.take_sites(slice(60, 120)))
    np.testing.assert_array_equal(split._tensors()["chance"][60:], alone._tensors()["chance"])
    whole = split.log_likelihood(panel.haplotypes)
    first = fit(create("markov", ["order=4"]), panel.take_sites(slice(0, 60)))
    parts = [first.log_likelihood(panel.haplotypes[:, :60])]
    parts.append(alone.log_likelihood(panel.haplotypes[:, 60:]))
    np.testing.assert_allclose(whole, sum(parts), rtol=1e-6)


def test_longer_windows_fit_held_out_people_better() -> None:
    everyone = simulated_panel(n_individuals=400)
    train = everyone.take_individuals(np.arange(300))
    held_out = everyone.haplotypes[600:]
    values = [
        fit(create("markov", [f"order={k}"]), train).log_likelihood(held_out).mean()
        for k in (1, 4, 8)
    ]
    assert values[0] < values[1] < values[2]
