"""Adam (Kingma and Ba 2015, arXiv:1412.6980) with a state that can be saved as plain arrays."""

from __future__ import annotations

import numpy as np
import torch

from imaginome.models.base import Tensors


class Adam:
    """First and second moments of the gradients of some parameters.

    Parameters
    ----------
    parameters
        What is updated, in place.
    decay
        Decay rates of the first and the second moment, per step.
    epsilon
        Added to the root of the second moment.
    """

    def __init__(
        self, parameters: list[torch.Tensor], decay: tuple[float, float], epsilon: float = 1e-8
    ) -> None:
        self.parameters, self.decay, self.epsilon = parameters, decay, epsilon
        self.first = [torch.zeros_like(p) for p in parameters]
        self.second = [torch.zeros_like(p) for p in parameters]
        self.steps = 0

    @torch.no_grad()
    def step(self, gradients: list[torch.Tensor], rate: float) -> None:
        """Move all parameters against their gradients.

        Parameters
        ----------
        gradients
            One for each parameter.
        rate
            Step size.
        """
        self.steps += 1
        one, two = self.decay
        bias_one, bias_two = 1.0 - one**self.steps, 1.0 - two**self.steps
        each = zip(self.parameters, gradients, self.first, self.second, strict=True)
        for parameter, gradient, first, second in each:
            first.lerp_(gradient, 1.0 - one)
            second.mul_(two).addcmul_(gradient, gradient, value=1.0 - two)
            spread = second.sqrt().div_(bias_two**0.5).add_(self.epsilon)
            parameter.addcdiv_(first, spread, value=-rate / bias_one)

    def tensors(self, prefix: str) -> Tensors:
        """Return moments and step count as arrays."""
        found: Tensors = {f"{prefix}steps": np.array([self.steps], dtype=np.int64)}
        for i, (first, second) in enumerate(zip(self.first, self.second, strict=True)):
            found[f"{prefix}first.{i}"] = first.cpu().numpy().copy()
            found[f"{prefix}second.{i}"] = second.cpu().numpy().copy()
        return found

    def load(self, tensors: Tensors, prefix: str) -> None:
        """Take over what `tensors` returned."""
        self.steps = int(tensors[f"{prefix}steps"][0])
        for i, (first, second) in enumerate(zip(self.first, self.second, strict=True)):
            first.copy_(torch.from_numpy(tensors[f"{prefix}first.{i}"]))
            second.copy_(torch.from_numpy(tensors[f"{prefix}second.{i}"]))
