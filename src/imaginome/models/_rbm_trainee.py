"""Training of a restricted Boltzmann machine by persistent contrastive divergence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from imaginome.models._rbm_gibbs import PIECE, Parameters, sweep
from imaginome.training.checkpoints import Tensors
from imaginome.training.control import FitControl
from imaginome.training.parallel import map_pieces, pieces, single_threaded_torch

Array = npt.NDArray[np.float64]
LEAST_EFFECTIVE = 0.5
OFFSET_RATE = 0.05
LD_REACH = 200


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
    reweight: bool


@dataclass
class _Statistics:
    """Sums over rows: of visible times hidden means, of visible and of hidden means."""

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
    """A machine in training: parameters, persistent chains and their importance weights.

    The chains carry the weights of annealed importance sampling along the training: when the
    parameters move, a chain's log-weight changes by the drop of its free energy. The negative
    phase averages with these weights, and their mean tells log Z, hence the likelihood.

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
        self._order: tuple[int, npt.NDArray[np.int64]] | None = None
        self._start()

    def _start(self) -> None:
        """Start at independent sites: there the chains are exact and log Z is known."""
        rng = self.control.rng("rbm", "start")
        n, n_sites = self.recipe.hidden, self.data.shape[1]
        floor = 0.5 / (len(self.data) + 1)
        frequency = self.mean.clamp(floor, 1 - floor)
        noise = rng.standard_normal((n_sites, n), dtype=np.float32)
        weights = torch.from_numpy(noise).to(self.device) * 0.01
        visible = torch.logit(frequency)
        # Hidden units start at one half for a mean haplotype: centred.
        self.model = Parameters(weights, visible, -(self.mean @ weights))
        uniform = rng.random((self.recipe.chains, n_sites), dtype=np.float32)
        self.chains = (torch.from_numpy(uniform).to(self.device) < frequency).float()
        self.offset = torch.full((n,), 0.5, device=self.device)
        self.log_weights = np.zeros(self.recipe.chains)
        self.change = np.zeros(self.recipe.chains)
        self.scale = 0.1
        self.log_partition = float(torch.nn.functional.softplus(visible.double()).sum())
        self.log_partition += n * float(np.log(2.0))
        independent = Parameters(torch.zeros_like(weights), visible, torch.zeros_like(self.offset))
        self.energy = self._energies(independent, self.chains)

    # -- one step -------------------------------------------------------------------------

    def step(self, index: int) -> None:
        """Advance the chains, estimate the centred gradient and follow it."""
        negative = self._negative(index)
        rows = self._batch(index)
        positive = self._positive(rows)
        self._follow(positive, len(rows), negative, self._rate(index))

    def _negative(self, index: int) -> _Statistics:
        items = list(enumerate(pieces(self.recipe.chains, PIECE)))

        def work(item: tuple[int, slice]) -> tuple[torch.Tensor, torch.Tensor]:
            number, rows = item
            rng = self.control.rng("rbm", "chains", index, number)
            start = self.model.hidden_input(self.chains[rows])
            before = self.model.free_energy(self.chains[rows], start)
            self.change[rows] = (self.energy[rows] - before).cpu().numpy()
            visible, hidden_input = sweep(self.model, start, self.recipe.gibbs, rng)
            self.chains[rows] = visible
            self.energy[rows] = self.model.free_energy(visible, hidden_input)
            return visible, hidden_input.sigmoid_()

        drawn = map_pieces(work, items, self.control.threads)
        self.log_weights += self.change
        self._adapt(index)
        weights = torch.from_numpy(self._normalised().astype(np.float32)).to(self.device)

        def gather(item: tuple[int, slice]) -> _Statistics:
            number, rows = item
            visible, hidden = drawn[number]
            return _statistics(visible, hidden, self.offset, weights[rows])

        total = _sum(map_pieces(gather, items, self.control.threads))
        self._resample(index)
        return total

    def _positive(self, rows: npt.NDArray[np.int64]) -> _Statistics:
        def work(part: slice) -> _Statistics:
            visible = self.data[torch.from_numpy(rows[part]).to(self.device)]
            hidden = self.model.hidden_input(visible).sigmoid_()
            return _statistics(visible, hidden, self.offset, None)

        return _sum(map_pieces(work, pieces(len(rows), PIECE), self.control.threads))

    def _follow(
        self, positive: _Statistics, n_rows: int, negative: _Statistics, rate: float
    ) -> None:
        data_hidden = positive.hidden / n_rows
        hidden_gap = data_hidden - negative.hidden
        gradient = positive.product / n_rows - negative.product
        # The visible offset is the data mean: subtracted here, once, instead of in each row.
        gradient -= torch.outer(self.mean, hidden_gap)
        gradient -= self.recipe.weight_decay * self.model.weights
        # The mean of all data rather than of the batch: this part needs no noise.
        visible_gap = self.mean - negative.visible
        self.model.visible += rate * (visible_gap - gradient @ self.offset)
        self.model.hidden += rate * (hidden_gap - self.mean @ gradient)
        self.model.weights += rate * gradient
        self.offset += OFFSET_RATE * (data_hidden - self.offset)

    def _rate(self, index: int) -> float:
        return self.recipe.step_size * self.scale * self._schedule(index)

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

    def _adapt(self, index: int) -> None:
        """Keep moves within the trust region: s.d. of the change of log density.

        The region shrinks with the schedule, or else the scale would undo it.
        """
        spread = float(self.change.std()) + 1e-12
        factor = (self.recipe.trust * self._schedule(index) / spread) ** 0.5
        self.scale = min(1.0, self.scale * min(1.1, max(0.2, factor)))

    # -- importance weights ---------------------------------------------------------------

    def _normalised(self) -> Array:
        if not self.recipe.reweight:
            return np.full(self.recipe.chains, 1.0 / self.recipe.chains)
        weights = np.exp(self.log_weights - self.log_weights.max())
        return np.asarray(weights / weights.sum())

    def _resample(self, index: int) -> None:
        weights = self._normalised()
        if 1.0 / np.sum(weights**2) >= LEAST_EFFECTIVE * len(weights):
            return
        self.resample(self.control.rng("rbm", "resample", index))

    def resample(self, rng: np.random.Generator) -> None:
        """Replace the weighted chains by equally weighted ones (systematic resampling)."""
        weights = self._normalised()
        at = (np.arange(len(weights)) + rng.random()) / len(weights)
        chosen = np.searchsorted(np.cumsum(weights), at).clip(max=len(weights) - 1)
        chosen = torch.from_numpy(rng.permutation(chosen)).to(self.device)
        self.log_partition += _log_mean(self.log_weights)
        self.log_weights[:] = 0.0
        self.chains, self.energy = self.chains[chosen], self.energy[chosen]

    # -- held-out evidence ----------------------------------------------------------------

    def held_out(self) -> dict[str, float]:
        """Return the log-likelihood of held-out haplotypes, and the errors of the chains."""
        partition = self.log_partition + _log_mean(self.log_weights)
        ours = -float(self._energies(self.model, self.validation).mean()) - partition
        seen = self.data[:: max(1, len(self.data) // (4 * PIECE))]
        theirs = -float(self._energies(self.model, seen).mean()) - partition
        frequency = (self.chains.mean(0) - self.validation.mean(0)).abs().mean()
        return {
            "log_likelihood": ours,
            "train_log_likelihood": theirs,
            "frequency_error": float(frequency),
            "ld_error": _ld_error(self.chains, self.validation),
            "step_scale": self.scale,
            "spread": float(self.change.std()),
            "effective_chains": float(1.0 / np.sum(self._normalised() ** 2)),
        }

    def _energies(self, model: Parameters, visible: torch.Tensor) -> torch.Tensor:
        def work(rows: slice) -> torch.Tensor:
            return model.free_energy(visible[rows], model.hidden_input(visible[rows]))

        parts = pieces(len(visible), PIECE)
        return torch.cat(map_pieces(work, parts, self.control.threads))

    # -- state ----------------------------------------------------------------------------

    def weights(self) -> Tensors:
        """Return the parameters and the chains, ready to sample from."""
        return {
            "weights": self.model.weights.cpu().numpy(),
            "visible_bias": self.model.visible.cpu().numpy(),
            "hidden_bias": self.model.hidden.cpu().numpy(),
            "chains": self.chains.cpu().numpy().astype(np.uint8),
            "chain_log_weights": self.log_weights,
            "log_partition": np.array([self.log_partition]),
        }

    def load_weights(self, weights: Tensors) -> None:
        """Take over what `weights` returned."""

        def tensor(name: str) -> torch.Tensor:
            return torch.from_numpy(weights[name].astype(np.float32)).to(self.device)

        self.model = Parameters(tensor("weights"), tensor("visible_bias"), tensor("hidden_bias"))
        self.chains = tensor("chains")
        self.log_weights = weights["chain_log_weights"].copy()
        self.log_partition = float(weights["log_partition"][0])

    def state(self) -> Tensors:
        """Return all that the next step depends on."""
        return {
            **self.weights(),
            "offset": self.offset.cpu().numpy(),
            "energy": self.energy.cpu().numpy(),
            "step_scale": np.array([self.scale]),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        self.load_weights(state)
        self.offset = torch.from_numpy(state["offset"].copy()).to(self.device)
        self.energy = torch.from_numpy(state["energy"].copy()).to(self.device)
        self.scale = float(state["step_scale"][0])


def _statistics(
    visible: torch.Tensor,
    hidden: torch.Tensor,
    offset: torch.Tensor,
    weights: torch.Tensor | None,
) -> _Statistics:
    centred = hidden - offset
    if weights is None:
        return _Statistics(visible.T @ centred, visible.sum(0), hidden.sum(0))
    centred *= weights[:, None]
    return _Statistics(visible.T @ centred, weights @ visible, weights @ hidden)


def _sum(parts: list[_Statistics]) -> _Statistics:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _log_mean(logs: Array) -> float:
    top = logs.max()
    return float(top + np.log(np.mean(np.exp(logs - top))))


def _squared_correlation(visible: torch.Tensor) -> torch.Tensor:
    mean = visible.mean(0)
    covariance = visible.T @ visible / len(visible) - torch.outer(mean, mean)
    spread = (mean * (1 - mean)).clamp_min(1e-6)
    return covariance**2 / torch.outer(spread, spread)


def _ld_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    """Return the mean absolute difference of r2 over pairs of near sites, in blocks."""
    total, count = 0.0, 0
    n_sites = ours.shape[1]
    for block in pieces(n_sites, 2 * LD_REACH):
        a, b = _squared_correlation(ours[:, block]), _squared_correlation(theirs[:, block])
        near = torch.ones_like(a).triu(1) - torch.ones_like(a).triu(LD_REACH + 1)
        total += float(((a - b).abs() * near).sum())
        count += int(near.sum())
    return total / max(count, 1)
