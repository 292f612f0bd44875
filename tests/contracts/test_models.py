"""The contract of a generator, for every generator in the registry; see `imaginome.testing`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaginome.models.registry import load_model, models
from imaginome.panel import Panel
from imaginome.testing.generators import GENERATOR_CHECKS, GeneratorCase

# Settings small enough for a test; a generator that is not named here runs with its defaults.
SMALL: dict[str, dict[str, Any]] = {
    "gan": {"steps": 40, "measure_every": 10, "latent": 8, "hidden": 16, "critic_hidden": 16},
    "hmm": {"clusters": 6, "rounds": 3, "full_rounds": 3},
    "markov": {"order": 5},
    "rbm": {"hidden": 16, "updates": 200, "chains": 128, "annealing": 20, "sampling_steps": 50},
    "vae": {"steps": 60, "measure_every": 15, "latent": 8, "hidden": 32, "components": 4},
}
# Adversarial and energy-based generators do not match frequencies within a test's few steps.
FREQUENCY_ERROR = {"gan": 0.04, "rbm": 0.15}
# Generators that fit in one go have no step at which an interrupt could find a checkpoint.
ONE_GO = {"independent", "markov", "mosaic", "tree"}
IDS = models.ids()
CASES: dict[str, GeneratorCase] = {}


def case(model_id: str, panel: Panel) -> GeneratorCase:
    """Return the generator under check; it is fitted once in a run."""
    if model_id not in CASES:
        error = FREQUENCY_ERROR.get(model_id, 0.03)
        kind = models.get(model_id)
        CASES[model_id] = GeneratorCase(kind, SMALL.get(model_id, {}), panel, error)
    return CASES[model_id]


@pytest.mark.parametrize("check", GENERATOR_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model_id", IDS)
def test_contract(model_id: str, check: Any, panel: Panel, tmp_path: Path) -> None:
    check(case(model_id, panel), tmp_path)


@pytest.mark.parametrize("model_id", IDS)
def test_is_registered_and_cites_its_sources(model_id: str) -> None:
    kind = models.get(model_id)
    assert kind.id == model_id
    assert kind.citations


@pytest.mark.parametrize("model_id", IDS)
def test_only_fits_in_one_go_leave_no_history(model_id: str, panel: Panel) -> None:
    assert (case(model_id, panel).fitted.history is None) == (model_id in ONE_GO)


@pytest.mark.parametrize("model_id", IDS)
def test_is_loaded_by_id(model_id: str, panel: Panel, tmp_path: Path) -> None:
    case(model_id, panel).fitted.save(tmp_path / "model")
    assert type(load_model(tmp_path / "model")) is models.get(model_id)
