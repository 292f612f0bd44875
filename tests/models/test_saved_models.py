"""Models that earlier versions saved load, and draw what they drew then."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from imaginome.models.registry import load_model

SAVED = Path(__file__).parent / "saved"
"""One folder a generator, as version 0.1.0 wrote it, fitted to 40 people of the bundled panel."""
DRAWS = json.loads((SAVED / "draws.json").read_text())
"""SHA-256 of the haplotypes of 20 people drawn with seed 1."""


@pytest.mark.parametrize("model_id", sorted(DRAWS))
def test_a_model_saved_before_loads_and_draws_the_same(model_id):
    model = load_model(SAVED / model_id)
    assert model.id == model_id
    assert len(model.sites) == 40
    drawn = model.sample(20, seed=1)
    assert hashlib.sha256(drawn.haplotypes.tobytes()).hexdigest() == DRAWS[model_id]


def test_every_family_that_was_saved_before_is_tried():
    assert set(DRAWS) == {path.name for path in SAVED.iterdir() if path.is_dir()}
    assert len(DRAWS) == 8
