"""The sum of clipped gradients: whatever a unit is like, it moves the sum by so much at most."""

from __future__ import annotations

import torch
from opacus.grad_sample.grad_sample_module_fast_gradient_clipping import (
    GradSampleModuleFastGradientClipping,
)
from torch import nn

HAIR = 1e-9


class Clipped:
    """Gradients of a network, unit by unit, without ever holding them one by one.

    A first pass backwards finds the length of each unit's gradient from activations and
    gradients of layers (ghost clipping: Li et al. 2022, arXiv:2110.05679), a second one sums the
    gradients of the shortened losses. In ``float64``: lengths are differences of products, and
    what cancels there in ``float32`` could hide a long gradient.

    Parameters
    ----------
    network
        Of linear layers, each used once in a pass. Parameters without gradient are left out.
    bound
        Longest that a unit's gradient may be, over all parameters (Euclidean).
    """

    def __init__(self, network: nn.Module, bound: float) -> None:
        self.bound = bound
        self.parameters = [p for p in network.parameters() if p.requires_grad]
        self._watched = GradSampleModuleFastGradientClipping(
            network, batch_first=True, loss_reduction="sum", max_grad_norm=bound
        )

    def sum(
        self, *inputs: torch.Tensor, present: torch.Tensor
    ) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the sum of the clipped gradients of units, and their lengths before.

        Parameters
        ----------
        inputs
            What the network takes, ``float64``, units first: ``(n_units, n_members, ...)``. It
            returns the loss of each member; a unit's loss is the sum over its members.
        present
            1 for members, 0 for what fills up, ``(n_units, n_members)``.

        Returns
        -------
        tuple
            One tensor for each of `parameters`, and lengths, ``(n_units,)``: private, for tests.
        """
        self._watched.train()
        self._watched.enable_hooks()
        # Hooks of layers whose inputs want no gradient would not be called in order.
        wanting = [values.detach().requires_grad_() for values in inputs]
        losses = (self._watched(*wanting) * present).sum(1)
        losses.sum().backward(retain_graph=True)
        lengths = self._watched.get_norm_sample().detach()
        self._watched.disable_hooks()
        self._watched.zero_grad()
        short = (self.bound / (lengths * (1.0 + HAIR)).clamp(min=1e-30)).clamp(max=1.0)
        gradients = torch.autograd.grad((losses * short).sum(), self.parameters)
        return list(gradients), lengths
