"""What a fit is given from outside: seed, threads, device, progress, checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from imaginome.dp.accounting import Budget
from imaginome.dp.guarantee import Guarantee
from imaginome.dp.noise import SYSTEM, NoiseSource
from imaginome.errors import ModelError
from imaginome.progress import SILENT, Progress
from imaginome.randomness import child_generator
from imaginome.training.checkpoints import CheckpointStore


@dataclass(frozen=True)
class FitControl:
    """What one fit is given; on one kind of device, `seed` alone decides the result.

    But for a private fit, whose noise no seed tells.

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
    guarantee
        What a private fit promises; None for a fit that promises nothing.
    noise
        Where the noise of a private fit comes from: the operating system, never the seed.
    budget
        What a private fit may spend; `Generator.fit` sets it. Everything that `_fit` learns of
        the train panel goes through it.
    """

    seed: int = 1
    threads: int = 1
    device: str = "auto"
    progress: Progress = field(default=SILENT)
    checkpoints: CheckpointStore | None = None
    guarantee: Guarantee | None = None
    noise: NoiseSource = SYSTEM
    budget: Budget | None = None

    def torch_device(self) -> str:
        """Return ``cpu`` or ``cuda``: what `device` means on this machine.

        A GPU rounds otherwise than a CPU: the same seed gives results that agree within
        tolerance, not the same bytes.

        Raises
        ------
        ModelError
            When a GPU is asked for and there is none, or the name is another.
        """
        import torch

        if self.device not in ("auto", "cpu", "cuda"):
            raise ModelError(f"there is no device '{self.device}'", "give cpu, cuda or auto")
        has_gpu = torch.cuda.is_available()
        if self.device == "cuda" and not has_gpu:
            raise ModelError("no GPU was found", "use --device auto or --device cpu")
        return "cuda" if has_gpu and self.device != "cpu" else "cpu"

    def rng(self, *purpose: str | int) -> np.random.Generator:
        """Return the random stream of one purpose, for example ``rng("rbm", "update", 12)``."""
        return child_generator(self.seed, "fit", *purpose)
