"""Training of the auto-encoder without a guarantee: start, batches, held-out stopping."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Float32s, Float64s, Int64s
from imaginome.models.shared.adam import Adam
from imaginome.models.shared.networks import from_tensors, initialise, to_tensors
from imaginome.models.shared.people import People
from imaginome.models.vae.network import SLOPE, Decoder, Network, draw
from imaginome.panel import Haplotypes
from imaginome.results.emergence import ROWS
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

# -- The start -------------------------------------------------------------------------------------


LEAST = 0.002
RIDGE = 0.1
WRITING = 0.05


def with_constant(design: Float32s) -> Float32s:
    """Return the design with a column of ones before it: ``(n_classes, 1 + n_features)``."""
    return np.hstack([np.ones((len(design), 1), dtype=np.float32), design])


def new_network(
    network: Network,
    known: Float32s,
    frequencies: Float64s,
    rng: np.random.Generator,
) -> None:
    """Draw the weights at random; let labels alone give the frequencies.

    Parameters
    ----------
    network
        What is set, in place.
    known
        Constant and labels of each class, ``float32`` of shape ``(n_classes, features)``.
    frequencies
        Of allele 1 in each class, ``float64`` of shape ``(n_classes, n_sites)``; the code adds
        little at first.
    rng
        Where the draw comes from; nothing else of the start is about people.
    """
    initialise(network, rng, gain=2.0**0.5, slope=SLOPE)
    with torch.no_grad():
        network.decoder.writing.weight.mul_(WRITING)
        network.decoder.straight.weight.mul_(WRITING)
        network.encoder.coding.weight.mul_(0.5)
        network.decoder.labels.weight.copy_(torch.from_numpy(label_effects(known, frequencies)))
        network.decoder.prior.weight.zero_()
        network.decoder.prior.weight[:, 0] = torch.from_numpy(_prior_start(network.decoder, rng))


def label_effects(known: Float32s, frequencies: Float64s) -> Float32s:
    """Return what constant and labels add to log-odds, ``float32`` of ``(n_sites, features)``.

    Least squares with a ridge on all columns but the constant.
    """
    odds = log_odds(frequencies)
    middle = odds.mean(axis=0)
    labels = known[:, 1:].astype(np.float64)
    kernel = labels @ labels.T + RIDGE * np.eye(len(labels))
    effects = labels.T @ np.linalg.solve(kernel, odds - middle)
    return np.vstack([middle, effects]).T.astype(np.float32)


def log_odds(frequencies: Float64s) -> Float64s:
    """Return log-odds of frequencies, of which none counts as 0 or 1."""
    p = np.clip(frequencies, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(p) - np.log1p(-p))


def _prior_start(decoder: Decoder, rng: np.random.Generator) -> Float32s:
    """Return weights, means and log standard deviations of the prior: a cloud of normals."""
    start = np.zeros((decoder.components, 1 + 2 * decoder.latent), dtype=np.float32)
    if decoder.components > 1:
        shape = (decoder.components, decoder.latent)
        start[:, 1 : 1 + decoder.latent] = 0.5 * rng.standard_normal(shape)
    return start.ravel()


# -- Training in batches ---------------------------------------------------------------------------


OBJECTIVE = "bound"
DECAY = (0.9, 0.99)
WARM_UP = 0.3
MOST_GRADIENT = 5.0
PSEUDO_ROWS = 20.0
MOST_HELD_OUT = 1_000
BATCH_HELD_OUT = 250


@dataclass(frozen=True)
class Recipe:
    """How to train; see the model's settings for the meaning of each."""

    steps: int
    latent: int
    hidden: int
    components: int
    batch: int
    learning_rate: float
    weight_decay: float
    hide: float
    average: float


