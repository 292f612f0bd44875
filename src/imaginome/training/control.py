"""What a fit is given from outside: seed, threads, device, progress, checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from imaginome.progress import SILENT, Progress
from imaginome.randomness import child_generator
from imaginome.training.checkpoints import CheckpointStore


@dataclass(frozen=True)
class FitControl:
    """The circumstances of one fit; none of them but `seed` may change its result.

    Attributes
    ----------
    seed
        Root seed of the run.
    threads
        Number of threads to use.
    device
        ``cpu``, ``cuda`` or ``auto`` (a GPU when there is one).
    progress
        Who is told how far the fit is.
    checkpoints
        Where to save and find the state of an interrupted fit, or None.
    """

    seed: int = 1
    threads: int = 1
    device: str = "auto"
    progress: Progress = field(default=SILENT)
    checkpoints: CheckpointStore | None = None

    def rng(self, *purpose: str | int) -> np.random.Generator:
        """Return the random stream of one purpose, for example ``rng("rbm", "update", 12)``."""
        return child_generator(self.seed, "fit", *purpose)
