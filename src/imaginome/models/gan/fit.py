"""Training of the default adversarial model, in fixed pieces so that threads change nothing.

Its losses are a relativistic pairing loss with zero-centred gradient penalties on real and
artificial rows (Jolicoeur-Martineau 2019, arXiv:1807.00734; Roth et al. 2017, arXiv:1705.09367;
Mescheder et al. 2018, arXiv:1801.04406; Huang et al. 2024, arXiv:2501.05441), and matching of
first and second moments (Li, Swersky and Zemel 2015, arXiv:1502.02761; Salimans et al. 2016,
arXiv:1606.03498).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from imaginome.arrays import Int64s, UInt8s
from imaginome.kernels.pca import principal_axes
from imaginome.kernels.threads import map_pieces
from imaginome.models.gan.draw import draw_bernoulli
from imaginome.models.gan.evidence import HeldOut
from imaginome.models.gan.start import Start
from imaginome.models.shared.adam import Adam
from imaginome.models.shared.networks import (
    LEAST_SPREAD,
    SLOPE,
    BernoulliGenerator,
    Critic,
    from_tensors,
    initialise,
    to_tensors,
)
from imaginome.models.shared.people import People
from imaginome.results.emergence import ROWS
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

# -- Losses of the default adversarial model -------------------------------------------------------


Overlap = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
SECOND_MOMENT_WEIGHT = 4.0
KNOWN_WEIGHT = 25.0


def straight_through(logits: torch.Tensor, uniform: torch.Tensor) -> torch.Tensor:
    """Draw alleles whose gradient is that of the binary concrete relaxation.

    The forward value is 1 where ``logits + logistic noise > 0``, a Bernoulli draw; the backward
    pass uses ``sigmoid(logits + noise)`` (Maddison et al. 2017, arXiv:1611.00712; Bengio et al.
    2013, arXiv:1308.3432).

    Parameters
    ----------
    logits
        Logits of allele 1.
    uniform
        Uniform variables of the same shape.
    """
    clipped = uniform.clamp(1e-6, 1.0 - 1e-6)
    noisy = logits + torch.logit(clipped)
    soft = torch.sigmoid(noisy)
    return (noisy > 0).to(soft.dtype) + soft - soft.detach()


def relativistic(ahead: torch.Tensor, behind: torch.Tensor) -> torch.Tensor:
    """Return the mean of ``softplus(behind - ahead)`` over pairs of scores."""
    return torch.nn.functional.softplus(behind - ahead).mean()


def gradient_penalty(scores: torch.Tensor, rows: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Return the mean squared gradient of the critic in units of standardised alleles."""
    (gradient,) = torch.autograd.grad(scores.sum(), rows, create_graph=True)
    return (gradient * scale).square().sum(1).mean()


