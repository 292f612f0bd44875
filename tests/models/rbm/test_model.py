"""The generator `rbm`: training, likelihood, resuming, sampling."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.special import expit

from imaginome.errors import ModelError
from imaginome.models.rbm.evidence import log_partition, pseudo_log_likelihood
from imaginome.models.rbm.fit import LEAST_VARIANCE, Structure, Trainee
from imaginome.models.rbm.gibbs import Kind
from imaginome.models.rbm.model import Rbm, RbmSettings, recipe_for
from imaginome.models.rbm.start import TrainingData
from imaginome.models.registry import load_model
from imaginome.panel import Panel, Samples
from imaginome.panel.frame import PanelFrame
from imaginome.randomness import child_generator
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan
from tests.support.smallest import each_of_the_smallest, smallest

QUICK = RbmSettings(
    local=100,
    shared=4,
    hidden=4,
    updates=250,
    chains=256,
    batch=64,
    gibbs=2,
    step_size=1.0,
    sampling_steps=50,
    annealing=200,
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
    frame = PanelFrame.of(learn, validation)
    data = TrainingData.of(learn, validation, frame, np.random.default_rng(0))
    return Trainee(recipe, control, data, "cpu")


def unlabelled(panel: Panel) -> Panel:
    return Panel(panel.haplotypes, panel.sites, Samples(panel.samples.id))


@pytest.fixture(scope="module")
def fitted(panel: Panel) -> Rbm:
    learn, validation = halves(panel)
    return Rbm(QUICK).fit_parts(learn, validation, FitControl(seed=4, device="cpu"))


@pytest.mark.parametrize("units", ["bernoulli", "relu"])
def test_partition_function_matches_enumeration(panel: Panel, units: Kind) -> None:
    few = panel.take_sites(np.arange(0, 100, 10))
    settings = RbmSettings(units=units, hidden=4, updates=60, chains=128, batch=500, gibbs=2)
    trainee = trainee_for(few, settings)
    for index in range(60):
        trainee.step(index)
    machine = trainee.machine
    machine.weights = machine.weights * 1.5
    everything = torch.tensor(list(product((0.0, 1.0), repeat=few.n_sites)))
    exact = []
    for label in range(len(machine.visible)):
        model = machine.of(np.full(len(everything), label))
        energy = model.free_energy(everything, model.hidden_input(everything))
        exact.append(float(torch.logsumexp(-energy, 0)))
    estimates = [
        log_partition(
            machine,
            trainee.evidence.logits,
            lambda piece: child_generator(1, piece),
            temperatures=300,
            runs=200,
            threads=threads,
        )
        for threads in (1, 2)
    ]
    assert len(exact) == 3
    assert np.array_equal(estimates[0].log, estimates[1].log)
    np.testing.assert_allclose(estimates[0].log, exact, atol=0.05)
    assert estimates[0].effective > 0.5


def test_pseudo_likelihood_matches_enumeration(panel: Panel) -> None:
    few = panel.take_sites(np.arange(0, 60, 10))
    settings = RbmSettings(hidden=5, local=0, shared=0, updates=40, chains=64, batch=32)
    trainee = trainee_for(few, settings)
    trainee.machine.weights += torch.linspace(-1, 1, 30).reshape(6, 5)
    visible, codes = trainee.evidence.validation, trainee.evidence.validation_codes
    model = trainee.machine.of(codes)

    def energy(rows: torch.Tensor) -> torch.Tensor:
        return model.free_energy(rows, model.hidden_input(rows))

    naive = []
    for site in range(6):
        other = visible.clone()
        other[:, site] = 1 - other[:, site]
        odds = torch.exp(energy(visible) - energy(other))
        naive.append(float(torch.log(1 / (1 + odds)).mean()))
    ours = pseudo_log_likelihood(trainee.machine, visible, codes, np.arange(6), 1)
    assert ours == pytest.approx(np.mean(naive), abs=1e-5)


def test_step_follows_the_centred_gradient(panel: Panel) -> None:
    settings = RbmSettings(
        units="bernoulli",
        hidden=8,
        local=0,
        shared=0,
        updates=100,
        chains=256,
        batch=10_000,
        gibbs=1,
        damping=1e6,
        weight_decay=0,
    )
    trainee = trainee_for(panel, settings)
    old, biases = trainee.machine.weights.clone(), trainee.machine.hidden.numpy().copy()
    data, codes, classes = trainee.data.numpy(), trainee.codes, trainee.classes
    hidden = expit(data @ old.numpy() + biases[codes])
    trainee.step(0)
    chains = trainee.chains.numpy()
    theirs = expit(chains @ old.numpy() + biases[classes])
    # Covariances of the data count as if sites varied as much as among the chains.
    spread = [np.diag(_within(x, x, of)) for x, of in ((chains, classes), (data, codes))]
    alike = (spread[0] + LEAST_VARIANCE) / (spread[1] + LEAST_VARIANCE)
    gradient = alike[:, None] * _within(data, hidden, codes) - _within(chains, theirs, classes)
    rate = trainee._rate(0)
    np.testing.assert_allclose(trainee.machine.weights - old, rate * gradient, atol=rate * 1e-4)


def test_local_weights_stop_where_the_moments_they_can_reach_agree(panel: Panel) -> None:
    trainee = trainee_for(panel, RbmSettings(hidden=0, shared=0, updates=100, chains=64, batch=64))
    wiring, even_out = trainee.wiring, trainee.structure.even_out
    wiring.links *= 0
    out_of_reach = torch.randn(wiring.mask.shape) * (1 - wiring.mask)
    assert out_of_reach.abs().max() > 1
    assert wiring.follow(out_of_reach, 1.0, even_out).abs().max() == 0
    within = torch.randn(wiring.mask.shape) * wiring.mask
    assert (within * wiring.follow(within, 1.0, even_out)).sum() > 0


def _within(
    visible: npt.NDArray[np.float32],
    hidden: npt.NDArray[np.float64],
    classes: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Return the unbiased covariance within classes, one class after the other."""
    total = np.zeros((visible.shape[1], hidden.shape[1]))
    for label in np.unique(classes):
        rows = classes == label
        total += (visible[rows] - visible[rows].mean(0)).T @ (hidden[rows] - hidden[rows].mean(0))
    return total / (len(visible) - len(np.unique(classes)))


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
    records = fitted.history.records
    figures = [record["log_likelihood"] for record in records]
    assert fitted.history.best_value == max(figures) > figures[0] + 0.5
    assert all(0 < record["effective_chains"] <= 1 for record in records)
    assert all(abs(record["autocorrelation"]) <= 1 for record in records)


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
    settings = RbmSettings(local=8, shared=2, hidden=2, updates=40, chains=300, batch=30, gibbs=2)
    plan = TrainingPlan(40, 10, "log_likelihood", "higher")
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


