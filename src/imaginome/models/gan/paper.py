"""Training of the paper's adversarial network, step by step as its authors did.

Yelmen et al. 2021 (doi:10.1371/journal.pgen.1009303): alleles 0 and 1 less uniform noise up to
0.1; the discriminator learns from a real batch, whose labels are 1 less uniform noise up to 0.1,
then from an artificial one with labels 0; the generator learns from the same noise with labels 1.
Weights start as in Keras (Glorot uniform) and the penalty on squared weights is Keras's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import UInt8s
from imaginome.models.gan.draw import draw_thresholded
from imaginome.models.gan.evidence import HeldOut
from imaginome.models.shared.adam import Adam
from imaginome.models.shared.networks import (
    DenseDiscriminator,
    DenseGenerator,
    from_tensors,
    initialise,
    to_tensors,
)
from imaginome.results.emergence import ROWS
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

LATENT = 600
BATCH = 32
EPOCHS = 20_000
GENERATOR_RATE = 1e-4
DISCRIMINATOR_RATE = 8e-4
WEIGHT_PENALTY = 1e-4
NOISE = 0.1
ADAM_DECAY = (0.9, 0.999)
KERAS_EPSILON = 1e-7


@dataclass(frozen=True)
class PaperRecipe:
    """Sizes that follow from the panel."""

    batch: int
    batches: int

    @classmethod
    def of(cls, n_rows: int) -> PaperRecipe:
        """Return 32 rows a batch, or all where the panel has fewer."""
        batch = min(BATCH, n_rows)
        return cls(batch, n_rows // batch)


class PaperTrainee:
    """The paper's generator and discriminator in training; one step is one batch.

    Parameters
    ----------
    control
        The control of the fit.
    train, validation
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    device
        Torch device.
    """

    def __init__(self, control: FitControl, train: UInt8s, validation: UInt8s, device: str) -> None:
        self.control, self.device = control, device
        self._recipe = PaperRecipe.of(len(train))
        self._real = self._noisy_rows(train)
        self.generator = DenseGenerator(LATENT, train.shape[1])
        self.discriminator = DenseDiscriminator(train.shape[1])
        initialise(self.generator, control.rng("gan", "generator"))
        initialise(self.discriminator, control.rng("gan", "critic"))
        self.generator.to(device)
        self.discriminator.to(device)
        self._generator_adam = Adam(list(self.generator.parameters()), ADAM_DECAY, KERAS_EPSILON)
        self._discriminator_adam = Adam(
            list(self.discriminator.parameters()), ADAM_DECAY, KERAS_EPSILON
        )
        self._held_out = HeldOut(train, validation, control.rng("gan", "held out"))
        self._held_out_seed = int(control.rng("gan", "held out draw").integers(2**31))
        self._frame_seed = int(control.rng("gan", "frame").integers(2**31))

    def _noisy_rows(self, train: UInt8s) -> torch.Tensor:
        rng = self.control.rng("gan", "rows")
        shuffled = train[rng.permutation(len(train))].astype(np.float32)
        shuffled -= NOISE * rng.random(shuffled.shape, dtype=np.float32)
        return torch.from_numpy(shuffled).to(self.device)

    def step(self, index: int) -> None:
        """Learn from one batch: real rows, artificial rows, then the generator."""
        rng = self.control.rng("gan", "step", index)
        size = self._recipe.batch
        first = index % self._recipe.batches * size
        real = self._real[first : first + size]
        noise = torch.from_numpy(rng.standard_normal((size, LATENT), dtype=np.float32))
        noise = noise.to(self.device)
        labels = torch.from_numpy(1.0 - NOISE * rng.random(size, dtype=np.float32))
        with torch.no_grad():
            fake = self.generator(noise)
        self._learn_rows(real, labels.to(self.device))
        self._learn_rows(fake, torch.zeros(size, device=self.device))
        self._learn_generator(noise)

    def _learn_rows(self, rows: torch.Tensor, labels: torch.Tensor) -> None:
        parameters = list(self.discriminator.parameters())
        logits = self.discriminator(rows)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
        loss = loss + _weight_penalty(self.discriminator)
        gradients = list(torch.autograd.grad(loss, parameters))
        self._discriminator_adam.step(gradients, DISCRIMINATOR_RATE)

    def _learn_generator(self, noise: torch.Tensor) -> None:
        logits = self.discriminator(self.generator(noise))
        labels = torch.ones_like(logits)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels)
        loss = loss + _weight_penalty(self.generator)
        gradients = list(torch.autograd.grad(loss, list(self.generator.parameters())))
        self._generator_adam.step(gradients, GENERATOR_RATE)

    def held_out(self) -> dict[str, float]:
        """Compare rows of the generator with validation rows."""
        rows = draw_thresholded(self.generator, self._held_out.rows, self._held_out_seed, 1)
        return self._held_out(rows)

    def frame(self) -> UInt8s:
        """Decode the same noise with the generator of the moment."""
        return draw_thresholded(self.generator, ROWS, self._frame_seed, 1)

    def state(self) -> Tensors:
        """Return networks and moments."""
        return {
            **to_tensors(self.generator, "generator."),
            **to_tensors(self.discriminator, "critic."),
            **self._generator_adam.tensors("generator adam."),
            **self._discriminator_adam.tensors("critic adam."),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        from_tensors(self.generator, state, "generator.")
        from_tensors(self.discriminator, state, "critic.")
        self._generator_adam.load(state, "generator adam.")
        self._discriminator_adam.load(state, "critic adam.")

    def weights(self) -> Tensors:
        """Return the generator."""
        return to_tensors(self.generator)

    def load_weights(self, weights: Tensors) -> None:
        """Take over a generator."""
        from_tensors(self.generator, weights)


def _weight_penalty(network: torch.nn.Module) -> torch.Tensor:
    """Return the penalty on the weights of all layers but the last, as Keras counts it."""
    weights = [parameter for parameter in network.parameters() if parameter.dim() == 2]
    return WEIGHT_PENALTY * torch.stack([w.square().sum() for w in weights[:-1]]).sum()
