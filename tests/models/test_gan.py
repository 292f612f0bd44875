from __future__ import annotations

import numpy as np
import pytest

from imaginome.errors import ModelError
from imaginome.models.gan import Gan, GanSettings
from imaginome.models.registry import load_model
from imaginome.panel import Panel
from imaginome.panel.split import split_panel
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from simulated import simulated_panel

SMALL = {"latent": 16, "hidden": 32, "critic_hidden": 32, "components": 4, "measure_every": 20}


@pytest.fixture(scope="module")
def parts() -> tuple[Panel, Panel]:
    return split_panel(simulated_panel(), 0.25, np.random.default_rng(1))


def fitted(parts: tuple[Panel, Panel], control: FitControl, **settings: object) -> Gan:
    chosen = GanSettings.model_validate({**SMALL, "steps": 40, **settings})
    return Gan(chosen).fit(*parts, control)


def test_draws_are_the_same_for_any_number_of_threads(parts: tuple[Panel, Panel]) -> None:
    one = fitted(parts, FitControl(seed=3, threads=1, device="cpu"), batch=192)
    two = fitted(parts, FitControl(seed=3, threads=2, device="cpu"), batch=192)
    for name, weights in one._tensors().items():
        assert np.array_equal(weights, two._tensors()[name]), name
    first, second = one.sample(300, 7), two.sample(300, 7, threads=2)
    assert np.array_equal(first.haplotypes, second.haplotypes)
    assert not np.array_equal(first.haplotypes, one.sample(300, 8).haplotypes)


@pytest.mark.parametrize("preset", ["default", "yelmen2021"])
def test_model_survives_a_round_trip(parts: tuple[Panel, Panel], tmp_path, preset: str) -> None:
    model = fitted(parts, FitControl(seed=3, device="cpu"), preset=preset)
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


def test_a_few_people_are_refused() -> None:
    few = simulated_panel(n_individuals=6)
    with pytest.raises(ModelError, match="cannot learn from 4 individuals"):
        train, validation = split_panel(few, 1 / 3, np.random.default_rng(1))
        Gan(GanSettings()).fit(train, validation, FitControl())
