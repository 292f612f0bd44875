"""The contract of completing haplotypes, for every generator that declares it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from imaginome.errors import CapabilityError, ModelError
from imaginome.models.base import Generator
from imaginome.models.registry import models
from imaginome.panel import Panel
from imaginome.runs.fitting import create, fit
from tests.support.generators import SMALL, case
from tests.support.simulated import simulated_panel

EXACT = {"hmm": {"tags": 0}}
"""Settings under which a completion is the conditional of the model's own likelihood."""
IDS = [kind.id for kind in models if "complete" in kind.capabilities]
OTHERS = sorted(set(models.ids()) - set(IDS))


def fitted(model_id: str) -> Generator[Any]:
    return case(model_id).fitted


@pytest.fixture(scope="module")
def strangers() -> Panel:
    """People of the same populations at the same sites who are not in the panel."""
    whole = simulated_panel(n_individuals=100)
    return whole.take_individuals(np.arange(60, 100))


@pytest.fixture
def every_fifth(panel: Panel) -> np.ndarray:
    return np.arange(panel.n_sites) % 5 == 2


@pytest.mark.parametrize("model_id", IDS)
def test_observed_sites_come_back_unchanged(model_id, panel, strangers, every_fifth) -> None:
    rows = strangers.haplotypes
    found = fitted(model_id).complete(rows, every_fifth, draws=2, seed=1)
    assert found.dosages.shape == rows.shape
    assert found.dosages.dtype == np.float32
    assert found.drawn.shape == (2, *rows.shape)
    assert found.drawn.dtype == np.uint8
    assert np.array_equal(found.dosages[:, every_fifth], rows[:, every_fifth])
    assert (found.drawn[:, :, every_fifth] == rows[:, every_fifth]).all()
    assert ((found.dosages >= 0) & (found.dosages <= 1)).all()
    assert found.drawn.max() == 1


@pytest.mark.parametrize("model_id", IDS)
def test_what_stands_in_a_gap_is_not_looked_at(model_id, panel, strangers) -> None:
    rows = strangers.haplotypes[:9]
    known = np.random.default_rng(1).random(rows.shape) < 0.3
    model = fitted(model_id)
    first = model.complete(rows, known, draws=1, seed=1)
    other = model.complete(np.where(known, rows, 9).astype(np.uint8), known, draws=1, seed=1)
    assert np.array_equal(first.dosages, other.dosages)
    assert np.array_equal(first.drawn, other.drawn)
    assert np.array_equal(first.dosages[known], rows[known])


@pytest.mark.parametrize("model_id", IDS)
def test_everything_observed_is_returned(model_id, panel) -> None:
    rows = panel.haplotypes[:7]
    found = fitted(model_id).complete(rows, np.ones(panel.n_sites, bool), draws=1)
    assert np.array_equal(found.dosages, rows)
    assert np.array_equal(found.drawn[0], rows)


@pytest.mark.parametrize("model_id", IDS)
def test_the_seed_alone_decides_the_bytes(model_id, panel, strangers, every_fifth) -> None:
    model = fitted(model_id)
    rows = np.tile(strangers.haplotypes, (4, 1))
    one = model.complete(rows, every_fifth, draws=2, seed=1)
    two = model.complete(rows, every_fifth, draws=2, seed=1, threads=2)
    assert one.dosages.tobytes() == two.dosages.tobytes()
    assert one.drawn.tobytes() == two.drawn.tobytes()
    assert not np.array_equal(one.drawn[0], one.drawn[1])
    assert not np.array_equal(one.drawn, model.complete(rows, every_fifth, draws=2, seed=2).drawn)


@pytest.mark.parametrize("model_id", IDS)
def test_the_mean_of_draws_tends_to_the_dosages(model_id, panel, strangers, every_fifth) -> None:
    draws = 1000
    rows = strangers.haplotypes[[0, 17]]
    found = fitted(model_id).complete(rows, every_fifth, draws=draws, seed=4)
    error = np.abs(found.drawn.mean(axis=0) - found.dosages)
    assert error.max() < 5 * 0.5 / np.sqrt(draws)


