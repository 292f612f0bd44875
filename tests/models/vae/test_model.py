"""The auto-encoder without a guarantee, against integrals and frequencies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import expit
from scipy.stats import norm

from imaginome.models.shared.people import People
from imaginome.models.vae.fit import class_frequencies, label_effects, new_network, with_constant
from imaginome.models.vae.network import Network, bounds, draw
from imaginome.panel import Samples
from imaginome.panel.frame import PanelFrame
from imaginome.randomness import child_generator
from imaginome.runs.fitting import create, fit
from tests.support.simulated import simulated_panel

SETTINGS = ["steps=500", "hide=0.2", "measure_every=50", "latent=8", "hidden=48", "components=4"]
SITES = 7


@pytest.fixture
def known():
    return with_constant(np.eye(2, dtype=np.float32))


@pytest.fixture
def network(known):
    """A network with a code of one number, so that integrals can be taken."""
    found = Network(SITES, 3, 1, 6, 3)
    frequencies = np.linspace(0.1, 0.9, 2 * SITES).reshape(2, SITES)
    new_network(found, known, frequencies, np.random.default_rng(1))
    with torch.no_grad():
        found.decoder.straight.weight.mul_(20.0)
        moved = np.random.default_rng(4).standard_normal(found.decoder.prior.weight.shape)
        found.decoder.prior.weight.add_(0.4 * torch.from_numpy(moved).float())
    return found


GRID = np.linspace(-12, 12, 6001)


def prior_density(network, known):
    """Density of the code on the grid, from the weights alone."""
    raw = (known @ network.decoder.prior.weight.detach().numpy().T).reshape(3, 3)
    weights = np.exp(raw[:, 0]) / np.exp(raw[:, 0]).sum()
    clamped = -1.0 + 3.0 * np.tanh((raw[:, 2] + 1.0) / 3.0)
    return sum(
        w * norm.pdf(GRID, m, np.exp(s))
        for w, m, s in zip(weights, raw[:, 1], clamped, strict=True)
    )


def likelihood(network, known, row):
    """ln P of a row by quadrature over the code."""
    with torch.no_grad():
        codes = torch.from_numpy(GRID).float()[:, None]
        labels = network.decoder.labels(torch.from_numpy(known))
        p = expit((network.decoder.unlabelled(codes) + labels).double().numpy())
    alleles = np.prod(np.where(row == 1, p, 1 - p), axis=1)
    return np.log(np.trapezoid(alleles * prior_density(network, known), GRID))


def test_the_prior_is_the_mixture_that_its_weights_say(network, known):
    codes = torch.from_numpy(GRID).float()[:, None]
    labels = torch.from_numpy(known[:1]).expand(len(GRID), -1)
    with torch.no_grad():
        found = network.decoder.log_prior(codes, labels).double().exp().numpy()
    np.testing.assert_allclose(found, prior_density(network, known[0]), atol=1e-5)
    assert np.trapezoid(found, GRID) == pytest.approx(1.0, abs=1e-4)


def test_the_bound_is_below_the_likelihood_and_importance_weights_come_near(network, known):
    rows = np.random.default_rng(2).integers(0, 2, (20, SITES)).astype(np.uint8)
    shares, centre = np.array([0.25, 0.75]), np.full(SITES, 0.5, dtype=np.float32)
    exact = np.array(
        [
            np.logaddexp.reduce(
                [
                    np.log(s) + likelihood(network, k, row)
                    for s, k in zip(shares, known, strict=True)
                ]
            )
            for row in rows
        ]
    )
    weighted = bounds(network, known, shares, centre, rows, 1)
    assert np.abs(weighted - exact).mean() < 0.15
    noise = torch.from_numpy(np.random.default_rng(3).standard_normal((4000, 1))).float()
    for row, first in zip(rows[:5], known[[0] * 5], strict=True):
        alleles = torch.from_numpy(row).float().expand(4000, -1)
        labels = torch.from_numpy(first).expand(4000, -1)
        with torch.no_grad():
            loss = network(alleles, torch.from_numpy(centre), labels, noise).mean()
        assert -float(loss) < likelihood(network, first, row) + 0.02


def test_likelihood_bounds_of_a_row_depend_on_no_other(network, known):
    rows = np.random.default_rng(2).integers(0, 2, (130, SITES)).astype(np.uint8)
    given = (network, known, np.array([0.5, 0.5]), np.full(SITES, 0.5, dtype=np.float32))
    whole = bounds(*given, rows, 1)
    np.testing.assert_allclose(bounds(*given, rows[7:9], 1), whole[7:9], rtol=1e-5)
    np.testing.assert_array_equal(bounds(*given, rows, 2), whole)


def test_drawn_alleles_have_the_frequencies_of_the_integral(network, known):
    drawn = draw(network.decoder, known, 40_000, 5, np.ones(40_000, dtype=np.int64), 1)
    with torch.no_grad():
        codes = torch.from_numpy(GRID).float()[:, None]
        labels = network.decoder.labels(torch.from_numpy(known[1]))
        p = expit((network.decoder.unlabelled(codes) + labels).double().numpy())
    density = prior_density(network, known[1])[:, None]
    expected = np.trapezoid(p * density, GRID, axis=0)
    np.testing.assert_allclose(drawn.mean(0), expected, atol=0.015)
    pair = np.trapezoid(p[:, 0] * p[:, -1] * density[:, 0], GRID)
    assert (drawn[:, 0] & drawn[:, -1]).mean() == pytest.approx(pair, abs=0.015)


def test_labels_alone_give_the_frequencies_of_classes(panel):
    frame = PanelFrame.of(panel)
    people = People.of(panel, frame, assort=False)
    frequencies = class_frequencies(people)
    populations = np.repeat(panel.samples.population, 2)
    own = np.stack(
        [panel.haplotypes[populations == f"POP{c}"].mean(0) for c in range(len(frequencies))]
    )
    assert np.abs(frequencies - own).mean() < 0.06
    assert (
        np.corrcoef((frequencies - frequencies.mean(0)).ravel(), (own - own.mean(0)).ravel())[0, 1]
        > 0.95
    )
    known = with_constant(people.design)
    given = expit(known @ label_effects(known, frequencies).T)
    assert np.abs(given - frequencies).mean() < 0.02


@pytest.fixture(scope="module")
def many():
    """Enough people that linkage can be learnt, without labels."""
    found = simulated_panel(n_individuals=400, n_sites=60, seed=8)
    return found.with_samples(Samples(found.samples.id)), found.samples.population


@pytest.fixture(scope="module")
def model(many):
    return fit(create("vae", SETTINGS), many[0], seed=1, device="cpu")


def test_training_learns_what_sites_share(many, model):
    panel = many[0]
    records = [record["bound"] for record in model.history.records]
    floor = -fit("independent", panel, seed=1).log_likelihood(panel.haplotypes).mean()
    assert min(records) < 0.9 * floor
    assert model.history.best_value == min(records)
    drawn = model.sample(400, seed=1).haplotypes
    varying = panel.haplotypes.std(0) > 0.2
    upper = np.triu_indices(varying.sum(), 1)
    real, made = (np.corrcoef(h[:, varying].T)[upper] for h in (panel.haplotypes, drawn))
    assert np.corrcoef(real, made)[0, 1] > 0.75
    likely = model.estimated_log_likelihood(panel.haplotypes).mean()
    assert likely > -min(records)
    noise = child_generator(1, "noise").integers(0, 2, (50, panel.n_sites)).astype(np.uint8)
    assert likely > model.estimated_log_likelihood(noise).mean() + 20


def test_codes_tell_populations_apart_that_nobody_named(many, model):
    panel, populations = many
    codes = model.latent(panel.haplotypes)
    assert codes.shape == (panel.n_haplotypes, 8)
    homes = np.repeat(populations, 2)
    means = {name: codes[homes == name].mean(0) for name in np.unique(homes)}
    nearest = [min(means, key=lambda name: np.linalg.norm(code - means[name])) for code in codes]
    assert (np.array(nearest) == homes).mean() > 0.8