def test_latent_codes_are_expected_states(fitted: Rbm, panel: Panel) -> None:
    codes = fitted.latent(panel.haplotypes)
    assert codes.shape == (panel.n_haplotypes, fitted._machine.weights.shape[1])
    assert codes.dtype == np.float32
    assert codes.min() >= 0
    assert codes.std(0).max() > 0.05


def test_haplotypes_at_other_sites_are_refused(fitted: Rbm, panel: Panel) -> None:
    with pytest.raises(ModelError, match="do not fit"):
        fitted.latent(panel.haplotypes[:, :50])


def test_a_population_is_drawn_with_its_frequencies(fitted: Rbm, panel: Panel) -> None:
    for population in ("POP0", "POP2"):
        own = panel.take_individuals(np.flatnonzero(panel.samples.population == population))
        drawn = fitted.sample(300, seed=1, population=population)
        apart = [np.abs(drawn.frequencies() - p.frequencies()).mean() for p in (own, panel)]
        assert apart[0] < 0.06
        assert apart[0] < 0.6 * apart[1]


@pytest.mark.parametrize("units", ["bernoulli", "relu"])
def test_an_unlabelled_panel_is_learned_by_clusters(panel: Panel, units: Kind) -> None:
    bare = unlabelled(panel)
    settings = QUICK.model_copy(update={"units": units, "updates": 80, "annealing": 20})
    model = Rbm(settings).fit_parts(*halves(bare), FitControl(seed=4, device="cpu"))
    drawn = model.sample(300, seed=1)
    assert drawn.samples.population is None
    assert np.abs(drawn.frequencies() - panel.frequencies()).mean() < 0.05
    assert len(model._shares) > 1
    upper = np.triu_indices(panel.n_sites, 1)
    real, ours = (np.cov(p.haplotypes.T + 0.0)[upper] for p in (panel, drawn))
    assert np.corrcoef(real, ours)[0, 1] > 0.6


@pytest.mark.filterwarnings("error")
@each_of_the_smallest
def test_the_smallest_panels_are_learned(
    people: int, n_sites: int, alone: bool, labels: int
) -> None:
    """No linked sites, no axes of admixture, sites that do not vary, contigs of one site."""
    learn, validation = smallest(people, n_sites, alone, labels)
    settings = RbmSettings(updates=3, chains=16, annealing=200, sampling_steps=5)
    model = Rbm(settings).fit_parts(learn, validation, FitControl(device="cpu"))
    for n in (1, 2, 7):
        assert model.sample(n, 1).haplotypes.max() <= 1
    everything = np.array(list(product((0, 1), repeat=n_sites)), dtype=np.uint8)
    total = np.exp(model.estimated_log_likelihood(everything)).sum()
    assert total == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(("n_sites", "most"), [(30, 1200), (805, 1200), (10_000, 400)])
def test_work_is_bounded_on_large_panels(n_sites: int, most: int) -> None:
    assert 100 <= recipe_for(RbmSettings(), n_sites).updates <= most
