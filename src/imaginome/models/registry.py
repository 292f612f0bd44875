"""Generators by id, and models by path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from imaginome.models.base import Generator
from imaginome.models.shared.folder import saved_id, told_of
from imaginome.registry import Registry

models: Registry[Generator[Any]] = Registry(
    "imaginome.models", "model", Generator, group="imaginome.models"
)


def load_model(path: str | Path) -> Generator[Any]:
    """Load a fitted generator from the folder that `Generator.save` wrote.

    Raises
    ------
    ModelError
        When the folder holds no model or a damaged one.
    UnknownIdError
        When its generator is not registered here.
    """
    with told_of(Path(path)):
        model_id = saved_id(Path(path))
    return models.get(model_id).load(path)