@pytest.mark.parametrize("model_id", IDS)
def test_with_nothing_observed_it_draws_as_sample_does(model_id, panel) -> None:
    model, n = fitted(model_id), 3000
    nothing = np.zeros(panel.n_sites, dtype=bool)
    found = model.complete(np.zeros((n, panel.n_sites), np.uint8), nothing, draws=1, seed=6)
    prior = model.sample(n // 2, seed=7).haplotypes
    drawn = found.drawn[0]
    assert np.ptp(found.dosages, axis=0).max() < 1e-5
    assert np.abs(drawn.mean(axis=0) - prior.mean(axis=0)).max() < 7 * 0.5 / np.sqrt(n / 2)
    both = [(rows[:, :-1] & rows[:, 1:]).mean(axis=0) for rows in (drawn, prior)]
    assert np.abs(both[0] - both[1]).max() < 7 * 0.5 / np.sqrt(n / 2)


@pytest.mark.parametrize("model_id", IDS)
def test_one_gap_is_filled_as_the_likelihood_says(model_id, panel, strangers) -> None:
    model, site = fitted(model_id), 40
    if model_id in EXACT:
        model = fit(create(model_id, SMALL[model_id] | EXACT[model_id]), panel, seed=3)
    rows = strangers.haplotypes.copy()
    known = np.arange(panel.n_sites) != site
    logs = []
    for allele in (0, 1):
        rows[:, site] = allele
        logs.append(model.log_likelihood(rows))
    expected = 1 / (1 + np.exp(logs[0] - logs[1]))
    found = model.complete(rows, known).dosages[:, site]
    np.testing.assert_allclose(found, expected, atol=0.01)


@pytest.mark.parametrize("model_id", IDS)
def test_what_is_observed_tells_of_the_rest(model_id, panel, strangers, every_fifth) -> None:
    rows, model = strangers.haplotypes, fitted(model_id)
    truth = rows[:, ~every_fifth].astype(float)
    # The next person is of another population.
    given = (rows, np.roll(rows, 2, axis=0))
    found = [model.complete(one, every_fifth).dosages[:, ~every_fifth] for one in given]
    own, others = (((dosages - truth) ** 2).mean() for dosages in found)
    assert own < 0.85 * others


@pytest.mark.parametrize("model_id", IDS)
def test_a_population_may_be_given(model_id, panel, every_fifth) -> None:
    model = fitted(model_id)
    rows = panel.haplotypes[:6]
    if "population" not in model.capabilities:
        with pytest.raises(CapabilityError, match="does not know populations"):
            model.complete(rows, every_fifth, population="POP0")
        return
    nothing = np.zeros(panel.n_sites, dtype=bool)
    by_row = model.complete(rows, nothing, population=["POP0", "POP2", ""] * 2).dosages
    everyone = model.complete(rows, nothing, population="POP2").dosages
    np.testing.assert_allclose(by_row[[1, 4]], everyone[[1, 4]], atol=1e-6)
    assert np.abs(by_row[0] - by_row[1]).max() > 0.2
    real = [panel.haplotypes[panel.samples.population.repeat(2) == p] for p in ("POP0", "POP2")]
    gap = real[0].mean(axis=0) - real[1].mean(axis=0)
    assert np.corrcoef(by_row[0] - by_row[1], gap)[0, 1] > 0.7
    with pytest.raises(ModelError, match="no population 'Atlantis'"):
        model.complete(rows, every_fifth, population="Atlantis")
    with pytest.raises(ModelError, match="one for each row"):
        model.complete(rows, every_fifth, population=["POP0"])


@pytest.mark.parametrize("model_id", IDS)
def test_bad_input_is_refused(model_id, panel, every_fifth) -> None:
    model, rows = fitted(model_id), panel.haplotypes[:4].copy()
    with pytest.raises(ModelError, match="sites"):
        model.complete(rows[:, 1:], every_fifth[1:])
    with pytest.raises(ModelError, match="bool"):
        model.complete(rows, every_fifth[1:])
    with pytest.raises(ModelError, match="bool"):
        model.complete(rows, every_fifth.astype(np.uint8))
    rows[1, 2] = 9
    with pytest.raises(ModelError, match="neither 0 nor 1"):
        model.complete(rows, every_fifth)


@pytest.mark.parametrize("model_id", IDS)
def test_no_rows_are_no_trouble(model_id, panel, every_fifth) -> None:
    found = fitted(model_id).complete(panel.haplotypes[:0], every_fifth, draws=1)
    assert found.dosages.shape == (0, panel.n_sites)


@pytest.mark.parametrize("model_id", OTHERS)
def test_others_say_that_they_cannot(model_id, panel, every_fifth) -> None:
    model = create(model_id)
    with pytest.raises(CapabilityError, match="cannot complete"):
        model.complete(panel.haplotypes[:2], every_fifth)
