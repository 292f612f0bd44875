"""Training of the default adversarial model, in fixed pieces so that threads change nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from imaginome.emergence import ROWS
from imaginome.models._gan_adam import Adam
from imaginome.models._gan_axes import principal_axes
from imaginome.models._gan_clusters import (
    cluster_logits,
    cluster_rows,
    linked_start,
)
from imaginome.models._gan_held_out import HeldOut, Rows
from imaginome.models._gan_losses import (
    gradient_penalty,
    moment_distance,
    relativistic,
    straight_through,
)
from imaginome.models._gan_networks import (
    LEAST_SPREAD,
    SLOPE,
    BernoulliGenerator,
    Critic,
    from_tensors,
    initialise,
    start_at,
    to_tensors,
)
from imaginome.models._gan_sampling import draw_bernoulli
from imaginome.models.base import Tensors
from imaginome.parallel import map_pieces
from imaginome.training.control import FitControl

PIECE = 64
CLUSTER_COMPONENTS = 6
ADAM_DECAY = (0.0, 0.99)


@dataclass(frozen=True)
class Recipe:
    """How to train; see the model's settings for the meaning of each."""

    steps: int
    latent: int
    clusters: int
    hidden: int
    critic_hidden: int
    components: int
    batch: int
    learning_rate: float
    last_rate: float
    penalty: float
    penalty_every: int
    moments: float
    average: float


@dataclass
class _Share:
    """One piece of a batch."""

    real: torch.Tensor
    reference: torch.Tensor
    noise: torch.Tensor
    chosen: torch.Tensor
    uniform: torch.Tensor


