"""Training of a restricted Boltzmann machine by persistent contrastive divergence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from imaginome.emergence import ROWS
from imaginome.models._rbm_gibbs import PIECE, Parameters, sweep
from imaginome.models._rbm_likelihood import pseudo_log_likelihood
from imaginome.models._rbm_moments import Moments
from imaginome.models._rbm_structure import Structure
from imaginome.parallel import map_pieces, pieces, single_threaded_torch
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

START_WEIGHT = 0.03
START_SCALE = 0.2
OFFSET_RATE = 0.05
JUDGED_SITES = 400


@dataclass(frozen=True)
class Recipe:
    """How to train; every number is set (see the model's settings for their meaning)."""

    hidden: int
    updates: int
    gibbs: int
    chains: int
    batch: int
    step_size: float
    last_step: float
    hold: float
    weight_decay: float
    trust: float
    components: int
    damping: float


@dataclass
class _Statistics:
    """Sums over rows: visible times centred hidden means, visible, hidden means."""

    product: torch.Tensor
    visible: torch.Tensor
    hidden: torch.Tensor

    def __add__(self, other: _Statistics) -> _Statistics:
        return _Statistics(
            self.product + other.product,
            self.visible + other.visible,
            self.hidden + other.hidden,
        )


class Trainee:
    """A machine in training: parameters and persistent chains.

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
        self,
        recipe: Recipe,
        control: FitControl,
        train: npt.NDArray[np.uint8],
        validation: npt.NDArray[np.uint8],
        device: str,
    ) -> None:
        single_threaded_torch()
        self.recipe, self.control, self.device = recipe, control, device
        self.data = torch.from_numpy(train.astype(np.float32)).to(device)
        self.validation = torch.from_numpy(validation.astype(np.float32)).to(device)
        self.mean = self.data.double().mean(0).float()
        self.structure = Structure.of(
            self.data, recipe.components, recipe.damping, control.rng("rbm", "structure")
        )
        self.moments = Moments.of(self.data, self.validation)
        self._order: tuple[int, npt.NDArray[np.int64]] | None = None
        self._start()

    def _start(self) -> None:
        """Start at independent sites, for which the chains are in equilibrium."""
        rng = self.control.rng("rbm", "start")
        n, n_sites = self.recipe.hidden, self.data.shape[1]
        floor = 0.5 / (len(self.data) + 1)
        frequency = self.mean.clamp(floor, 1 - floor)
        noise = rng.standard_normal((n_sites, n), dtype=np.float32)
        weights = torch.from_numpy(noise).to(self.device) * START_WEIGHT
        # Hidden units start at one half for a mean haplotype: centred.
        self.model = Parameters(weights, torch.logit(frequency), -(self.mean @ weights))
        uniform = rng.random((self.recipe.chains, n_sites), dtype=np.float32)
        self.chains = (torch.from_numpy(uniform).to(self.device) < frequency).float()
        self.offset = torch.full((n,), 0.5, device=self.device)
        self.energy = self._energies(self.chains)
        self.spread, self.scale = 0.0, START_SCALE

    # -- one step -------------------------------------------------------------------------

    def step(self, index: int) -> None:
        """Advance the chains, estimate the centred gradient and follow it."""
        negative = self._negative(index)
        rows = self._batch(index)
        positive = self._positive(rows)
        self._follow(positive, len(rows), negative, self._rate(index))

    def _negative(self, index: int) -> _Statistics:
        change = np.empty(self.recipe.chains)

        def work(item: tuple[int, slice]) -> _Statistics:
            number, rows = item
            rng = self.control.rng("rbm", "chains", index, number)
            start = self.model.hidden_input(self.chains[rows])
            before = self.model.free_energy(self.chains[rows], start)
            change[rows] = (self.energy[rows] - before).cpu().numpy()
            visible, hidden_input = sweep(self.model, start, self.recipe.gibbs, rng)
            self.chains[rows] = visible
            self.energy[rows] = self.model.free_energy(visible, hidden_input)
            return _statistics(visible, hidden_input.sigmoid_(), self.offset)

        items = list(enumerate(pieces(self.recipe.chains, PIECE)))
        total = _sum(map_pieces(work, items, self.control.threads))
        self._adapt(index, float(change.std()))
        return total

    def _positive(self, rows: npt.NDArray[np.int64]) -> _Statistics:
        def work(part: slice) -> _Statistics:
            visible = self.data[torch.from_numpy(rows[part]).to(self.device)]
            hidden = self.model.hidden_input(visible).sigmoid_()
            return _statistics(visible, hidden, self.offset)

        return _sum(map_pieces(work, pieces(len(rows), PIECE), self.control.threads))

    def _follow(
        self, positive: _Statistics, n_rows: int, negative: _Statistics, rate: float
    ) -> None:
        data_hidden = positive.hidden / n_rows
        hidden_gap = data_hidden - negative.hidden / self.recipe.chains
        gradient = positive.product / n_rows - negative.product / self.recipe.chains
        # The visible offset is the data mean: subtracted here, once, instead of in each row.
        gradient -= torch.outer(self.mean, hidden_gap)
        gradient -= self.recipe.weight_decay * self.model.weights
        gradient = self.structure.even_out(gradient)
        # The mean of all data rather than of the batch: this part needs no noise.
        visible_gap = self.mean - negative.visible / self.recipe.chains
        visible_gap = self.structure.even_out(visible_gap[:, None])[:, 0]
        self.model.visible += rate * (visible_gap - gradient @ self.offset)
        self.model.hidden += rate * (hidden_gap - self.mean @ gradient)
        self.model.weights += rate * gradient
        self.offset += OFFSET_RATE * (data_hidden - self.offset)

    # -- batches and step size ------------------------------------------------------------

    def _batch(self, index: int) -> npt.NDArray[np.int64]:
        n = len(self.data)
        if self.recipe.batch >= n:
            return np.arange(n)
        epoch, number = divmod(index, n // self.recipe.batch)
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, self.control.rng("rbm", "order", epoch).permutation(n)
        start = number * self.recipe.batch
        return self._order[1][start : start + self.recipe.batch]

    def _schedule(self, index: int) -> float:
        done = index / self.recipe.updates
        late = max(0.0, (done - self.recipe.hold) / (1 - self.recipe.hold))
        return float(self.recipe.last_step**late)

    def _rate(self, index: int) -> float:
        return self.recipe.step_size * self.scale * self._schedule(index)

    def _adapt(self, index: int, spread: float) -> None:
        """Keep moves within the trust region: s.d. over chains of the change of log density.

        The region shrinks with the schedule, or else the scale would undo it.
        """
        self.spread = spread
        factor = (self.recipe.trust * self._schedule(index) / (spread + 1e-12)) ** 0.5
        self.scale = min(1.0, self.scale * min(1.1, max(0.2, factor)))

    # -- held-out evidence ----------------------------------------------------------------

    def held_out(self) -> dict[str, float]:
        """Return the pseudo-log-likelihood of held-out haplotypes, and errors of the chains.

        The likelihood itself is known up to its partition function only, whose estimates drift
        along a training; moments of chains are too noisy on few people to tell when to stop.
        ``energy_gap`` warns of overfitting: held-out less train free energy, in nats.
        """
        n_sites = len(self.mean)
        sites = np.unique(np.linspace(0, n_sites - 1, min(n_sites, JUDGED_SITES)).astype(np.int64))
        conditional = pseudo_log_likelihood(
            self.model, self.validation, sites, self.control.threads
        )
        seen = self.data[:: max(1, len(self.data) // (4 * PIECE))]
        gap = self._energies(self.validation).mean() - self._energies(seen).mean()
        return {
            "pseudo_log_likelihood": conditional * n_sites,
            **self.moments.errors(self.chains),
            "energy_gap": float(gap),
            "step_size": self.scale * self.recipe.step_size,
        }

    def frame(self) -> npt.NDArray[np.uint8]:
        """Return the first chains as they stand: at step 0 independent sites."""
        return self.chains[:ROWS].cpu().numpy().astype(np.uint8)

    def _energies(self, visible: torch.Tensor) -> torch.Tensor:
        def work(rows: slice) -> torch.Tensor:
            return self.model.free_energy(visible[rows], self.model.hidden_input(visible[rows]))

        return torch.cat(map_pieces(work, pieces(len(visible), PIECE), self.control.threads))

    # -- state ----------------------------------------------------------------------------

    def weights(self) -> Tensors:
        """Return the parameters and the chains, ready to sample from."""
        return {
            "weights": self.model.weights.cpu().numpy(),
            "visible_bias": self.model.visible.cpu().numpy(),
            "hidden_bias": self.model.hidden.cpu().numpy(),
            "chains": self.chains.cpu().numpy().astype(np.uint8),
        }

    def load_weights(self, weights: Tensors) -> None:
        """Take over what `weights` returned."""

        def tensor(name: str) -> torch.Tensor:
            return torch.from_numpy(weights[name].astype(np.float32)).to(self.device)

        self.model = Parameters(tensor("weights"), tensor("visible_bias"), tensor("hidden_bias"))
        self.chains = tensor("chains")

    def state(self) -> Tensors:
        """Return all that the next step depends on."""
        return {
            **self.weights(),
            "offset": self.offset.cpu().numpy(),
            "energy": self.energy.cpu().numpy(),
            "step_scale": np.array([self.scale, self.spread]),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        self.load_weights(state)
        self.offset = torch.from_numpy(state["offset"].copy()).to(self.device)
        self.energy = torch.from_numpy(state["energy"].copy()).to(self.device)
        self.scale, self.spread = (float(x) for x in state["step_scale"])


def _statistics(visible: torch.Tensor, hidden: torch.Tensor, offset: torch.Tensor) -> _Statistics:
    return _Statistics(visible.T @ (hidden - offset), visible.sum(0), hidden.sum(0))


def _sum(parts: list[_Statistics]) -> _Statistics:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
