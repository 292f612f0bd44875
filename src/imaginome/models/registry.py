"""Generators by id, and models by path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from imaginome.dp.guarantee import Spending
from imaginome.errors import ModelError
from imaginome.models.base import Generator
from imaginome.panel.frame import PanelFrame
from imaginome.registry import Registry
from imaginome.results.emergence import FILE as EMERGENCE
from imaginome.results.emergence import Emergence
from imaginome.tensors import read_tensors
from imaginome.training.loop import History

models: Registry[Generator[Any]] = Registry("imaginome.models", "model")


def load_model(path: str | Path) -> Generator[Any]:
    """Load a fitted generator from the folder that `Generator.save` wrote.

    Raises
    ------
    ModelError
        When the folder holds no model or a damaged one.
    UnknownIdError
        When its generator is not registered here.
    """
    path = Path(path)
    try:
        card = json.loads((path / "model.json").read_text(encoding="utf-8"))
        kind = models.get(card["model"])
        model = kind(kind.Settings.model_validate(card["settings"]))
        model._frame = PanelFrame.read(path / "frame.json")
        model._load_tensors(read_tensors(path / "weights.safetensors")[0])
        if (path / "history.json").exists():
            model.history = History.from_notes(json.loads((path / "history.json").read_text()))
        if "guarantee" in card:
            model.spending = Spending.model_validate(card["guarantee"])
        if (path / EMERGENCE).exists():
            model.emergence = Emergence.read(path / EMERGENCE)
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError(
            f"{path} is no model folder", "give what `imaginome fit -o` wrote"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is damaged ({error})", "fit the model again") from None
    return model
