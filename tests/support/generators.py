"""Generators small enough for a test, each fitted once in a run of tests."""

from __future__ import annotations

from functools import cache
from typing import Any

from imaginome.models.registry import models
from imaginome.settings import settings_text
from imaginome.testing.generators import GeneratorCase

SMALL: dict[str, dict[str, Any]] = {
    "gan": {"steps": 40, "measure_every": 10, "latent": 8, "hidden": 16, "critic_hidden": 16},
    "hmm": {"clusters": 6, "rounds": 3, "full_rounds": 3},
    "markov": {"order": 5},
    "rbm": {"hidden": 8, "local": 8, "shared": 2, "updates": 12, "chains": 64, "annealing": 10},
    "vae": {"steps": 60, "measure_every": 15, "latent": 8, "hidden": 32, "components": 4},
}
"""Settings; a generator that is not named here runs with its defaults."""
FREQUENCY_ERROR = {"gan": 0.04, "rbm": 0.15}
"""Adversarial and energy-based generators do not match frequencies within a test's few steps."""


@cache
def case(model_id: str) -> GeneratorCase:
    """Return a generator under check, to be fitted once: ask for it in tests of its group only."""
    error = FREQUENCY_ERROR.get(model_id, 0.03)
    return GeneratorCase(models.get(model_id), SMALL.get(model_id, {}), frequency_error=error)


def words(model_id: str) -> tuple[str, ...]:
    """Return the settings as the command line has them."""
    return tuple(settings_text(SMALL.get(model_id, {})))
