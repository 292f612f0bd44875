"""What the training loop asks of a trainee, and how long it trains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from imaginome.tensors import Tensors


class Trainee(Protocol):
    """What the loop trains: an expectation-maximisation, an RBM, a GAN.

    It may have one more method, ``frame``; see `training.emergence.Recorder`.
    """

    def step(self, index: int) -> None:
        """Do step `index` (from 0). All randomness comes from streams keyed by `index`."""

    def held_out(self) -> dict[str, float]:
        """Measure on held-out individuals; the key of the plan's objective is among them.

        Changes no state: how often it is asked makes no difference.
        """

    def state(self) -> Tensors:
        """Return everything that the next step depends on."""

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""

    def weights(self) -> Tensors:
        """Return what makes the model, without the state of optimiser and chains."""

    def load_weights(self, weights: Tensors) -> None:
        """Take over what `weights` returned."""


@dataclass(frozen=True)
class TrainingPlan:
    """How long to train and when to stop.

    Attributes
    ----------
    steps
        Most steps.
    measure_every
        Steps between two held-out measurements.
    objective
        Name of the held-out figure that decides.
    toward
        Whether a lower or a higher objective is better.
    patience
        Measurements without improvement after which training stops; 0 never stops early.
    """

    steps: int
    measure_every: int
    objective: str
    toward: Literal["lower", "higher"]
    patience: int = 0