class Trainee:
    """A generator and a critic in training, and the running average of the generator.

    Parameters
    ----------
    recipe, control
        How to train, under which circumstances.
    train, validation
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    device
        Torch device.
    """

    def __init__(
        self, recipe: Recipe, control: FitControl, train: Rows, validation: Rows, device: str
    ) -> None:
        self.recipe, self.control, self.device = recipe, control, device
        self._train = train
        self._threads = control.threads if device == "cpu" else 1
        n_sites = train.shape[1]
        frequencies = train.mean(axis=0, dtype=np.float64)
        shares, logits, loadings = self._mixture(frequencies)
        sizes = (recipe.latent, len(shares), recipe.hidden, n_sites)
        self.generator, self.average = BernoulliGenerator(*sizes), BernoulliGenerator(*sizes)
        initialise(self.generator, control.rng("gan", "generator"), gain=2.0**0.5, slope=SLOPE)
        start_at(self.generator, shares, logits, loadings)
        from_tensors(self.average, to_tensors(self.generator))
        self.critic = self._new_critic(frequencies)
        for network in (self.generator, self.average, self.critic):
            network.to(device)
        self._generator_adam = Adam(list(self.generator.parameters()), ADAM_DECAY)
        self._critic_adam = Adam(list(self.critic.parameters()), ADAM_DECAY)
        self._held_out = HeldOut(train, validation, control.rng("gan", "held out"))
        self._held_out_seed = int(control.rng("gan", "held out draw").integers(2**31))
        self._frame_seed = int(control.rng("gan", "frame").integers(2**31))

    def _mixture(
        self, frequencies: npt.NDArray[np.float64]
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return shares and logits of clusters, and the factors of linkage within them."""
        rng = self.control.rng("gan", "clusters")
        centred = torch.from_numpy(self._train).float() - torch.from_numpy(frequencies).float()
        axes = principal_axes(centred, CLUSTER_COMPONENTS, rng)
        # Unit axes: the larger components, which separate more people, weigh more.
        labels = cluster_rows(centred @ (axes / axes.norm(dim=0)), self.recipe.clusters, rng)
        shares, logits = cluster_logits(self._train, labels)
        return shares, *linked_start(self._train, labels, logits, self.recipe.latent)

    def _new_critic(self, frequencies: npt.NDArray[np.float64]) -> Critic:
        centre = torch.from_numpy(frequencies.astype(np.float32))
        scale = (centre * (1 - centre)).sqrt().clamp(min=LEAST_SPREAD)
        standard = (torch.from_numpy(self._train).float() - centre) / scale
        axes = principal_axes(standard, self.recipe.components, self.control.rng("gan", "axes"))
        move = self.device
        critic = Critic(self.recipe.critic_hidden, centre.to(move), scale.to(move), axes.to(move))
        initialise(critic, self.control.rng("gan", "critic"), gain=2.0**0.5, slope=SLOPE)
        return critic

    # -- a step -----------------------------------------------------------------------------

    def step(self, index: int) -> None:
        """Update the critic, then the generator on the same artificial rows."""
        recipe = self.recipe
        rate = recipe.learning_rate * recipe.last_rate ** (index / recipe.steps)
        penalise = recipe.penalty > 0 and index % recipe.penalty_every == 0
        shares = [self._share(index, k) for k in range(-(-recipe.batch // PIECE))]
        found = map_pieces(lambda s: self._judge(s, penalise), shares, self._threads)
        logits = [found_logits for _, found_logits in found]
        self._critic_adam.step(_mean([gradients for gradients, _ in found]), rate)
        pairs = list(zip(shares, logits, strict=True))
        gradients = map_pieces(lambda pair: self._teach(*pair), pairs, self._threads)
        self._generator_adam.step(_mean(gradients), rate)
        self._follow(index)

    def _share(self, index: int, piece: int) -> _Share:
        """Draw one piece of the batch; its numbers depend on nothing but step and piece."""
        rng = self.control.rng("gan", "step", index, piece)
        n = len(self._train)
        size = PIECE
        real = self._train[rng.integers(0, n, size)]
        reference = self._train[rng.integers(0, n, 2 * size)]
        noise = rng.standard_normal((size, self.recipe.latent), dtype=np.float32)
        chosen = self.generator.choose(rng.random(size))
        uniform = rng.random((size, self._train.shape[1]), dtype=np.float32)
        to = self.device
        return _Share(
            torch.from_numpy(real).to(to).float(),
            torch.from_numpy(reference).to(to).float(),
            torch.from_numpy(noise).to(to),
            chosen,
            torch.from_numpy(uniform).to(to),
        )

    def _judge(self, share: _Share, penalise: bool) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the critic's gradients and the logits of the artificial rows, with their graph."""
        logits = self.generator(share.noise, share.chosen)
        fake = straight_through(logits, share.uniform).detach()
        real = share.real.clone().requires_grad_(penalise)
        fake.requires_grad_(penalise)
        on_real, on_fake = self.critic(real), self.critic(fake)
        loss = relativistic(on_real, on_fake)
        if penalise:
            scale = self.critic.scale
            penalty = gradient_penalty(on_real, real, scale)
            penalty = penalty + gradient_penalty(on_fake, fake, scale)
            loss = loss + 0.5 * self.recipe.penalty * self.recipe.penalty_every * penalty
        return list(torch.autograd.grad(loss, list(self.critic.parameters()))), logits

    def _teach(self, share: _Share, logits: torch.Tensor) -> list[torch.Tensor]:
        """Return the generator's gradients."""
        fake = straight_through(logits, share.uniform)
        with torch.no_grad():
            on_real = self.critic(share.real)
        loss = relativistic(self.critic(fake), on_real)
        if self.recipe.moments > 0:
            distance = moment_distance(torch.sigmoid(logits), share.reference, self.critic)
            loss = loss + self.recipe.moments * distance
        return list(torch.autograd.grad(loss, list(self.generator.parameters())))

    @torch.no_grad()
    def _follow(self, index: int) -> None:
        keep = min(self.recipe.average, (index + 1) / (index + 10))
        both = zip(self.average.parameters(), self.generator.parameters(), strict=True)
        for average, newest in both:
            average.lerp_(newest, 1.0 - keep)

    # -- what the loop asks -----------------------------------------------------------------

    def held_out(self) -> dict[str, float]:
        """Compare rows of the averaged generator with validation rows."""
        rows = draw_bernoulli(self.average, self._held_out.rows, self._held_out_seed, self._threads)
        return self._held_out(rows)

    def frame(self) -> Rows:
        """Decode the same classes, noise and uniform numbers with the averaged generator."""
        return draw_bernoulli(self.average, ROWS, self._frame_seed, self._threads)

    def state(self) -> Tensors:
        """Return networks, average and moments."""
        return {
            **to_tensors(self.generator, "generator."),
            **to_tensors(self.average, "average."),
            **to_tensors(self.critic, "critic."),
            **self._generator_adam.tensors("generator adam."),
            **self._critic_adam.tensors("critic adam."),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        from_tensors(self.generator, state, "generator.")
        from_tensors(self.average, state, "average.")
        from_tensors(self.critic, state, "critic.")
        self._generator_adam.load(state, "generator adam.")
        self._critic_adam.load(state, "critic adam.")

    def weights(self) -> Tensors:
        """Return the averaged generator."""
        return to_tensors(self.average)

    def load_weights(self, weights: Tensors) -> None:
        """Take over an averaged generator."""
        from_tensors(self.average, weights)


def _mean(gradients: list[list[torch.Tensor]]) -> list[torch.Tensor]:
    """Average the gradients of pieces, added in the order of pieces."""
    total = [gradient.clone() for gradient in gradients[0]]
    for piece in gradients[1:]:
        for sum_, gradient in zip(total, piece, strict=True):
            sum_.add_(gradient)
    return [sum_.div_(len(gradients)) for sum_ in total]
