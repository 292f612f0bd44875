"""The contract of a generator, for every generator in the registry."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaginome.errors import CapabilityError, ModelError
from imaginome.models.base import Generator
from imaginome.models.registry import load_model, models
from imaginome.panel import Panel
from imaginome.panel.samples import Samples
from imaginome.progress import Silent
from imaginome.runs.fitting import create, fit
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from simulated import simulated_panel

# Settings small enough for a test; a generator that is not named here runs with its defaults.
SMALL: dict[str, list[str]] = {
    "gan": ["steps=40", "measure_every=10", "latent=8", "hidden=16", "critic_hidden=16"],
    "hmm": ["clusters=6", "rounds=3", "full_rounds=3"],
    "markov": ["order=5"],
    "rbm": ["hidden=16", "updates=200", "chains=128", "annealing=20", "sampling_steps=50"],
    "vae": ["steps=60", "measure_every=15", "latent=8", "hidden=32", "components=4"],
}
# Generators that fit in one go have no step at which an interrupt could find a checkpoint.
ONE_GO = {"independent", "markov", "mosaic", "tree"}
CAPABILITIES = {"log_likelihood", "latent", "population", "complete", "private", "phenotype"}
IDS = models.ids()
FITTED: dict[str, Generator[Any]] = {}


def small(model_id: str) -> Generator[Any]:
    return create(model_id, SMALL.get(model_id, []))


def fitted(model_id: str, panel: Panel) -> Generator[Any]:
    if model_id not in FITTED:
        FITTED[model_id] = fit(small(model_id), panel, seed=3, device="cpu")
    return FITTED[model_id]


def tensors(model: Generator[Any]) -> dict[str, np.ndarray]:
    return {name: np.array(value) for name, value in model._tensors().items()}


def assert_same_weights(one: Generator[Any], other: Generator[Any]) -> None:
    first, second = tensors(one), tensors(other)
    assert first.keys() == second.keys()
    for name in first:
        assert first[name].dtype == second[name].dtype, name
        assert first[name].tobytes() == second[name].tobytes(), name


def assert_same_frames(one: Generator[Any], other: Generator[Any]) -> None:
    assert one.emergence is not None, "a trainee wants a method frame()"
    assert other.emergence is not None
    assert np.array_equal(one.emergence.steps, other.emergence.steps)
    assert np.array_equal(one.emergence.frames, other.emergence.frames)
    np.testing.assert_equal(one.emergence.figures, other.emergence.figures)


class Interrupting(Silent):
    """Progress that presses Ctrl-C when its task has advanced a number of steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def task(self, name: str, total: int | None = None, done: int = 0) -> Any:  # type: ignore[override]
        return self

    def __enter__(self) -> Interrupting:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def advance(self, steps: int = 1, **figures: float) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("model_id", IDS)
def test_declares_itself(model_id: str) -> None:
    kind = models.get(model_id)
    assert kind.id == model_id
    for text in (kind.description, kind.assumptions, kind.limitations):
        assert len(text) > 20
    assert "\n" not in kind.description
    assert kind.capabilities <= CAPABILITIES
    assert kind.__doc__
    assert not inspect.isabstract(kind)


@pytest.mark.parametrize("model_id", IDS)
def test_cites_its_sources(model_id: str) -> None:
    citations = models.get(model_id).citations
    assert citations
    assert len({citation.key for citation in citations}) == len(citations)
    for citation in citations:
        assert citation.reason, citation.key
        assert citation.doi.startswith("10.") or not citation.doi
        assert 1900 < citation.year < 2100


@pytest.mark.parametrize("model_id", IDS)
def test_every_setting_is_described_and_has_a_default(model_id: str) -> None:
    kind = models.get(model_id).Settings
    for name, field in kind.model_fields.items():
        assert field.description, name
        assert not field.is_required(), name
    assert kind.model_validate(kind().model_dump(mode="json")) == kind()


@pytest.mark.parametrize("model_id", IDS)
def test_samples_look_like_a_panel(model_id: str, panel: Panel) -> None:
    artificial = fitted(model_id, panel).sample(7, seed=1)
    assert artificial.haplotypes.shape == (14, panel.n_sites)
    assert artificial.haplotypes.dtype == np.uint8
    assert set(np.unique(artificial.haplotypes)) <= {0, 1}
    assert list(artificial.samples.id) == [f"IMG{i:06d}" for i in range(1, 8)]
    assert artificial.sites.keys() == panel.sites.keys()


@pytest.mark.parametrize("model_id", IDS)
def test_samples_depend_on_the_seed_only(model_id: str, panel: Panel) -> None:
    model = fitted(model_id, panel)
    first = model.sample(150, seed=1).haplotypes
    assert np.array_equal(first, model.sample(150, seed=1).haplotypes)
    assert np.array_equal(first, model.sample(150, seed=1, threads=2).haplotypes)
    assert not np.array_equal(first, model.sample(150, seed=2).haplotypes)


@pytest.mark.parametrize("model_id", IDS)
def test_fit_does_not_depend_on_threads(model_id: str, panel: Panel) -> None:
    again = fit(small(model_id), panel, seed=3, threads=2, device="cpu")
    assert_same_weights(fitted(model_id, panel), again)


