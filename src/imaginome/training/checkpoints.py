"""Checkpoints: the whole state of a fit, saved atomically, bound to what is being fitted."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imaginome.errors import CheckpointError
from imaginome.outputs import atomic_file
from imaginome.tensors import Tensors, read_tensors, write_tensors


@dataclass(frozen=True)
class Checkpoint:
    """State of a fit after `step` finished steps."""

    step: int
    tensors: Tensors
    notes: dict[str, Any]


@dataclass
class CheckpointStore:
    """One checkpoint file in a folder, replaced atomically.

    Attributes
    ----------
    path
        The checkpoint file.
    fingerprint
        Identifies settings, panel and seed; a checkpoint with another one is refused.
    every
        Least number of seconds between two saves.
    """

    path: Path
    fingerprint: str
    every: float = 10.0
    _last: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        """Tell whether enough time has passed since the last save."""
        return time.monotonic() - self._last >= self.every

    def save(self, checkpoint: Checkpoint) -> None:
        """Replace the checkpoint."""
        notes = {
            "fingerprint": self.fingerprint,
            "step": str(checkpoint.step),
            "notes": json.dumps(checkpoint.notes),
        }
        with atomic_file(self.path, force=True) as temporary:
            write_tensors(temporary, checkpoint.tensors, notes)
        self._last = time.monotonic()

    def load(self) -> Checkpoint | None:
        """Return the saved state, or None when there is none.

        Raises
        ------
        CheckpointError
            When it is damaged or belongs to another panel, seed or settings.
        """
        if not self.path.exists():
            return None
        try:
            tensors, notes = read_tensors(self.path)
        except (ValueError, OSError) as error:
            raise CheckpointError(
                f"checkpoint {self.path} is damaged ({error})", "start over with --force"
            ) from None
        if notes["fingerprint"] != self.fingerprint:
            raise CheckpointError(
                f"checkpoint {self.path} belongs to another panel, seed, model or settings",
                "repeat the first command exactly, or start over with --force",
            )
        return Checkpoint(int(notes["step"]), tensors, json.loads(notes["notes"]))

    def clear(self) -> None:
        """Remove the checkpoint, after the fitted model was saved."""
        self.path.unlink(missing_ok=True)
