"""Which weights there are: local units, units along shared axes, and free ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from imaginome.models._rbm_admixture import Admixture, admixture
from imaginome.models._rbm_links import local_units
from imaginome.models._rbm_material import Material
from imaginome.models._rbm_recipe import Recipe
from imaginome.models._rbm_units import Kind
from imaginome.tensors import Tensors

FEW_SITES = 3
SILENT = 4.0
"""How far below its threshold a local unit begins in people among whom it found no links."""
START: dict[Kind, float] = {"bernoulli": 1.0, "relu": 0.4}
"""Start of weights: the states of truncated Gaussians vary more than those of binary units."""
START_SHARED = 0.9
"""Chance makes the strongest spread look stronger than it is."""
START_DENSE = 0.03
SHARED_STEP = 0.5
LOCAL_DECAY = 2e-5
Evener = Callable[[torch.Tensor], torch.Tensor]
"""Divides a gradient by the damped covariance of the sites; linear, symmetric."""


class Wiring:
    """The weights as free parameters: fewer of them than sites times hidden units.

    Local units see the sites that are linked to the one they stand on: sharp couplings of few
    parameters. Shared units act along the axes on which classes differ: what varies within a
    class along these axes is admixture, and needs no parameter for each site. Dense units see
    everything, and memorise most.

    Parameters
    ----------
    links
        Start of the weights of local units, ``(n_sites, n_local)``; zeros stay zero.
    awake
        Classes in which each local unit begins, boolean of shape ``(n_local, n_classes)``.
    admixture
        Axes and where shared units start on them.
    dense
        Weights of dense units, ``(n_sites, n_dense)``.
    decay
        Pull of shared and dense weights to zero, relative to the gradient.
    """

    def __init__(
        self,
        links: torch.Tensor,
        awake: torch.Tensor,
        admixture: Admixture,
        dense: torch.Tensor,
        decay: float,
    ) -> None:
        device = links.device
        self.awake = awake
        self.links, self.dense, self.decay = links, dense, decay
        self.mask = (links != 0).float()
        self.axes = torch.from_numpy(admixture.axes).to(device)
        self.mix = torch.from_numpy(admixture.directions).to(device)
        self.homes = admixture.homes
        # A unit of one class learns from the people of that class only.
        self.shared_step = SHARED_STEP / torch.from_numpy(admixture.shares).to(device)

    @classmethod
    def of(
        cls, material: Material, residual: torch.Tensor, recipe: Recipe, rng: np.random.Generator
    ) -> Wiring:
        """Find linked sites and axes of admixture in the train panel."""
        device, found = residual.device, residual.cpu().numpy()
        scopes = material.classes.scopes()[:, material.codes]
        links, found_in = local_units(found, material.contigs, scopes, recipe.local)
        dense = rng.standard_normal((len(links), recipe.hidden), dtype=np.float32) * START_DENSE
        return cls(
            torch.from_numpy(links).to(device) * START[recipe.units],
            torch.from_numpy(material.classes.scopes()[found_in]).to(device),
            _begin(admixture(material, found, recipe.shared), recipe.units),
            torch.from_numpy(dense).to(device),
            recipe.weight_decay,
        )

    def weights(self) -> torch.Tensor:
        """Return all weights, ``float32`` of shape ``(n_sites, n_hidden)``."""
        return torch.cat([self.links, self.axes @ self.mix, self.dense], 1)

    def biases(self, means: torch.Tensor, centre: torch.Tensor) -> torch.Tensor:
        """Return hidden biases to begin with, ``(n_classes, n_hidden)``.

        The input of a unit is zero for a mean haplotype: of its class for a shared unit, of
        `centre` for others; both of shape ``(n_classes, n_sites)``. A local unit of few sites
        has its threshold between the alleles, where it links them most, whatever their
        frequencies. Where a local unit found no links it begins below its threshold.
        """
        biases = -(centre @ self.weights())
        first, last = self.links.shape[1], self.links.shape[1] + len(self.homes)
        homes = means[torch.from_numpy(self.homes).to(means.device)]
        biases[:, first:last] = -((self.axes @ self.mix).T * homes).sum(1)
        few = self.mask.sum(0) <= FEW_SITES
        biases[:, :first] = torch.where(few, -0.5 * self.links.sum(0), biases[:, :first])
        biases[:, :first] -= SILENT * (~self.awake).T
        return biases

    def follow(self, gradient: torch.Tensor, rate: float, even_out: Evener) -> torch.Tensor:
        """Move the free parameters along a gradient of all weights; return how weights change.

        The gradient is laid onto the free parameters before it is evened out: the gradient of
        weights that cannot move would else be smeared onto those that can, and hold them off
        the place where their own vanishes.
        """
        before = self.weights()
        first, last = self.links.shape[1], self.links.shape[1] + self.mix.shape[1]
        local, shared, dense = gradient[:, :first], gradient[:, first:last], gradient[:, last:]
        local = even_out(local * self.mask) * self.mask
        shared = self.axes.T @ even_out(self.axes @ (self.axes.T @ shared))
        self.links = self.links + rate * (local - LOCAL_DECAY * self.links)
        self.mix = self.mix + rate * (shared * self.shared_step - self.decay * self.mix)
        self.dense = self.dense + rate * (even_out(dense) - self.decay * self.dense)
        return self.weights() - before

    def state(self) -> Tensors:
        """Return the free parameters."""
        return {name: getattr(self, name).cpu().numpy() for name in ("links", "mix", "dense")}

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        for name in ("links", "mix", "dense"):
            setattr(self, name, torch.from_numpy(state[name].copy()).to(self.links.device))


def _begin(found: Admixture, units: Kind) -> Admixture:
    """Return where shared units begin; truncated Gaussians as strong as binary ones run away."""
    weights = found.directions
    if units == "relu":
        length = np.linalg.norm(weights, axis=0)
        return replace(found, directions=START[units] * weights / np.maximum(length, 1e-9))
    return replace(found, directions=START_SHARED * weights)
