"""The contract of a generator, for every generator in the registry; see `imaginome.testing`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from imaginome.models.registry import load_model, models
from imaginome.testing.generators import GENERATOR_CHECKS
from tests.support.generators import case

# Generators that fit in one go have no step at which an interrupt could find a checkpoint.
ONE_GO = {"independent", "markov", "mosaic", "tree"}
IDS = models.ids()


@pytest.mark.parametrize("check", GENERATOR_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("model_id", IDS)
def test_contract(model_id: str, check: Any, tmp_path: Path) -> None:
    check(case(model_id), tmp_path)


@pytest.mark.parametrize("model_id", IDS)
def test_is_registered_and_cites_its_sources(model_id: str) -> None:
    kind = models.get(model_id)
    assert kind.id == model_id
    assert kind.citations


@pytest.mark.parametrize("model_id", IDS)
def test_only_fits_in_one_go_leave_no_history(model_id: str) -> None:
    assert (case(model_id).fitted.history is None) == (model_id in ONE_GO)


@pytest.mark.parametrize("model_id", IDS)
def test_is_loaded_by_id(model_id: str, tmp_path: Path) -> None:
    case(model_id).fitted.save(tmp_path / "model")
    assert type(load_model(tmp_path / "model")) is models.get(model_id)
