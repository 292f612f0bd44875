"""The networks of the adversarial models: from noise to alleles, from alleles to a score.

Yelmen et al. 2021 (doi:10.1371/journal.pgen.1009303) use two plain dense networks. The default
preset adds a linear path from noise to logits (a factor model of linkage that the hidden layers
bend), starts the outputs at the train frequencies and draws alleles as Bernoulli variables; its
critic sees standardised alleles and their leading principal components.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from imaginome.models.base import Tensors

LEAST_SPREAD = 0.1
PAPER_SLOPE = 0.01
SLOPE = 0.2


class DenseGenerator(nn.Module):
    """Noise to values in [-1, 1], as in the paper: two hidden layers and tanh.

    Parameters
    ----------
    latent
        Number of noise variables.
    n_sites
        Number of sites; hidden layers have ``n_sites // 1.2`` and ``n_sites // 1.1`` units.
    """

    def __init__(self, latent: int, n_sites: int) -> None:
        super().__init__()
        first, second = max(1, int(n_sites // 1.2)), max(1, int(n_sites // 1.1))
        self.layers = nn.ModuleList(
            [nn.Linear(latent, first), nn.Linear(first, second), nn.Linear(second, n_sites)]
        )

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        """Return values in [-1, 1], shape ``(n, n_sites)``."""
        hidden = noise
        for layer in list(self.layers)[:-1]:
            hidden = nn.functional.leaky_relu(layer(hidden), PAPER_SLOPE)
        return torch.tanh(self.layers[-1](hidden))


class DenseDiscriminator(nn.Module):
    """Alleles to the logit of being real, as in the paper: ``n_sites // 2`` and ``// 3`` units."""

    def __init__(self, n_sites: int) -> None:
        super().__init__()
        first, second = max(1, n_sites // 2), max(1, n_sites // 3)
        self.layers = nn.ModuleList(
            [nn.Linear(n_sites, first), nn.Linear(first, second), nn.Linear(second, 1)]
        )

    def forward(self, alleles: torch.Tensor) -> torch.Tensor:
        """Return logits, shape ``(n,)``; the paper's sigmoid is part of the loss."""
        hidden = alleles
        for layer in list(self.layers)[:-1]:
            hidden = nn.functional.leaky_relu(layer(hidden), PAPER_SLOPE)
        score: torch.Tensor = self.layers[-1](hidden)
        return score[:, 0]


class BernoulliGenerator(nn.Module):
    """Noise to the logits of allele 1: a dense network and a linear path beside it.

    Parameters
    ----------
    latent
        Number of noise variables.
    hidden
        Units of each of the two hidden layers.
    n_sites
        Number of sites.
    """

    def __init__(self, latent: int, hidden: int, n_sites: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(latent, hidden), nn.Linear(hidden, hidden)])
        self.output = nn.Linear(hidden, n_sites)
        self.straight = nn.Linear(latent, n_sites, bias=False)

    def forward(self, noise: torch.Tensor) -> torch.Tensor:
        """Return logits, shape ``(n, n_sites)``."""
        hidden = noise
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), SLOPE)
        logits: torch.Tensor = self.output(hidden) + self.straight(noise)
        return logits


class Critic(nn.Module):
    """Alleles to a score, higher for real ones.

    Parameters
    ----------
    hidden
        Units of each of the two hidden layers.
    centre, scale
        Frequency and standard deviation of each site in train, ``float32`` of ``(n_sites,)``.
    axes
        Directions of the standardised alleles whose scores the critic sees beside them, scaled
        to unit variance, ``float32`` of ``(n_sites, k)``.
    """

    def __init__(
        self, hidden: int, centre: torch.Tensor, scale: torch.Tensor, axes: torch.Tensor
    ) -> None:
        super().__init__()
        self.centre, self.scale, self.axes = centre, scale, axes
        inputs = len(centre) + axes.shape[1]
        self.layers = nn.ModuleList([nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)])
        self.output = nn.Linear(hidden, 1)

    def forward(self, alleles: torch.Tensor) -> torch.Tensor:
        """Return scores, shape ``(n,)``."""
        standard = (alleles - self.centre) / self.scale
        hidden = torch.cat([standard, standard @ self.axes], 1)
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), SLOPE)
        score: torch.Tensor = self.output(hidden)
        return score[:, 0]


def initialise(
    module: nn.Module, rng: np.random.Generator, *, gain: float | None = None, slope: float = 0.0
) -> None:
    """Draw all weights anew: uniform, biases zero.

    Parameters
    ----------
    module
        The network; two-dimensional parameters are weights, the others biases.
    rng
        Where the draw comes from: NumPy's streams do not depend on the version of torch.
    gain
        Standard deviation of a layer's output for inputs of variance one; None takes the
        variance ``2 / (inputs + outputs)`` of Glorot and Bengio 2010, the default of Keras.
    slope
        Slope of the leaky rectifiers, for He et al. 2015.
    """
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() < 2:
                parameter.zero_()
                continue
            outputs, inputs = parameter.shape
            variance = 2.0 / (inputs + outputs) if gain is None else gain**2 / inputs
            bound = np.sqrt(3.0 * variance / (1.0 + slope**2))
            values = rng.uniform(-bound, bound, (outputs, inputs)).astype(np.float32)
            parameter.copy_(torch.from_numpy(values))


def start_at(generator: BernoulliGenerator, frequencies: npt.NDArray[np.float64]) -> None:
    """Set the output biases so that alleles start at these frequencies."""
    clipped = np.clip(frequencies, 0.002, 0.998)
    logits = np.log(clipped / (1.0 - clipped)).astype(np.float32)
    with torch.no_grad():
        generator.output.bias.copy_(torch.from_numpy(logits))


def to_tensors(module: nn.Module, prefix: str = "") -> Tensors:
    """Return the parameters of a network as arrays on the CPU."""
    return {
        prefix + name: parameter.detach().cpu().numpy().copy()
        for name, parameter in module.named_parameters()
    }


def from_tensors(module: nn.Module, tensors: Tensors, prefix: str = "") -> None:
    """Set the parameters of a network from what `to_tensors` returned.

    Raises
    ------
    ValueError
        When an array has another shape than the parameter.
    KeyError
        When one is missing.
    """
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            array = tensors[prefix + name]
            if array.shape != tuple(parameter.shape):
                raise ValueError(f"{name} has shape {array.shape}, not {tuple(parameter.shape)}")
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
