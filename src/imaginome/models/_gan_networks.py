"""The networks of the adversarial models: from noise to alleles, from alleles to a score.

Yelmen et al. 2021 (doi:10.1371/journal.pgen.1009303) use two plain dense networks. The default
preset has a discrete latent variable beside the continuous ones, a linear path from noise to
logits (a factor model of linkage that the hidden layers bend) and draws alleles as Bernoulli
variables; its critic sees standardised alleles and their leading principal components.
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
START_GAIN = 0.05


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
    """Noise and a class to the logits of allele 1.

    Logits are those of the class, plus a dense network of noise and class, plus a linear map of
    the noise.

    Parameters
    ----------
    latent
        Number of noise variables.
    classes
        Number of classes.
    hidden
        Units of each of the two hidden layers.
    n_sites
        Number of sites.
    """

    shares: torch.Tensor

    def __init__(self, latent: int, classes: int, hidden: int, n_sites: int) -> None:
        super().__init__()
        self.latent, self.n_sites = latent, n_sites
        self.register_buffer("shares", torch.full((classes,), 1.0 / classes))
        self.classes = nn.Parameter(torch.zeros(classes, n_sites))
        self.embedding = nn.Parameter(torch.zeros(classes, hidden))
        self.layers = nn.ModuleList([nn.Linear(latent, hidden), nn.Linear(hidden, hidden)])
        self.output = nn.Linear(hidden, n_sites)
        self.straight = nn.Linear(latent, n_sites, bias=False)

    def forward(self, noise: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
        """Return logits, shape ``(n, n_sites)``, for noise and classes of n rows."""
        first, second = self.layers
        hidden = nn.functional.leaky_relu(first(noise) + self.embedding[chosen], SLOPE)
        hidden = nn.functional.leaky_relu(second(hidden), SLOPE)
        bent = self.output(hidden) + self.straight(noise)
        logits: torch.Tensor = self.classes[chosen] + bent
        return logits

    def choose(self, chance: npt.NDArray[np.float64]) -> torch.Tensor:
        """Return the class of each uniform variable, ``int64``."""
        borders = np.cumsum(self.shares.cpu().numpy().astype(np.float64))[:-1]
        return torch.from_numpy(np.searchsorted(borders, chance, side="right")).to(
            self.shares.device
        )


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


def start_at(
    generator: BernoulliGenerator,
    shares: torch.Tensor,
    logits: torch.Tensor,
    loadings: torch.Tensor,
) -> None:
    """Start as a mixture of classes, moved by the first noise variables only.

    Parameters
    ----------
    generator
        The network, whose weights were drawn at random.
    shares, logits
        Share of each class and its logits.
    loadings
        Effect of the first noise variables on the logits; that of the others starts small.
    """
    with torch.no_grad():
        generator.shares.copy_(shares)
        generator.classes.copy_(logits)
        generator.output.weight.mul_(START_GAIN)
        generator.straight.weight.mul_(START_GAIN)
        generator.straight.weight[:, : loadings.shape[1]] = loadings


def to_tensors(module: nn.Module, prefix: str = "") -> Tensors:
    """Return the parameters and buffers of a network as arrays on the CPU."""
    return {
        prefix + name: value.detach().cpu().numpy().copy()
        for name, value in module.state_dict().items()
    }


def from_tensors(module: nn.Module, tensors: Tensors, prefix: str = "") -> None:
    """Set the parameters and buffers of a network from what `to_tensors` returned.

    Raises
    ------
    ValueError
        When an array has another shape than the parameter.
    KeyError
        When one is missing.
    """
    with torch.no_grad():
        for name, value in module.state_dict().items():
            array = tensors[prefix + name]
            if array.shape != tuple(value.shape):
                raise ValueError(f"{name} has shape {array.shape}, not {tuple(value.shape)}")
            value.copy_(torch.from_numpy(np.ascontiguousarray(array)))
