"""Training of a restricted Boltzmann machine by persistent contrastive divergence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from imaginome.arrays import Float64s, Int64s, UInt8s
from imaginome.kernels.pca import leading_subspace
from imaginome.kernels.threads import map_pieces, pieces, single_threaded_torch
from imaginome.models.rbm.evidence import Evidence
from imaginome.models.rbm.gibbs import PIECE, Machine, sweep
from imaginome.models.rbm.start import Recipe, TrainingData, Wiring
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl

# -- The leading directions of the data ------------------------------------------------------------


ITERATIONS = 4


@dataclass(frozen=True)
class Structure:
    """Principal directions of the train haplotypes, for an approximate natural gradient.

    Near equilibrium the Fisher information of the weights is about the covariance of the
    visible units times that of the hidden ones. Population structure makes a few eigenvalues
    of the former a hundred times larger than the rest: they limit the step, and all that
    distinguishes haplotypes within a population is learnt slowly. Dividing by the covariance
    plus a damping term evens that out.

    Attributes
    ----------
    directions
        ``float32``, shape ``(n_sites, n_components)``, orthonormal.
    shrinkage
        ``variance / (variance + damping)`` of each direction, ``float32``.
    """

    directions: torch.Tensor
    shrinkage: torch.Tensor

    @classmethod
    def of(
        cls, data: torch.Tensor, components: int, damping: float, rng: np.random.Generator
    ) -> Structure:
        """Find the leading directions by randomised subspace iteration.

        Parameters
        ----------
        data
            ``float32``, shape ``(n, n_sites)``.
        components
            Number of directions; at most the smaller side of the data is used.
        damping
            In units of the mean variance of a site.
        rng
            Where the start of the iteration comes from.
        """
        centred = data - data.mean(0)
        rank = min(components, min(data.shape) - 1)
        noise = rng.standard_normal((data.shape[1], rank), dtype=np.float32)
        basis = torch.from_numpy(noise).to(data.device)
        basis = leading_subspace(centred, basis, ITERATIONS)
        _, singular, rows = torch.linalg.svd(centred @ basis, full_matrices=False)
        variance = singular**2 / len(data)
        mean_variance = float(centred.square().mean()) + 1e-12
        return cls((basis @ rows.T).contiguous(), variance / (variance + damping * mean_variance))

    def even_out(self, gradient: torch.Tensor) -> torch.Tensor:
        """Divide a gradient of shape ``(n_sites, m)`` by the damped covariance, up to scale."""
        along = self.directions.T @ gradient
        return gradient - self.directions @ (self.shrinkage[:, None] * along)


# -- The training ----------------------------------------------------------------------------------


HIDDEN_STEP = 0.3
START_SCALE = 0.2
OFFSET_RATE = 0.05
LEAST_VARIANCE = 0.01
AVERAGING = 8.0
SHOWN_CHAINS = 64
FEWEST_CHAINS = 2


@dataclass
class _Statistics:
    """Sums over rows: products of centred visible units and hidden means; the rest by class."""

    product: torch.Tensor
    visible: torch.Tensor
    hidden: torch.Tensor
    rows: torch.Tensor

    def __add__(self, other: _Statistics) -> _Statistics:
        return _Statistics(
            self.product + other.product,
            self.visible + other.visible,
            self.hidden + other.hidden,
            self.rows + other.rows,
        )


class Trainee:
    """A machine in training: parameters, their running average, and persistent chains.

    Chains keep their class: classes are mixed in the right proportions by construction, and a
    chain has to mix within its class only.

    Parameters
    ----------
    recipe, control
        How to train, and the control of the fit.
    data
        What to learn from.
    device
        Torch device.
    """

    def __init__(
        self, recipe: Recipe, control: FitControl, data: TrainingData, device: str
    ) -> None:
        single_threaded_torch()
        self.recipe, self.control, self.device = recipe, control, device
        self.codes = data.codes
        self.data = torch.from_numpy(data.train.astype(np.float32)).to(device)
        self.shares = torch.from_numpy(data.classes.shares).float().to(device)
        n_classes = len(self.shares)
        member = _membership(self.codes, n_classes, device)
        self.means = member @ self.data / member.sum(1, keepdim=True).clamp(min=1)
        # Residuals from the means of n_classes samples are too small by this much.
        self.lost = len(self.data) / max(len(self.data) - n_classes, 1)
        logits = torch.from_numpy(data.logits).float().to(device)
        self.target = logits.sigmoid()
        self.mean = self.shares @ self.target
        residual = self.data - self.means[torch.from_numpy(self.codes)]
        self.variance = residual.square().mean(0) * self.lost
        self.structure = Structure.of(
            residual, recipe.components, recipe.damping, control.rng("rbm", "structure")
        )
        self.wiring = Wiring.of(data, residual, recipe, control.rng("rbm", "wiring"))
        self._order: tuple[int, Int64s] | None = None
        self.bodies = torch.from_numpy(data.classes.bodies()).to(device)
        weighted = self.bodies * self.shares
        weighted = weighted / weighted.sum(1, keepdim=True)
        self.centre = self.bodies.T @ (weighted @ self.target)
        self._start(logits)
        classes = data.classes.proportional(recipe.chains, FEWEST_CHAINS)
        units = self.machine.weights.shape[1]
        self.evidence = Evidence(control, data, logits, classes, units)
        self._start_chains(classes)

    def _start(self, logits: torch.Tensor) -> None:
        """Start near independent sites: inputs of hidden units are centred, biases make up."""
        weights = self.wiring.weights()
        hidden = self.wiring.biases(self.target, self.centre)
        self.machine = Machine(weights, logits.clone(), hidden, self.recipe.units)
        model = self.machine.of(np.zeros(1, dtype=np.int64))
        self.offset = model.hidden_mean(self.target @ weights + hidden)
        self.machine.visible -= self.offset @ weights.T
        self.average = self._copy()
        self.spread, self.scale = 0.0, START_SCALE

    def _start_chains(self, classes: Int64s) -> None:
        rng = self.control.rng("rbm", "start")
        self.classes = classes
        uniform = rng.random((len(classes), self.data.shape[1]), dtype=np.float32)
        chance = self.target[torch.from_numpy(classes)]
        self.chains = (torch.from_numpy(uniform).to(self.device) < chance).float()
        model = self.machine.of(classes)
        self.energy = model.free_energy(self.chains, model.hidden_input(self.chains))

    def _copy(self) -> Machine:
        now = self.machine
        return Machine(now.weights.clone(), now.visible.clone(), now.hidden.clone(), now.kind)

    # -- one step -------------------------------------------------------------------------

    def step(self, index: int) -> None:
        """Advance the chains, estimate the centred gradient and follow it."""
        negative = self._negative(index)
        rows = self._batch(index)
        positive = self._positive(rows)
        self._follow(positive, len(rows), negative, index)
        self._average(index)

    def _negative(self, index: int) -> _Statistics:
        change = np.empty(len(self.classes))

        def work(item: tuple[int, slice]) -> _Statistics:
            number, rows = item
            rng = self.control.rng("rbm", "chains", index, number)
            classes = self.classes[rows]
            model = self.machine.of(classes)
            start = model.hidden_input(self.chains[rows])
            before = model.free_energy(self.chains[rows], start)
            change[rows] = (self.energy[rows] - before).cpu().numpy()
            visible, hidden_input = sweep(model, start, self.recipe.gibbs, rng, classes)
            self.chains[rows] = visible
            self.energy[rows] = model.free_energy(visible, hidden_input)
            return self._statistics(visible, model.hidden_mean(hidden_input), classes, self.target)

        items = list(enumerate(pieces(len(self.classes), PIECE)))
        total = _sum(map_pieces(work, items, self.control.threads))
        self._adapt(index, change)
        return total

    def _positive(self, rows: Int64s) -> _Statistics:
        def work(part: slice) -> _Statistics:
            visible = self.data[torch.from_numpy(rows[part]).to(self.device)]
            classes = self.codes[rows[part]]
            model = self.machine.of(classes)
            hidden = model.hidden_mean(model.hidden_input(visible))
            return self._statistics(visible, hidden, classes, self.means)

        return _sum(map_pieces(work, pieces(len(rows), PIECE), self.control.threads))

    def _statistics(
        self, visible: torch.Tensor, hidden: torch.Tensor, classes: Int64s, centre: torch.Tensor
    ) -> _Statistics:
        member = _membership(classes, len(self.shares), self.device)
        index = torch.from_numpy(classes).to(self.device)
        away = hidden - self.offset[index]
        product = (visible - centre[index]).T @ away
        return _Statistics(product, member @ visible, member @ away, member.sum(1))

    def _follow(
        self, positive: _Statistics, n_rows: int, negative: _Statistics, index: int
    ) -> None:
        """Match covariances within classes, means of hidden units and pooled frequencies."""
        rate = self._rate(index)
        data, chains = self._by_body(positive), self._by_body(negative)
        hidden_gap = self.bodies.T @ (data - chains)
        members = negative.rows[:, None]
        frequency = negative.visible / members
        covariance = positive.product * (self.lost / n_rows) * self._alike(members, frequency)
        gradient = covariance - self._chain_covariance(negative)
        change = self.wiring.follow(gradient, rate, self.structure.even_out)
        site_gap = self.target - frequency
        variance = (self.target * (1 - self.target)).clamp(min=LEAST_VARIANCE)
        self.machine.weights = self.machine.weights + change
        self.machine.hidden = (
            self.machine.hidden + HIDDEN_STEP * rate * hidden_gap - self.centre @ change
        )
        site_rate = self.recipe.site_step * self._schedule(index)
        self.machine.visible = (
            self.machine.visible + site_rate * site_gap / variance - self.offset @ change.T
        )
        self.offset = self.offset + OFFSET_RATE * negative.hidden / members

    def _chain_covariance(self, statistics: _Statistics) -> torch.Tensor:
        """Return the covariance of visible and hidden units of the chains within classes.

        About the chains' own means: strongly linked sites flip together and seldom, so that
        the chains of a class are long on one side; this must not count as linkage.
        """
        rows = statistics.rows[:, None]
        drift = (statistics.visible - rows * self.target).T @ (statistics.hidden / rows)
        return (statistics.product - drift) / (len(self.classes) - len(rows))

    def _alike(self, members: torch.Tensor, frequency: torch.Tensor) -> torch.Tensor:
        """Return by how much sites vary more among the chains than in the data, a column.

        Chains have the pooled frequencies, and balanced draws: a variance of their own, which
        hidden units would else make up for by linking sites too little.
        """
        chance = frequency * (1 - frequency)
        spread = (members * chance).sum(0) / (len(self.classes) - len(members))
        return ((spread + LEAST_VARIANCE) / (self.variance + LEAST_VARIANCE))[:, None]

    def _by_body(self, statistics: _Statistics) -> torch.Tensor:
        """Return the mean of the centred hidden units of each body of classes."""
        rows = self.bodies @ statistics.rows
        return (self.bodies @ statistics.hidden) / rows.clamp(min=1)[:, None]

    def _average(self, index: int) -> None:
        """Average parameters over about the last ninth of the updates (Shamir and Zhang 2013)."""
        share = (AVERAGING + 1) / (index + AVERAGING + 1)
        now, mean = self.machine, self.average
        mean.weights = mean.weights + share * (now.weights - mean.weights)
        mean.visible = mean.visible + share * (now.visible - mean.visible)
        mean.hidden = mean.hidden + share * (now.hidden - mean.hidden)

    # -- batches and step size ------------------------------------------------------------

    def _batch(self, index: int) -> Int64s:
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

    def _adapt(self, index: int, change: Float64s) -> None:
        """Keep moves within the trust region: s.d. over chains of the change of log density.

        Within classes, whose normalising constants are free. The region shrinks with the
        schedule, or else the scale would undo it.
        """
        rows = np.maximum(np.bincount(self.classes), 1)
        means = np.bincount(self.classes, weights=change) / rows
        self.spread = float((change - means[self.classes]).std())
        factor = (self.recipe.trust * self._schedule(index) / (self.spread + 1e-12)) ** 0.5
        self.scale = min(1.0, self.scale * min(1.1, max(0.2, factor)))

    # -- held-out evidence, frames ----------------------------------------------------------

    def held_out(self) -> dict[str, float]:
        """Return likelihoods of held-out haplotypes, errors of the chains, and how they mix."""
        figures = self.evidence.figures(self.average, self.chains)
        return {**figures, "step_size": self.scale * self.recipe.step_size}

    def frame(self) -> UInt8s:
        """Return the alleles of the same 64 chains, spread over classes."""
        n = len(self.chains)
        rows = np.unique(np.linspace(0, n - 1, min(n, SHOWN_CHAINS)).astype(np.int64))
        return np.asarray(self.chains[torch.from_numpy(rows)].cpu().numpy().astype(np.uint8))

    # -- state ----------------------------------------------------------------------------

    def weights(self) -> Tensors:
        """Return the averaged parameters and the chains, ready to sample from."""
        return {
            **_tensors(self.average),
            "chains": self.chains.cpu().numpy().astype(np.uint8),
        }

    def load_weights(self, weights: Tensors) -> None:
        """Take over what `weights` returned."""
        self.average = self._machine(weights)
        self.chains = self._tensor(weights["chains"])

    def state(self) -> Tensors:
        """Return all that the next step depends on."""
        live = {f"live.{name}": tensor for name, tensor in _tensors(self.machine).items()}
        return {
            **self.weights(),
            **live,
            **self.wiring.state(),
            "offset": self.offset.cpu().numpy(),
            "energy": self.energy.cpu().numpy(),
            "step_scale": np.array([self.scale, self.spread]),
        }

    def load_state(self, state: Tensors) -> None:
        """Take over what `state` returned."""
        self.load_weights(state)
        self.machine = self._machine(state, "live.")
        self.wiring.load_state(state)
        self.offset = self._tensor(state["offset"])
        self.energy = torch.from_numpy(state["energy"].copy()).to(self.device)
        self.scale, self.spread = (float(x) for x in state["step_scale"])

    def _machine(self, tensors: Tensors, prefix: str = "") -> Machine:
        weights, visible, hidden = (
            self._tensor(tensors[prefix + name])
            for name in ("weights", "visible_bias", "hidden_bias")
        )
        return Machine(weights, visible, hidden, self.recipe.units)

    def _tensor(self, array: npt.NDArray[np.generic]) -> torch.Tensor:
        return torch.from_numpy(array.astype(np.float32)).to(self.device)


def _tensors(machine: Machine) -> Tensors:
    return {
        "weights": machine.weights.cpu().numpy(),
        "visible_bias": machine.visible.cpu().numpy(),
        "hidden_bias": machine.hidden.cpu().numpy(),
    }


def _membership(classes: Int64s, n_classes: int, device: str) -> torch.Tensor:
    """Return which row belongs to which class, ``float32`` of shape ``(n_classes, n_rows)``."""
    index = torch.from_numpy(classes)
    return torch.nn.functional.one_hot(index, n_classes).T.float().contiguous().to(device)


def _sum(parts: list[_Statistics]) -> _Statistics:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total