def _overlap(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the inner product of the second-moment matrices of two samples, diagonal left out."""
    whole = (first @ second.T).square().mean()
    return whole - (first.square().mean(0) * second.square().mean(0)).sum()


def _distance(ours: torch.Tensor, theirs: torch.Tensor, overlap: Overlap) -> torch.Tensor:
    """Return a squared distance up to a constant; halves keep it free of bias."""
    a, b = ours.chunk(2)
    r, s = theirs.chunk(2)
    return overlap(a, b) - overlap(a, s) - overlap(b, r)


def linkage_distance(
    ours: torch.Tensor, theirs: torch.Tensor, spans: Sequence[tuple[int, int]]
) -> torch.Tensor:
    """Return how far means, and covariances of sites on one contig, are from the real ones.

    Given the noise, alleles are independent, so that products of probabilities estimate the
    covariance of two sites without drawing alleles. Two halves of each sample keep the squared
    distance free of bias, and Gram matrices keep its cost linear in the number of sites.
    Covariances across contigs are left to `structure_distance`: most of what a sample shows
    there is chance, and matching it would remember the train people.

    Parameters
    ----------
    ours
        Standardised probabilities of allele 1, shape ``(2 m, n_sites)``.
    theirs
        Standardised real alleles, shape ``(2 n, n_sites)``.
    spans
        First site of each contig and the first site behind it.
    """
    a, b = ours.chunk(2)
    first = (a.mean(0) * b.mean(0)).sum()
    blocks = [_distance(ours[:, i:j], theirs[:, i:j], _overlap) for i, j in spans]
    return first + SECOND_MOMENT_WEIGHT / ours.shape[1] * torch.stack(blocks).sum()


def structure_distance(ours: torch.Tensor, theirs: torch.Tensor, known: int) -> torch.Tensor:
    """Return how far covariances of alleles with components and labels are from the real ones.

    Parameters
    ----------
    ours, theirs
        Components and labels in the first `known` columns, then standardised alleles.
    known
        How many columns these are.
    """

    def overlap(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        structure = one[:, :known] @ other[:, :known].T
        return (structure * (one[:, known:] @ other[:, known:].T)).mean()

    n_sites = ours.shape[1] - known
    return 2.0 * SECOND_MOMENT_WEIGHT * KNOWN_WEIGHT / n_sites * _distance(ours, theirs, overlap)


# -- Training of the default adversarial model -----------------------------------------------------


PIECE = 64
STRUCTURE_COMPONENTS = 6
CRITIC = "critic."
"""Before the names of the critic's tensors."""
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
    keep_critic: bool = False


@dataclass
class _Share:
    """One piece of a batch."""

    real: torch.Tensor
    classes: torch.Tensor
    reference: torch.Tensor
    reference_classes: torch.Tensor
    noise: torch.Tensor
    clusters: torch.Tensor
    uniform: torch.Tensor


class Trainee:
    """A generator and a critic in training, and the running average of the generator.

    Parameters
    ----------
    recipe, control
        How to train, and the control of the fit.
    people
        Who is learnt from.
    validation
        Haplotypes of others, ``uint8`` of shape ``(n, n_sites)``.
    device
        Torch device.
    """

    def __init__(
        self, recipe: Recipe, control: FitControl, people: People, validation: UInt8s, device: str
    ) -> None:
        self.recipe, self.control, self.device, self.people = recipe, control, device, people
        self._spans = people.spans()
        self._threads = control.threads if device == "cpu" else 1
        rng = control.rng("gan", "clusters")
        start = Start.of(people, recipe.clusters, recipe.latent, rng)
        self.generator, self.average = self._new_generator(start), self._new_generator(start)
        initialise(self.generator, control.rng("gan", "generator"), gain=2.0**0.5, slope=SLOPE)
        start.put_into(self.generator)
        from_tensors(self.average, to_tensors(self.generator))
        self.critic = self._new_critic()
        for network in (self.generator, self.average, self.critic):
            network.to(device)
        self._generator_adam = Adam(list(self.generator.parameters()), ADAM_DECAY)
        self._critic_adam = Adam(list(self.critic.parameters()), ADAM_DECAY)
        self._held_out = HeldOut(people.rows, validation, control.rng("gan", "held out"))
        rng = control.rng("gan", "held out draw")
        self._held_out_seed = int(rng.integers(2**31))
        self._held_out_classes = _classes_of_some(people, self._held_out.rows, rng)
        rng = control.rng("gan", "frame")
        self._frame_seed = int(rng.integers(2**31))
        self._frame_classes = np.sort(_classes_of_some(people, ROWS, rng))

    def _new_generator(self, start: Start) -> BernoulliGenerator:
        design = torch.from_numpy(self.people.design)
        n_sites = self.people.rows.shape[1]
        return BernoulliGenerator(
            self.recipe.latent, start.shares, design, self.recipe.hidden, n_sites
        )

    def _new_critic(self) -> Critic:
        rows = torch.from_numpy(self.people.rows).float()
        centre = torch.from_numpy(self.people.rows.mean(0, dtype=np.float64)).float()
        scale = (centre * (1 - centre)).sqrt().clamp(min=LEAST_SPREAD)
        standard = (rows - centre) / scale
        axes = principal_axes(standard, self.recipe.components, self.control.rng("gan", "axes"))
        known = torch.from_numpy(self.people.standard_design())
        parts = (centre, scale, axes, known)
        centre, scale, axes, known = (part.to(self.device) for part in parts)
        critic = Critic(self.recipe.critic_hidden, centre, scale, axes, known)
        initialise(critic, self.control.rng("gan", "critic"), gain=2.0**0.5, slope=SLOPE)
        return critic

    # -- a step -----------------------------------------------------------------------------

    def step(self, index: int) -> None:
        """Update the critic, then the generator on the same artificial rows."""
        recipe = self.recipe
        rate = recipe.learning_rate * recipe.last_rate ** (index / recipe.steps)
        penalise = recipe.penalty > 0 and index % recipe.penalty_every == 0
        shares = [self._share(index, k) for k in range(-(-recipe.batch // PIECE))]
        judged = map_pieces(lambda s: self._judge(s, penalise), shares, self._threads)
        logits = [share_logits for _, share_logits in judged]
        self._critic_adam.step(_mean([gradients for gradients, _ in judged]), rate)
        pairs = list(zip(shares, logits, strict=True))
        gradients = map_pieces(lambda pair: self._teach(*pair), pairs, self._threads)
        self._generator_adam.step(_mean(gradients), rate)
        self._follow(index)

    def _share(self, index: int, piece: int) -> _Share:
        """Draw one piece of the batch; its numbers depend on nothing but step and piece."""
        rng = self.control.rng("gan", "step", index, piece)
        real, classes = self.people.draw(PIECE, rng)
        reference, reference_classes = self.people.draw(2 * PIECE, rng)
        noise = rng.standard_normal((PIECE, self.recipe.latent), dtype=np.float32)
        # Artificial rows get the classes of the real ones: the critic compares like with like.
        clusters = self.generator.choose(classes, rng.random(PIECE))
        uniform = rng.random(real.shape, dtype=np.float32)
        return _Share(
            self._put(real).float(),
            self._put(classes),
            self._put(reference).float(),
            self._put(reference_classes),
            self._put(noise),
            clusters,
            self._put(uniform),
        )

    def _put(self, array: npt.NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(array).to(self.device)

    def _judge(self, share: _Share, penalise: bool) -> tuple[list[torch.Tensor], torch.Tensor]:
        """Return the critic's gradients and the logits of the artificial rows, with their graph."""
        logits = self.generator(share.noise, share.clusters, share.classes)
        fake = straight_through(logits, share.uniform).detach()
        real = share.real.clone().requires_grad_(penalise)
        fake.requires_grad_(penalise)
        on_real, on_fake = self.critic(real, share.classes), self.critic(fake, share.classes)
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
            on_real = self.critic(share.real, share.classes)
        loss = relativistic(self.critic(fake, share.classes), on_real)
        if self.recipe.moments > 0:
            loss = loss + self.recipe.moments * self._distance(share, logits, fake)
        return list(torch.autograd.grad(loss, list(self.generator.parameters())))

    def _distance(self, share: _Share, logits: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Return how far means, linkage and structure are from those of reference rows."""
        critic, real = self.critic, self.critic.standard(share.reference)
        probable = critic.standard(torch.sigmoid(logits))
        linkage = linkage_distance(probable, real, self._spans)
        ours = self._structure(critic.standard(fake), share.classes)
        theirs = self._structure(real, share.reference_classes)
        return linkage + structure_distance(ours, theirs, ours.shape[1] - logits.shape[1])

    def _structure(self, standard: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:
        """Return components and labels beside the alleles."""
        scores = standard @ self.critic.axes[:, :STRUCTURE_COMPONENTS]
        return torch.cat([scores, self.critic.known[classes], standard], 1)

    @torch.no_grad()
    def _follow(self, index: int) -> None:
        keep = min(self.recipe.average, (index + 1) / (index + 10))
        both = zip(self.average.parameters(), self.generator.parameters(), strict=True)
        for average, newest in both:
            average.lerp_(newest, 1.0 - keep)

    # -- what the loop asks -----------------------------------------------------------------

    def held_out(self) -> dict[str, float]:
        """Compare rows of the averaged generator with validation rows."""
        classes = self._held_out_classes
        rows = draw_bernoulli(
            self.average, len(classes), self._held_out_seed, self._threads, classes
        )
        return self._held_out(rows)

    def frame(self) -> UInt8s:
        """Decode the same clusters, noise and uniform numbers with the averaged generator."""
        classes = self._frame_classes
        return draw_bernoulli(self.average, ROWS, self._frame_seed, self._threads, classes)

    def state(self) -> Tensors:
        """Return networks, average and moments."""
        return {
            **to_tensors(self.generator, "generator."),
            **to_tensors(self.average, "average."),
            **to_tensors(self.critic, CRITIC),
            **self._generator_adam.tensors("generator adam."),
            **self._critic_adam.tensors("critic adam."),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        from_tensors(self.generator, state, "generator.")
        from_tensors(self.average, state, "average.")
        from_tensors(self.critic, state, CRITIC)
        self._generator_adam.load(state, "generator adam.")
        self._critic_adam.load(state, "critic adam.")

    def weights(self) -> Tensors:
        """Return the averaged generator, and the critic where it is kept."""
        critic = to_tensors(self.critic, CRITIC) if self.recipe.keep_critic else {}
        return {**to_tensors(self.average), **critic}

    def load_weights(self, weights: Tensors) -> None:
        """Take over what `weights` returned."""
        from_tensors(self.average, weights)
        if self.recipe.keep_critic:
            from_tensors(self.critic, weights, CRITIC)


def _classes_of_some(people: People, rows: int, rng: np.random.Generator) -> Int64s:
    """Return the classes of the rows of people drawn at random."""
    order = rng.permutation(len(people.classes) // 2)
    return np.repeat(people.classes[2 * np.resize(order, -(-rows // 2))], 2)[:rows]


def _mean(gradients: list[list[torch.Tensor]]) -> list[torch.Tensor]:
    """Average the gradients of pieces, added in the order of pieces."""
    total = [gradient.clone() for gradient in gradients[0]]
    for piece in gradients[1:]:
        for sum_, gradient in zip(total, piece, strict=True):
            sum_.add_(gradient)
    return [sum_.div_(len(gradients)) for sum_ in total]
