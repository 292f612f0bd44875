"""Adam (Kingma and Ba 2015, arXiv:1412.6980) of torch, with a state saved as plain arrays.

Generators average gradients over fixed pieces of a batch on their own and change the rate at
every step, so both are given to a step.
"""

from __future__ import annotations

import numpy as np
import torch

from imaginome.tensors import Tensors


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
        self.parameters = parameters
        # One tensor after the other: the same bytes on every number of threads.
        self._torch = torch.optim.Adam(parameters, betas=decay, eps=epsilon, foreach=False)
        for parameter in parameters:
            self._torch.state[parameter] = {
                "step": torch.tensor(0.0),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }

    def step(self, gradients: list[torch.Tensor], rate: float) -> None:
        """Move all parameters against their gradients.

        Parameters
        ----------
        gradients
            One for each parameter.
        rate
            Step size.
        """
        self._torch.param_groups[0]["lr"] = rate
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter.grad = gradient
        self._torch.step()
        self._torch.zero_grad()

    def tensors(self, prefix: str) -> Tensors:
        """Return moments and step count as arrays."""
        states = [self._torch.state[parameter] for parameter in self.parameters]
        arrays: Tensors = {f"{prefix}steps": np.array([int(states[0]["step"])], dtype=np.int64)}
        for i, state in enumerate(states):
            arrays[f"{prefix}first.{i}"] = state["exp_avg"].cpu().numpy().copy()
            arrays[f"{prefix}second.{i}"] = state["exp_avg_sq"].cpu().numpy().copy()
        return arrays

    def load(self, tensors: Tensors, prefix: str) -> None:
        """Take over what `tensors` returned."""
        for i, parameter in enumerate(self.parameters):
            state = self._torch.state[parameter]
            state["step"].fill_(int(tensors[f"{prefix}steps"][0]))
            state["exp_avg"].copy_(torch.from_numpy(tensors[f"{prefix}first.{i}"]))
            state["exp_avg_sq"].copy_(torch.from_numpy(tensors[f"{prefix}second.{i}"]))