@pytest.mark.parametrize("model_id", IDS)
def test_saved_and_loaded_draws_the_same(model_id: str, panel: Panel, tmp_path: Path) -> None:
    model = fitted(model_id, panel)
    model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    assert loaded.settings == model.settings
    drawn, again = model.sample(20, seed=4), loaded.sample(20, seed=4)
    assert np.array_equal(drawn.haplotypes, again.haplotypes)
    if "log_likelihood" in model.capabilities:
        expected = model.log_likelihood(panel.haplotypes[:9])
        np.testing.assert_array_equal(loaded.log_likelihood(panel.haplotypes[:9]), expected)


@pytest.mark.parametrize("model_id", IDS)
def test_saves_json_and_safetensors_only(model_id: str, panel: Panel, tmp_path: Path) -> None:
    fitted(model_id, panel).save(tmp_path / "model")
    for file in (tmp_path / "model").iterdir():
        assert file.suffix in {".json", ".safetensors"}
        if file.suffix == ".json":
            json.loads(file.read_text())
        # A pickle begins with the protocol opcode, a zipped one (torch.save) with PK.
        assert file.read_bytes()[:2] not in {b"\x80\x02", b"\x80\x04", b"\x80\x05", b"PK"}


@pytest.mark.parametrize("model_id", sorted(set(IDS) - ONE_GO))
def test_interrupted_fit_resumes_to_the_same_weights(
    model_id: str, panel: Panel, tmp_path: Path
) -> None:
    whole = fitted(model_id, panel)
    learn, validation = _parts(panel)
    for after in (1, 4):
        path = tmp_path / f"{after}.checkpoint"
        stop, go_on = small(model_id), small(model_id)
        marked = stop.fingerprint(panel, 3)
        with pytest.raises(KeyboardInterrupt):
            store = CheckpointStore(path, marked, every=0.0)
            stop.fit_parts(learn, validation, FitControl(3, 1, "cpu", Interrupting(after), store))
        assert path.exists()
        store = CheckpointStore(path, marked, every=0.0)
        go_on.fit_parts(learn, validation, FitControl(3, 1, "cpu", checkpoints=store))
        assert_same_weights(whole, go_on)
        assert_same_frames(whole, go_on)


def _parts(panel: Panel) -> tuple[Panel, Panel]:
    """Return what `fit` with seed 3 gives to `Generator.fit`."""
    from imaginome.models.shared.fitting import VALIDATION
    from imaginome.panel.split import split_panel
    from imaginome.randomness import child_generator

    return split_panel(panel, VALIDATION, child_generator(3, "validation"))


@pytest.mark.parametrize("model_id", IDS)
def test_capabilities_are_honest(model_id: str, panel: Panel) -> None:
    model = fitted(model_id, panel)
    rows = panel.haplotypes[:5]
    if "log_likelihood" in model.capabilities:
        logs = model.log_likelihood(rows)
        assert logs.shape == (5,)
        assert logs.dtype == np.float64
        assert np.isfinite(logs).all()
        assert (logs < 0).all()
    else:
        with pytest.raises(CapabilityError):
            model.log_likelihood(rows)
    if "latent" in model.capabilities:
        code = model.latent(rows)
        assert code.shape[0] == 5
        assert code.dtype == np.float32
        assert np.isfinite(code).all()
    else:
        with pytest.raises(CapabilityError):
            model.latent(rows)


@pytest.mark.parametrize("model_id", IDS)
def test_population_is_honoured_where_declared(model_id: str, panel: Panel) -> None:
    model = fitted(model_id, panel)
    if "population" not in model.capabilities:
        with pytest.raises(CapabilityError):
            model.sample(2, seed=1, population="POP0")
        return
    drawn = {name: model.sample(400, 1, population=name) for name in ("POP0", "POP2")}
    assert set(drawn["POP0"].samples.population) == {"POP0"}
    real = {name: _of(panel, name).frequencies() for name in drawn}
    expected = real["POP0"] - real["POP2"]
    found = drawn["POP0"].frequencies() - drawn["POP2"].frequencies()
    assert np.corrcoef(expected, found)[0, 1] > 0.5
    with pytest.raises(ModelError, match="no population 'Atlantis'"):
        model.sample(2, seed=1, population="Atlantis")
    with pytest.raises(ModelError, match="at least one"):
        model.sample(0, seed=1)


def _of(panel: Panel, population: str) -> Panel:
    return panel.take_individuals(np.flatnonzero(panel.samples.population == population))


@pytest.mark.parametrize("model_id", IDS)
def test_works_without_labels(model_id: str, panel: Panel) -> None:
    bare = panel.with_samples(Samples(panel.samples.id))
    drawn = fit(small(model_id), bare, seed=1, device="cpu").sample(3, seed=1)
    assert drawn.haplotypes.shape == (6, panel.n_sites)
    assert drawn.samples.population is None


@pytest.mark.parametrize("model_id", IDS)
def test_frequencies_come_near(model_id: str) -> None:
    panel = simulated_panel(n_individuals=100, n_sites=60, seed=8)
    drawn = fit(small(model_id), panel, seed=1, device="cpu").sample(1000, seed=2)
    error = np.abs(drawn.frequencies() - panel.frequencies()).mean()
    assert error < WORST_FREQUENCY_ERROR.get(model_id, 0.03)


# Adversarial and energy-based generators do not match frequencies within a test's few steps.
WORST_FREQUENCY_ERROR: dict[str, float] = {"gan": 0.04, "rbm": 0.15}


@pytest.mark.parametrize("model_id", IDS)
def test_unfitted_says_so(model_id: str) -> None:
    with pytest.raises(ModelError, match="not fitted"):
        small(model_id).sample(1, seed=1)
