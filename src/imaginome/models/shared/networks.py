"""The networks of the adversarial models: from noise to alleles, from alleles to a score.

Yelmen et al. 2021 (doi:10.1371/journal.pgen.1009303) use two plain dense networks. The default
preset has a discrete latent variable beside the continuous ones, a linear path from noise to
logits (a factor model of linkage that the hidden layers bend) and draws alleles as Bernoulli
variables; its critic sees standardised alleles and their leading principal components.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from imaginome.arrays import Float64s, Int64s
from imaginome.tensors import Tensors

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
    """Noise, a cluster and the labels of a class to the logits of allele 1.

    Logits are those of the cluster and of the labels, plus a dense network of all three, plus a
    linear map of the noise.

    Parameters
    ----------
    latent
        Number of noise variables.
    shares
        Share of each cluster in each class, ``float32`` of shape ``(n_classes, n_clusters)``.
    design
        What is known of each class, ``float32`` of shape ``(n_classes, n_features)``.
    hidden
        Units of each of the two hidden layers.
    n_sites
        Number of sites.
    """

    shares: torch.Tensor
    design: torch.Tensor
    kinship: torch.Tensor

    def __init__(
        self, latent: int, shares: torch.Tensor, design: torch.Tensor, hidden: int, n_sites: int
    ) -> None:
        super().__init__()
        self.latent, self.n_sites = latent, n_sites
        self.register_buffer("shares", shares.clone())
        self.register_buffer("design", design.clone())
        self.register_buffer("kinship", torch.ones(1))
        clusters, features = shares.shape[1], design.shape[1]
        self.clusters = nn.Parameter(torch.zeros(clusters, n_sites))
        self.labels = nn.Parameter(torch.zeros(features, n_sites))
        self.cluster_embedding = nn.Parameter(torch.zeros(clusters, hidden))
        self.label_embedding = nn.Parameter(torch.zeros(features, hidden))
        self.layers = nn.ModuleList([nn.Linear(latent, hidden), nn.Linear(hidden, hidden)])
        self.output = nn.Linear(hidden, n_sites)
        self.straight = nn.Linear(latent, n_sites, bias=False)

    def forward(
        self, noise: torch.Tensor, clusters: torch.Tensor, classes: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, shape ``(n, n_sites)``, for noise, clusters and classes of n rows."""
        first, second = self.layers
        known = self.design[classes]
        embedded = self.cluster_embedding[clusters] + known @ self.label_embedding
        hidden = nn.functional.leaky_relu(first(noise) + embedded, SLOPE)
        hidden = nn.functional.leaky_relu(second(hidden), SLOPE)
        bent = self.output(hidden) + self.straight(noise)
        logits: torch.Tensor = self.clusters[clusters] + known @ self.labels + bent
        return logits

    def choose(self, classes: Int64s, chance: Float64s) -> torch.Tensor:
        """Return a cluster for each class and uniform variable, ``int64`` of shape ``(n,)``."""
        shares = self.shares.cpu().numpy().astype(np.float64)
        borders = np.cumsum(shares, axis=1)[:, :-1]
        clusters = (chance[:, None] >= borders[classes]).sum(1)
        return torch.from_numpy(clusters).to(self.shares.device)


class Critic(nn.Module):
    """Alleles and labels to a score, higher for real ones.

    Labels enter beside the alleles and once more at the end, where they weigh the features that
    the layers found (Miyato and Koyama 2018, arXiv:1802.05637).

    Parameters
    ----------
    hidden
        Units of each of the two hidden layers.
    centre, scale
        Frequency and standard deviation of each site in train, ``float32`` of ``(n_sites,)``.
    axes
        Directions of the standardised alleles whose scores the critic sees beside them, scaled
        to unit variance, ``float32`` of ``(n_sites, k)``.
    known
        Standardised labels of each class, ``float32`` of ``(n_classes, n_features)``.
    """

    centre: torch.Tensor
    scale: torch.Tensor
    axes: torch.Tensor
    known: torch.Tensor

    def __init__(
        self,
        hidden: int,
        centre: torch.Tensor,
        scale: torch.Tensor,
        axes: torch.Tensor,
        known: torch.Tensor,
    ) -> None:
        super().__init__()
        for name, part in (("centre", centre), ("scale", scale), ("axes", axes), ("known", known)):
            self.register_buffer(name, part)
        inputs = len(centre) + axes.shape[1] + known.shape[1]
        self.views = nn.Parameter(torch.zeros(known.shape[1], hidden))
        self.layers = nn.ModuleList([nn.Linear(inputs, hidden), nn.Linear(hidden, hidden)])
        self.output = nn.Linear(hidden, 1)

    def forward(self, alleles: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """Return scores, shape ``(n,)``."""
        standard, known = self.standard(alleles), self.known[classes]
        hidden = torch.cat([standard, standard @ self.axes, known], 1)
        for layer in self.layers:
            hidden = nn.functional.leaky_relu(layer(hidden), SLOPE)
        score: torch.Tensor = self.output(hidden)[:, 0]
        return score + (known @ self.views * hidden).mean(1)

    @classmethod
    def of_tensors(cls, tensors: Tensors, prefix: str) -> Critic:
        """Return the critic that `to_tensors` wrote with this prefix."""
        parts = (
            torch.from_numpy(np.array(tensors[prefix + name]))
            for name in ("centre", "scale", "axes", "known")
        )
        critic = cls(tensors[prefix + "views"].shape[1], *parts)
        from_tensors(critic, tensors, prefix)
        return critic

    @torch.no_grad()
    def most_real(self, alleles: torch.Tensor) -> torch.Tensor:
        """Return the score of each row with the class with which it is highest, ``(n,)``."""
        classes = range(len(self.known))
        scores = [self(alleles, torch.full((len(alleles),), c)) for c in classes]
        return torch.stack(scores).amax(0)

    def standard(self, alleles: torch.Tensor) -> torch.Tensor:
        """Return alleles, or their probabilities, in units of train standard deviations."""
        return (alleles - self.centre) / self.scale


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
