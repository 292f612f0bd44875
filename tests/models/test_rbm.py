"""The generator `rbm`: training, likelihood, resuming, sampling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import expit

from imaginome.errors import ModelError
from imaginome.models._rbm_likelihood import log_partition, pseudo_log_likelihood
from imaginome.models._rbm_structure import Structure
from imaginome.models._rbm_trainee import Trainee
from imaginome.models.rbm import Rbm, RbmSettings, recipe_for
from imaginome.models.registry import load_model
from imaginome.panel import Panel
from imaginome.randomness import child_generator
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from imaginome.training.loop import TrainingPlan, train

QUICK = RbmSettings(
    hidden=24, updates=600, chains=512, batch=64, gibbs=3, sampling_steps=50, annealing=300
)


def halves(panel: Panel) -> tuple[Panel, Panel]:
    """Return train and validation individuals of all populations."""
    index = np.arange(panel.n_individuals)
    return panel.take_individuals(index[: -len(index) // 5]), panel.take_individuals(
        index[-len(index) // 5 :]
    )


def trainee_for(panel: Panel, settings: RbmSettings, threads: int = 1) -> Trainee:
    learn, validation = halves(panel)
    recipe = recipe_for(settings, panel.n_sites)
    control = FitControl(seed=4, threads=threads)
    return Trainee(recipe, control, learn.haplotypes, validation.haplotypes, "cpu")


@pytest.fixture(scope="module")
def fitted(panel: Panel) -> Rbm:
    learn, validation = halves(panel)
    return Rbm(QUICK).fit(learn, validation, FitControl(seed=4, device="cpu"))


def test_partition_function_matches_enumeration(panel: Panel) -> None:
    few = panel.take_sites(np.arange(0, 100, 10))
    settings = RbmSettings(
        hidden=6,
        updates=300,
        chains=512,
        batch=500,
        gibbs=2,
        step_size=1.0,
        damping=50,
        weight_decay=0,
    )
    trainee = trainee_for(few, settings)
    for index in range(300):
        trainee.step(index)
    everything = torch.tensor(list(product((0.0, 1.0), repeat=few.n_sites)))
    model = trainee.model
    assert model.weights.norm() > 1.0
    exact = torch.logsumexp(-model.free_energy(everything, model.hidden_input(everything)), 0)
    estimates = [
        log_partition(
            model,
            torch.logit(trainee.mean.clamp(0.01, 0.99)),
            lambda piece: child_generator(1, piece),
            temperatures=200,
            runs=512,
            threads=threads,
        )
        for threads in (1, 2)
    ]
    assert estimates[0] == estimates[1]
    assert estimates[0][0] == pytest.approx(float(exact), abs=0.05)
    assert estimates[0][1] > 300


def test_pseudo_likelihood_matches_enumeration(panel: Panel) -> None:
    few = panel.take_sites(np.arange(0, 60, 10))
    trainee = trainee_for(few, RbmSettings(hidden=5, updates=40, chains=64, batch=32))
    trainee.model.weights += torch.linspace(-1, 1, 30).reshape(6, 5)
    model, visible = trainee.model, trainee.validation

    def energy(rows: torch.Tensor) -> torch.Tensor:
        return model.free_energy(rows, model.hidden_input(rows))

    naive = []
    for site in range(6):
        other = visible.clone()
        other[:, site] = 1 - other[:, site]
        odds = torch.exp(energy(visible) - energy(other))
        naive.append(float(torch.log(1 / (1 + odds)).mean()))
    ours = pseudo_log_likelihood(model, visible, np.arange(6), 1)
    assert ours == pytest.approx(np.mean(naive), abs=1e-5)


def test_step_follows_the_centred_gradient(panel: Panel) -> None:
    settings = RbmSettings(
        hidden=8, updates=100, chains=256, batch=10_000, gibbs=1, damping=1e6, weight_decay=0
    )
    trainee = trainee_for(panel, settings)
    data, mean, offset = trainee.data.numpy(), trainee.mean.numpy(), trainee.offset.numpy()
    old = trainee.model.weights.clone()
    bias = trainee.model.hidden.numpy().copy()
    hidden_data = expit(data @ old.numpy() + bias)
    trainee.step(0)
    chains = trainee.chains.numpy()
    hidden_chains = expit(chains @ old.numpy() + bias)
    gradient = (data - mean).T @ (hidden_data - offset) / len(data)
    gradient -= (chains - mean).T @ (hidden_chains - offset) / len(chains)
    rate = trainee._rate(0)
    np.testing.assert_allclose(trainee.model.weights - old, rate * gradient, atol=rate * 1e-4)


def test_evening_out_divides_by_the_damped_covariance(panel: Panel) -> None:
    data = torch.from_numpy(panel.haplotypes.astype(np.float32))
    structure = Structure.of(data, 500, 2.0, np.random.default_rng(0))
    covariance = np.cov(panel.haplotypes.T + 0.0, bias=True)
    damping = 2.0 * np.trace(covariance) / panel.n_sites
    gradient = np.random.default_rng(1).normal(size=(panel.n_sites, 3)).astype(np.float32)
    wanted = damping * np.linalg.solve(covariance + damping * np.eye(panel.n_sites), gradient)
    ours = structure.even_out(torch.from_numpy(gradient)).numpy()
    np.testing.assert_allclose(ours, wanted, atol=1e-4)


def test_fit_raises_the_held_out_likelihood(fitted: Rbm, panel: Panel) -> None:
    learn, validation = halves(panel)
    frequency = (learn.haplotypes.sum(0) + 0.5) / (learn.n_haplotypes + 1)
    rows = validation.haplotypes
    independent = (rows * np.log(frequency) + (1 - rows) * np.log(1 - frequency)).sum(1).mean()
    assert fitted.estimated_log_likelihood(rows).mean() > independent + 5
    assert fitted.history is not None
    figures = [record["pseudo_log_likelihood"] for record in fitted.history.records]
    assert fitted.history.best_value == max(figures) > figures[0] + 1


def test_samples_resemble_the_panel(fitted: Rbm, panel: Panel) -> None:
    drawn = fitted.sample(400, seed=1)
    assert np.abs(drawn.frequencies() - panel.frequencies()).mean() < 0.04
    upper = np.triu_indices(panel.n_sites, 1)
    real, ours = (np.cov(p.haplotypes.T + 0.0)[upper] for p in (panel, drawn))
    assert np.corrcoef(real, ours)[0, 1] > 0.7
    assert len(np.unique(drawn.haplotypes, axis=0)) > 700


def test_threads_and_reload_do_not_change_samples(fitted: Rbm, tmp_path: Path) -> None:
    fitted.save(tmp_path / "model")
    again = load_model(tmp_path / "model")
    first = fitted.sample(300, seed=2, threads=1).haplotypes
    assert np.array_equal(first, again.sample(300, seed=2, threads=2).haplotypes)
    assert not np.array_equal(first, fitted.sample(300, seed=3).haplotypes)


def test_interrupted_training_ends_in_the_same_bytes(panel: Panel, tmp_path: Path) -> None:
    settings = RbmSettings(hidden=10, updates=40, chains=300, batch=30, gibbs=2)
    plan = TrainingPlan(40, 10, "pseudo_log_likelihood", "higher")
    whole = trainee_for(panel, settings)
    train("rbm", whole, plan, FitControl())
    broken = trainee_for(panel, settings, threads=2)
    store = CheckpointStore(tmp_path / "checkpoint", "same", every=0.0)
    control = FitControl(checkpoints=store)
    broken.step = _stop_at(broken, 25)  # type: ignore[method-assign,assignment]
    with pytest.raises(KeyboardInterrupt):
        train("rbm", broken, plan, control)
    resumed = trainee_for(panel, settings, threads=2)
    train("rbm", resumed, plan, control)
    ours, theirs = whole.weights(), resumed.weights()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)


def _stop_at(trainee: Trainee, last: int) -> Callable[[int], None]:
    original = trainee.step

    def step(index: int) -> None:
        if index == last:
            raise KeyboardInterrupt
        original(index)

    return step


def test_latent_codes_are_chances(fitted: Rbm, panel: Panel) -> None:
    codes = fitted.latent(panel.haplotypes)
    assert codes.shape == (panel.n_haplotypes, 24)
    assert codes.dtype == np.float32
    assert 0 <= codes.min() < codes.max() <= 1


def test_haplotypes_at_other_sites_are_refused(fitted: Rbm, panel: Panel) -> None:
    with pytest.raises(ModelError, match="do not fit"):
        fitted.latent(panel.haplotypes[:, :50])


@pytest.mark.parametrize(("n_sites", "hidden"), [(30, 16), (805, 268), (10_000, 512)])
def test_automatic_sizes_follow_the_panel(n_sites: int, hidden: int) -> None:
    recipe = recipe_for(RbmSettings(), n_sites)
    assert recipe.hidden == hidden
    assert recipe.updates >= 1000