class Trainee:
    """A network in training and its running average, which is what is kept.

    Parameters
    ----------
    recipe, control
        How to train, and the control of the fit.
    people, others
        Who is learnt from, and who is measured on.
    """

    def __init__(
        self, recipe: Recipe, control: FitControl, people: People, others: People, device: str
    ) -> None:
        self.recipe, self.control, self.people, self.device = recipe, control, people, device
        self.known = known = with_constant(people.design)
        n_sites = people.rows.shape[1]
        self.centre = people.rows.mean(axis=0, dtype=np.float64).astype(np.float32)
        sizes = (n_sites, known.shape[1], recipe.latent, recipe.hidden, recipe.components)
        self.network, self.average = Network(*sizes), Network(*sizes)
        new_network(self.network, known, class_frequencies(people), control.rng("vae", "start"))
        from_tensors(self.average, to_tensors(self.network))
        self._known = torch.from_numpy(known).to(device)
        self._middle = torch.from_numpy(self.centre).to(device)
        for network in (self.network, self.average):
            network.to(device)
        self._adam = Adam(list(self.network.parameters()), DECAY)
        self._others = _some(others, control.rng("vae", "held out people"))
        self._frame_seed = int(control.rng("vae", "frame").integers(2**31))
        chosen = control.rng("vae", "frame people").choice(people.classes, ROWS)
        self._frame_classes = np.sort(chosen)

    def step(self, index: int) -> None:
        """Move along the gradient of the bound of one batch, then the average a little."""
        recipe, rng = self.recipe, self.control.rng("vae", "step", index)
        rows, classes = self.people.draw(recipe.batch, rng)
        loss = self._loss(rows, classes, rng, self._weight(index))
        gradients = torch.autograd.grad(loss.mean(), self._adam.parameters)
        _shorten(gradients)
        rate = recipe.learning_rate * (1.0 - index / recipe.steps)
        self._adam.step(list(gradients), rate)
        self._decay(rate)
        follow(self.average, self.network, min(recipe.average, (index + 1) / (index + 10)))

    def _loss(
        self,
        rows: Haplotypes,
        classes: Int64s,
        rng: np.random.Generator,
        weight: float,
    ) -> torch.Tensor:
        """Return the loss of each row; the encoder has to do without some of the alleles."""
        alleles = torch.from_numpy(rows).to(self.device).float()
        hidden = torch.from_numpy(rng.random(rows.shape, dtype=np.float32)).to(self.device)
        seen = torch.where(hidden < self.recipe.hide, self._middle, alleles)
        noise = rng.standard_normal((len(rows), self.recipe.latent), dtype=np.float32)
        known = self._known[torch.from_numpy(classes).to(self.device)]
        middle, drawn = self._middle, torch.from_numpy(noise).to(self.device)
        loss: torch.Tensor = self.network(alleles, middle, known, drawn, weight, seen)
        return loss

    def _weight(self, index: int) -> float:
        """Return the weight of the divergence: it grows, else codes would never be used."""
        return min(1.0, (index + 1) / max(1.0, WARM_UP * self.recipe.steps))

    @torch.no_grad()
    def _decay(self, rate: float) -> None:
        decoder = self.network.decoder
        # Labels have their frequencies from the start; pulled to zero they would lose them.
        for layer in (self.network.encoder.reading, decoder.writing, decoder.straight):
            layer.weight.mul_(1.0 - rate * self.recipe.weight_decay)

    @torch.no_grad()
    def held_out(self) -> dict[str, float]:
        """Return minus the evidence lower bound of held-out haplotypes, nats a haplotype."""
        rows, classes = self._others
        total = 0.0
        for start in range(0, len(rows), BATCH_HELD_OUT):
            part = slice(start, start + BATCH_HELD_OUT)
            rng = self.control.rng("vae", "held out", start)
            noise = rng.standard_normal((len(rows[part]), self.recipe.latent), dtype=np.float32)
            loss = self.average(
                torch.from_numpy(rows[part]).to(self.device).float(),
                self._middle,
                self._known[torch.from_numpy(classes[part]).to(self.device)],
                torch.from_numpy(noise).to(self.device),
            )
            total += float(loss.double().sum())
        return {OBJECTIVE: total / len(rows)}

    def frame(self) -> Haplotypes:
        """Decode the same codes of the prior with the average of the moment."""
        return draw(
            self.average.decoder, self.known, ROWS, self._frame_seed, self._frame_classes, 1
        )

    def state(self) -> Tensors:
        """Return network, average and moments."""
        return {
            **to_tensors(self.network, "network."),
            **to_tensors(self.average, "average."),
            **self._adam.tensors("adam."),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        from_tensors(self.network, state, "network.")
        from_tensors(self.average, state, "average.")
        self._adam.load(state, "adam.")

    def weights(self) -> Tensors:
        """Return the average."""
        return to_tensors(self.average)

    def load_weights(self, weights: Tensors) -> None:
        """Take over what `weights` returned."""
        from_tensors(self.average, weights)


def class_frequencies(people: People) -> Float64s:
    """Return allele frequencies of classes, small classes leaning on their superpopulation.

    ``float64`` of shape ``(n_classes, n_sites)``.
    """
    n_classes = len(people.design)
    sums = np.zeros((n_classes, people.rows.shape[1]))
    for c in range(n_classes):
        sums[c] = people.rows[people.classes == c].sum(axis=0, dtype=np.float64)
    counts = np.bincount(people.classes, minlength=n_classes).astype(np.float64)[:, None]
    groups = np.eye(int(people.groups.max()) + 1)[people.groups]
    everyone = sums.sum(axis=0) / counts.sum()
    above = _leaning(groups.T @ sums, groups.T @ counts, everyone)
    return _leaning(sums, counts, groups @ above)


def _leaning(sums: Float64s, counts: Float64s, on: Float64s) -> Float64s:
    return np.asarray((sums + PSEUDO_ROWS * on) / (counts + PSEUDO_ROWS))


@torch.no_grad()
def follow(average: torch.nn.Module, network: torch.nn.Module, keep: float) -> None:
    """Let the running average keep the share `keep` of itself and take the rest of `network`."""
    for mean, value in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(value, 1.0 - keep)


def _shorten(gradients: tuple[torch.Tensor, ...]) -> None:
    """Scale gradients that are longer than usual, in place: a guard, not a guarantee."""
    length = float(torch.stack([g.square().sum() for g in gradients]).sum().sqrt())
    for gradient in gradients:
        gradient.mul_(min(1.0, MOST_GRADIENT / max(length, 1e-12)))


def _some(people: People, rng: np.random.Generator) -> tuple[Haplotypes, Int64s]:
    chosen = np.sort(rng.permutation(len(people.rows))[:MOST_HELD_OUT])
    return people.rows[chosen], people.classes[chosen]
