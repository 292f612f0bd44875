"""Training of the auto-encoder with a guarantee: people, noise, clipped gradients, steps.

A step is awake on noisy gradients and asleep on dreams. Only the decoder learns from people, by
gradients that are clipped and drowned in noise (Abadi et al. 2016). The encoder learns from
haplotypes that the decoder dreams (Hinton et al. 1995), which costs no budget: there is half as
much for the noise to spoil. Frequencies come from noisy sums before the first step, and stay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from opacus.grad_sample.grad_sample_module_fast_gradient_clipping import (
    GradSampleModuleFastGradientClipping,
)
from torch import nn

from imaginome.arrays import Float32s, Float64s, Indices, Int64s
from imaginome.dp.accounting import Budget
from imaginome.dp.fit import Levels, private_spins
from imaginome.dp.guarantee import Release
from imaginome.dp.moments import People
from imaginome.dp.noise import NoiseSource
from imaginome.models.shared.adam import Adam
from imaginome.models.vae.accounting import ACCOUNTANT, noise_for
from imaginome.models.vae.fit import DECAY, follow, new_network, with_constant
from imaginome.models.vae.network import Network, normal_log_density
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import PanelFrame, class_shares, haplotype_classes
from imaginome.panel.units import units
from imaginome.training.control import FitControl

# -- People, unit by unit --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Units:
    """Haplotypes by unit.

    Attributes
    ----------
    rows
        Haplotypes, ``uint8`` of shape ``(n_haplotypes, n_sites)``.
    classes
        Class of each haplotype, ``int64``.
    members
        Haplotypes of each unit, ``int64`` of shape ``(n_units, most)``; units of fewer are
        filled up with their first.
    present
        1 where `members` is one of the unit, 0 where it fills up, ``float64`` of the same shape.
    """

    rows: Haplotypes
    classes: Int64s
    members: Int64s
    present: Float64s

    @classmethod
    def of(cls, panel: Panel, frame: PanelFrame) -> Units:
        """Return the units of a panel: families where families are given."""
        unit = np.repeat(units(panel.samples), 2)
        sizes = np.bincount(unit)
        members = np.zeros((len(sizes), sizes.max()), dtype=np.int64)
        present = np.arange(members.shape[1]) < sizes[:, None]
        members[present] = np.argsort(unit, kind="stable")
        members = np.where(present, members, members[:, :1])
        classes = haplotype_classes(panel, frame)
        return cls(panel.haplotypes, classes, members, present.astype(np.float64))

    def __len__(self) -> int:
        """Return the number of units."""
        return len(self.members)


# -- Chance that a guarantee rests on --------------------------------------------------------------


SUMMED = 4
"""Normal numbers in one: gaps that could tell of the value below are not traced back by any attack
that is known. It is no proof, as `dp.noise` has one for whole numbers."""
SCALE = 2.0**-53


def normal(n: int, source: NoiseSource) -> Float64s:
    """Return standard normal numbers, ``float64`` of shape ``(n,)``.

    Each is the sum of four of variance one quarter (Holohan and Braghin 2021,
    arXiv:2107.10138): which pair of floating-point numbers made it cannot be found out by
    trial, as it can for a single one.

    Parameters
    ----------
    n
        How many.
    source
        Where the bits come from.
    """
    total = np.zeros(n)
    for _ in range(SUMMED // 2):
        radius, angle = _unit(n, source), _unit(n, source)
        radius = np.sqrt(-2.0 * np.log(radius))
        angle *= 2.0 * np.pi
        total += radius * np.cos(angle)
        total += radius * np.sin(angle)
    return np.asarray(total / SUMMED**0.5)


def chosen(n: int, rate: float, source: NoiseSource) -> Indices:
    """Return who of `n` units is drawn, each alone and with the chance `rate` (Poisson sampling).

    Parameters
    ----------
    n
        Number of units.
    rate
        Chance of each.
    source
        Where the bits come from: the guarantee counts on nobody knowing who was drawn.
    """
    return np.flatnonzero(_unit(n, source) <= rate)


def _unit(n: int, source: NoiseSource) -> Float64s:
    """Return uniform numbers above 0, up to 1: multiples of 2**-53."""
    return ((source.words(n) >> np.uint64(11)).astype(np.float64) + 1.0) * SCALE


# -- The sum of clipped gradients ------------------------------------------------------------------


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


# -- Training, awake and asleep --------------------------------------------------------------------


UNITS_AT_ONCE = 128
DREAMS = 128
DREAM_RATE = 2e-3
FIRST_DREAMS = 100


@dataclass(frozen=True)
class PrivateRecipe:
    """How to train with a guarantee: fixed before anyone is looked at; see the settings."""

    steps: int
    rate: float
    bound: float
    learning_rate: float
    latent: int
    hidden: int
    dreams: int
    share: float


def fit_privately(
    recipe: PrivateRecipe, train: Panel, frame: PanelFrame, budget: Budget, control: FitControl
) -> tuple[Network, Float32s, Float32s]:
    """Return a network with the labels and the centre that belong to it.

    Parameters
    ----------
    recipe
        How to train.
    train
        Everyone who is learnt from.
    frame, budget
        Noisy label counts, and what is left of the budget after them: all of it is spent.
    control
        Seed of everything that is no secret, and progress.
    """
    budget.reserve(recipe.share * budget.left, "gradients")
    spins = private_spins(People.of(train, frame), Levels.of(frame, budget.people), budget)
    trainee = PrivateTrainee(recipe, Units.of(train, frame), frame, spins, budget, control)
    with control.progress.task("vae", recipe.steps) as task:
        for index in range(recipe.steps):
            trainee.step(index)
            task.advance(1)
    return trainee.average.float(), trainee.known, trainee.centre


class PrivateTrainee:
    """A network that learns from people through `Clipped` and noise alone."""

    def __init__(
        self,
        recipe: PrivateRecipe,
        units: Units,
        frame: PanelFrame,
        spins: Float64s,
        budget: Budget,
        control: FitControl,
    ) -> None:
        self.recipe, self.units, self.budget, self.control = recipe, units, budget, control
        self.known = with_constant(frame.design())
        frequencies = (np.clip(spins, -1.0, 1.0) + 1.0) / 2.0
        self.shares = class_shares(frame)
        self.centre = (self.shares @ frequencies).astype(np.float32)
        self.network, self.average = self._new(frequencies), self._new(frequencies)
        self.network.decoder.labels.requires_grad_(False)
        self._known = torch.from_numpy(self.known).double()
        self._middle = torch.from_numpy(self.centre).double()
        self._clipped = Clipped(self.network.decoder, recipe.bound)
        self._adam = Adam([*self._clipped.parameters], DECAY)
        self._encoder: list[torch.Tensor] = list(self.network.encoder.parameters())
        self._encoder_adam = Adam(self._encoder, DECAY)
        self.noise = self._spend()
        for index in range(FIRST_DREAMS):
            self._dream(self.control.rng("vae", "first dream", index))

    def _new(self, frequencies: Float64s) -> Network:
        recipe, n_sites = self.recipe, frequencies.shape[1]
        network = Network(n_sites, self.known.shape[1], recipe.latent, recipe.hidden, 1)
        new_network(network, self.known, frequencies, self.control.rng("vae", "start"))
        return network.double()

    def _spend(self) -> float:
        """Return noise over clipping bound that spends what is left, and write it down."""
        recipe, budget = self.recipe, self.budget
        promise = budget.guarantee
        before = budget.noise_multipliers()
        noise = noise_for(promise.epsilon, promise.delta, before, recipe.rate, recipe.steps)
        secret = "from the operating system" if budget.source.secret else "from a seed"
        budget.releases.append(
            Release(
                what="gradients of the decoder",
                mechanism=f"normal noise, {secret}, on sums of clipped gradients",
                values=sum(p.numel() for p in self._clipped.parameters),
                sensitivity=recipe.bound,
                noise=noise * recipe.bound,
                sampling=recipe.rate,
                steps=recipe.steps,
            )
        )
        budget.accountant = ACCOUNTANT
        return noise

    def step(self, index: int) -> None:
        """Learn from some people with noise, then let the encoder catch up on dreams."""
        recipe = self.recipe
        total = self._noisy_sum()
        people = max(1.0, recipe.rate * self.budget.people)
        falling = 0.5 * (1.0 + math.cos(math.pi * index / recipe.steps))
        self._adam.step([g / people for g in total], recipe.learning_rate * falling)
        # A stream that how many people were drawn does not shift: that is a secret, too.
        rng = self.control.rng("vae", "dreams", index)
        for _ in range(recipe.dreams):
            self._dream(rng)
        # The mean over about the last tenth of the steps: noise averages out.
        keep = 1.0 - 10.0 / (index + 11.0)
        follow(self.average, self.network, keep)

    def _noisy_sum(self) -> list[torch.Tensor]:
        """Return the sum of the clipped gradients of some units, drawn at random, with noise."""
        source = self.budget.source
        total = [torch.zeros_like(p) for p in self._clipped.parameters]
        drawn = chosen(len(self.units), self.recipe.rate, source)
        for start in range(0, len(drawn), UNITS_AT_ONCE):
            part = self._gradients(drawn[start : start + UNITS_AT_ONCE])
            total = [whole + own for whole, own in zip(total, part, strict=True)]
        deviation = self.noise * self.recipe.bound
        return [whole + deviation * normal_like(whole, source) for whole in total]

    def _gradients(self, units: Indices) -> list[torch.Tensor]:
        """Return the sum of the clipped gradients of these units.

        The noise of codes is a secret as well: from a stream that the seed tells, one person
        more would shift that of all others, and move the sum by more than the bound.
        """
        members = self.units.members[units]
        alleles = torch.from_numpy(self.units.rows[members]).double()
        known = self._known[torch.from_numpy(self.units.classes[members])]
        present = torch.from_numpy(self.units.present[units])
        with torch.no_grad():
            mean, scale = self.network.encoder(alleles, self._middle)
            code = mean + normal_like(mean, self.budget.source) * scale.exp()
        return self._clipped.sum(code, known, alleles, present=present)[0]

    def _dream(self, rng: np.random.Generator) -> None:
        """Let the encoder guess the codes of haplotypes that the decoder draws; nobody is seen."""
        decoder = self.network.decoder
        with torch.no_grad():
            homes = rng.choice(len(self.shares), DREAMS, p=self.shares)
            known = self._known[torch.from_numpy(homes)]
            _, mean, scale = decoder.mixture(known)
            drops = torch.from_numpy(rng.standard_normal((DREAMS, self.recipe.latent)))
            code = mean[:, 0] + drops * scale[:, 0].exp()
            chance = torch.sigmoid(decoder.unlabelled(code) + decoder.labels(known))
            dreams = (torch.from_numpy(rng.random(tuple(chance.shape))) < chance).double()
        mean, scale = self.network.encoder(dreams, self._middle)
        loss = -normal_log_density(code, mean, scale).sum(-1).mean()
        gradients = torch.autograd.grad(loss, self._encoder)
        self._encoder_adam.step(list(gradients), DREAM_RATE)


def normal_like(values: torch.Tensor, source: NoiseSource) -> torch.Tensor:
    """Return secret standard normal numbers, ``float64`` of the shape of `values`."""
    return torch.from_numpy(normal(values.numel(), source).reshape(tuple(values.shape)))
