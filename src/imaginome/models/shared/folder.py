"""The folder of a fitted generator: settings and notes in JSON, weights in safetensors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from imaginome import __version__
from imaginome.dp.guarantee import Spending
from imaginome.errors import ModelError
from imaginome.outputs import atomic_directory
from imaginome.panel.frame import PanelFrame
from imaginome.results.emergence import FILE as EMERGENCE
from imaginome.results.emergence import Emergence
from imaginome.tensors import Tensors, read_tensors, write_tensors
from imaginome.training.loop import History

CARD = "model.json"
FRAME = "frame.json"
HISTORY = "history.json"
WEIGHTS = "weights.safetensors"


@dataclass(frozen=True)
class Saved:
    """Everything that is kept of a fitted generator.

    Attributes
    ----------
    model, settings
        Id of the generator, and its settings as JSON has them.
    frame, tensors
        Sites and labels that it was fitted to, and its weights.
    history, emergence, spending
        As in `Generator`.
    """

    model: str
    settings: dict[str, Any]
    frame: PanelFrame
    tensors: Tensors
    history: History | None = None
    emergence: Emergence | None = None
    spending: Spending | None = None

    def write(self, path: Path, *, force: bool) -> None:
        """Write the folder, whole or not at all.

        Raises
        ------
        OutputError
            When it exists and `force` is off, or cannot be written.
        """
        with atomic_directory(path, known_by=CARD, force=force) as folder:
            (folder / CARD).write_text(json.dumps(self._card(), indent=2) + "\n")
            self.frame.write(folder / FRAME)
            if self.history is not None:
                (folder / HISTORY).write_text(json.dumps(self.history.notes()) + "\n")
            if self.emergence is not None:
                self.emergence.write(folder / EMERGENCE)
            write_tensors(folder / WEIGHTS, self.tensors)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote; to be called under `told_of`."""
        card = _card(path)
        history, emergence = None, None
        if (path / HISTORY).exists():
            history = History.from_notes(json.loads((path / HISTORY).read_text()))
        if (path / EMERGENCE).exists():
            emergence = Emergence.read(path / EMERGENCE)
        return cls(
            card["model"],
            card["settings"],
            PanelFrame.read(path / FRAME),
            read_tensors(path / WEIGHTS)[0],
            history,
            emergence,
            Spending.model_validate(card["guarantee"]) if "guarantee" in card else None,
        )

    def _card(self) -> dict[str, Any]:
        card = {
            "model": self.model,
            "version": __version__,
            "settings": self.settings,
            "n_sites": len(self.frame.sites),
        }
        if self.spending is not None:
            card["guarantee"] = self.spending.model_dump(mode="json")
        return card


def saved_id(path: Path) -> str:
    """Return the id of the generator in a folder; to be called under `told_of`."""
    return str(_card(path)["model"])


def _card(path: Path) -> dict[str, Any]:
    card: dict[str, Any] = json.loads((path / CARD).read_text(encoding="utf-8"))
    return card


@contextmanager
def told_of(path: Path) -> Iterator[None]:
    """Turn whatever is wrong with a folder into one line that names it.

    Raises
    ------
    ModelError
        When the folder holds no model or a damaged one.
    """
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError(
            f"{path} is no model folder", "give what `imaginome fit -o` wrote"
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is damaged ({error})", "fit the model again") from None
