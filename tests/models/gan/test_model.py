from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from imaginome.errors import CapabilityError, ModelError
from imaginome.models.gan.model import Gan, GanSettings
from imaginome.models.registry import load_model
from imaginome.panel import Panel, strings
from imaginome.panel.split import split_panel
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from tests.support.simulated import simulated_panel

SMALL = {"latent": 16, "hidden": 32, "critic_hidden": 32, "components": 4, "measure_every": 20}


@pytest.fixture(scope="module")
def parts() -> tuple[Panel, Panel]:
    return split_panel(simulated_panel(), 0.25, np.random.default_rng(1))


def fitted(parts: tuple[Panel, Panel], control: FitControl, **settings: object) -> Gan:
    chosen = GanSettings.model_validate({**SMALL, "steps": 40, **settings})
    return Gan(chosen).fit_parts(*parts, control)


def test_draws_are_the_same_for_any_number_of_threads(parts: tuple[Panel, Panel]) -> None:
    one = fitted(parts, FitControl(seed=3, threads=1, device="cpu"), batch=192)
    two = fitted(parts, FitControl(seed=3, threads=2, device="cpu"), batch=192)
    for name, weights in one._tensors().items():
        assert np.array_equal(weights, two._tensors()[name]), name
    first, second = one.sample(300, 7), two.sample(300, 7, threads=2)
    assert np.array_equal(first.haplotypes, second.haplotypes)
    assert not np.array_equal(first.haplotypes, one.sample(300, 8).haplotypes)


def test_the_papers_network_survives_a_round_trip(parts: tuple[Panel, Panel], tmp_path) -> None:
    """The default one keeps the contract of all generators."""
    model = fitted(parts, FitControl(seed=3, device="cpu"), preset="yelmen2021", steps=2)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert np.array_equal(loaded.sample(20, 5).haplotypes, model.sample(20, 5).haplotypes)


class _StopError(Exception):
    pass


class _Interrupting(CheckpointStore):
    """Fails after some saves, as a killed process would."""

    left = 25

    def save(self, checkpoint) -> None:
        super().save(checkpoint)
        self.left -= 1
        if self.left == 0:
            raise _StopError


@pytest.mark.parametrize("preset", ["default", "yelmen2021"])
def test_resuming_ends_in_the_same_bytes(parts: tuple[Panel, Panel], tmp_path, preset: str) -> None:
    whole = fitted(parts, FitControl(seed=3, device="cpu"), preset=preset)
    path = tmp_path / "checkpoint"
    with pytest.raises(_StopError):
        store = _Interrupting(path, "x", every=0.0)
        fitted(parts, FitControl(seed=3, device="cpu", checkpoints=store), preset=preset)
    store = CheckpointStore(path, "x", every=1e9)
    resumed = fitted(parts, FitControl(seed=3, device="cpu", checkpoints=store), preset=preset)
    for name, weights in whole._tensors().items():
        assert np.array_equal(weights, resumed._tensors()[name]), name


def test_learns_frequencies_linkage_and_structure(parts: tuple[Panel, Panel]) -> None:
    train, _validation = parts
    model = fitted(parts, FitControl(seed=3, device="cpu"), steps=600, measure_every=200)
    artificial = model.sample(200, 1).haplotypes
    error = np.abs(artificial.mean(axis=0) - train.frequencies()).mean()
    assert error < 0.05
    pairs = np.triu_indices(train.n_sites, 1)
    with np.errstate(invalid="ignore"):  # A site that a panel lost has no correlation.
        real, ours = (np.corrcoef(h.T)[pairs] for h in (train.haplotypes, artificial))
    known = np.isfinite(real) & np.isfinite(ours)
    assert np.corrcoef(real[known], ours[known])[0, 1] > 0.5
    assert len(np.unique(artificial, axis=0)) > 390


def fst(one: np.ndarray, other: np.ndarray) -> float:
    """F_ST of two populations by Hudson's estimator (Bhatia et al. 2013, equation 10)."""
    p, q, n, m = one.mean(0), other.mean(0), len(one), len(other)
    within = p * (1 - p) / (n - 1) + q * (1 - q) / (m - 1)
    return float(((p - q) ** 2 - within).sum() / (p * (1 - q) + q * (1 - p)).sum())


def test_people_of_a_population_look_like_it() -> None:
    panel = simulated_panel(n_individuals=240, n_sites=80, seed=9)
    parts = split_panel(panel, 0.25, np.random.default_rng(1))
    model = fitted(parts, FitControl(seed=3, device="cpu"), steps=150, measure_every=50)
    names = ["POP0", "POP1", "POP2"]
    real = {n: parts[0].haplotypes[np.repeat(parts[0].samples.population == n, 2)] for n in names}
    drawn = {name: model.sample(200, 1, population=name).haplotypes for name in names}
    for name in names:
        assert fst(drawn[name], real[name]) < 0.015
        error = np.abs(drawn[name].mean(0) - real[name].mean(0)).mean()
        assert error < 0.05
        for other in names:
            if other != name:
                apart, expected = fst(drawn[name], drawn[other]), fst(real[name], real[other])
                assert abs(apart - expected) < 0.35 * expected


def test_a_trait_keeps_its_association_within_populations() -> None:
    panel = simulated_panel(n_individuals=240, n_sites=80, seed=9)
    frequent = np.flatnonzero(np.abs(panel.frequencies() - 0.4) < 0.1)[0]
    dose = panel.haplotypes[0::2, frequent] + panel.haplotypes[1::2, frequent]
    shown = strings(["blue" if count == 2 else "brown" for count in dose])
    panel = panel.with_samples(replace(panel.samples, phenotype=shown))
    parts = split_panel(panel, 0.25, np.random.default_rng(1))
    model = fitted(parts, FitControl(seed=3, device="cpu"), steps=150, measure_every=50)
    kinds = {kind: model.sample(150, 1, phenotype=kind) for kind in ("blue", "brown")}
    assert kinds["blue"].frequencies()[frequent] > 0.85
    real = {k: panel.take_individuals(np.flatnonzero(shown == k)).frequencies() for k in kinds}
    assert abs(kinds["brown"].frequencies()[frequent] - real["brown"][frequent]) < 0.1
    drawn = model.sample(300, 1)
    blue = drawn.samples.phenotype == "blue"
    assert abs(blue.mean() - (shown == "blue").mean()) < 0.02
    assert set(drawn.samples.population) == {"POP0", "POP1", "POP2"}


def test_the_papers_network_claims_no_labels(parts: tuple[Panel, Panel]) -> None:
    model = fitted(parts, FitControl(seed=3, device="cpu"), preset="yelmen2021", steps=2)
    assert model.sample(3, 1).samples.population is None
    with pytest.raises(CapabilityError, match="population"):
        model.sample(3, 1, population="POP0")


def test_a_few_people_are_refused() -> None:
    few = simulated_panel(n_individuals=6)
    with pytest.raises(ModelError, match="cannot learn from 4 individuals"):
        train, validation = split_panel(few, 1 / 3, np.random.default_rng(1))
        Gan(GanSettings()).fit_parts(train, validation, FitControl())
