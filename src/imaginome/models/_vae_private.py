"""Training of the auto-encoder with a guarantee: awake on noisy gradients, asleep on dreams.

Only the decoder learns from people, by gradients that are clipped and drowned in noise (Abadi et
al. 2016). The encoder learns from haplotypes that the decoder dreams (Hinton et al. 1995), which
costs no budget: there is half as much for the noise to spoil. Frequencies come from noisy sums
before the first step, and stay.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.models._classes import class_shares
from imaginome.models._gan_adam import Adam
from imaginome.models._private_fit import Levels, private_spins
from imaginome.models._private_moments import People
from imaginome.models._vae_accounting import ACCOUNTANT, noise_for
from imaginome.models._vae_clipping import Clipped
from imaginome.models._vae_network import Network, normal_log_density
from imaginome.models._vae_noise import chosen, normal
from imaginome.models._vae_start import new_network, with_constant
from imaginome.models._vae_trainee import DECAY, follow
from imaginome.models._vae_units import Units
from imaginome.panel import Panel
from imaginome.panel.frame import PanelFrame
from imaginome.training.accounting import Budget
from imaginome.training.control import FitControl
from imaginome.training.guarantee import Release
from imaginome.training.noise import NoiseSource

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
