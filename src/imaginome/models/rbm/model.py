"""Restricted Boltzmann machine, conditional on population, trained near equilibrium."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.errors import ModelError
from imaginome.kernels.threads import map_pieces, pieces, single_threaded_torch
from imaginome.models.base import Capability, Generator
from imaginome.models.rbm.evidence import Partition, class_log_likelihoods, log_partition
from imaginome.models.rbm.fit import Trainee
from imaginome.models.rbm.frequencies import proportional
from imaginome.models.rbm.gibbs import (
    PIECE,
    Bits,
    Kind,
    Machine,
    advance,
    draw_along,
    draw_balanced,
)
from imaginome.models.rbm.start import Recipe, TrainingData
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import mixed
from imaginome.randomness import child_generator
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan

UPDATES = 1200
FEWEST_UPDATES = 100
WORK = 1.5e13
"""Multiply-adds after which the automatic number of updates ends: minutes on two cores."""
MEASUREMENTS = 25
ANNEALED_CHAINS = 512
FEWEST_ANNEALED = 16
LAST_STEPS = 20
"""Gibbs steps of a drawn haplotype whose draws are balanced along the genome."""
TOGETHER = 4096
"""Haplotypes that are balanced together in these steps; part of the result."""


class RbmSettings(Settings):
    """Settings of `rbm`."""

    units: Kind = Field(
        "bernoulli",
        description="hidden units: bernoulli (0 or 1) or relu (truncated Gaussian, which needs a "
        "step_size of 0.2 or less)",
    )
    local: int = Field(
        512, ge=0, description="most hidden units that see linked neighbouring sites only"
    )
    shared: int = Field(
        16, ge=0, description="hidden units along the axes on which populations differ"
    )
    hidden: int = Field(
        0,
        ge=0,
        le=100_000,
        description="more hidden units, which see every site; they memorise most",
    )
    updates: int = Field(0, ge=0, description="parameter updates; 0: by size of the panel")
    gibbs: int = Field(3, ge=1, description="Gibbs steps of the chains before an update (steps)")
    chains: int = Field(1024, ge=16, description="persistent chains (chains)")
    batch: int = Field(1024, ge=1, description="train haplotypes an update looks at (haplotypes)")
    step_size: float = Field(2.0, gt=0, le=10, description="largest step along the gradient")
    site_step: float = Field(
        0.05, gt=0, le=1, description="step of site biases towards the pooled frequencies"
    )
    last_step: float = Field(
        0.02, gt=0, le=1, description="step size at the end, as a share of `step_size`"
    )
    hold: float = Field(
        0.4, ge=0, lt=1, description="share of updates before the step size begins to fall"
    )
    trust: float = Field(
        1.0,
        gt=0,
        description="trust region: standard deviation over chains of the change of log-density "
        "in an update, above which steps get shorter (natural log units)",
    )
    components: int = Field(
        128, ge=1, description="principal directions along which gradients are evened out"
    )
    damping: float = Field(
        5.0,
        gt=0,
        description="variance at which evening out sets in, in units of the mean variance of a "
        "site; large: plain gradient",
    )
    weight_decay: float = Field(
        0.002,
        ge=0,
        le=1,
        description="pull of shared and dense weights to zero, relative to the gradient",
    )
    annealing: int = Field(
        1000, ge=1, description="temperatures of the estimate of log Z after the fit (steps)"
    )
    sampling_steps: int = Field(
        100, ge=1, description="Gibbs steps from a stored chain to a drawn haplotype (steps)"
    )


class Rbm(Generator[RbmSettings]):
    """Restricted Boltzmann machine of haplotypes given their population and phenotype.

    Biases of sites belong to a class, pooled over related ones; weights are shared, and few:
    see `Wiring`. Persistent contrastive divergence with the centred gradient on many chains of
    fixed classes, whose draws are balanced; the best step is the one under which held-out
    people are most likely. Without labels, clusters along principal components are the classes.
    """

    id = "rbm"
    description = "restricted Boltzmann machine: sites linked through hidden units, by population"
    assumptions = (
        "haplotypes of a population are exchangeable; within it, dependence between distant sites "
        "lies along the axes on which populations differ (admixture), all else is between sites "
        "of one neighbourhood; populations share weights and differ in the biases of sites"
    )
    limitations = (
        "on dense panels neighbouring sites need many hidden units; linkage that differs between "
        "populations is averaged; no relatedness; the log-likelihood rests on an estimate of log Z"
    )
    citations = cite(
        yelmen2021="the restricted Boltzmann machine for human genomes",
        tieleman2008="persistent contrastive divergence",
        melchior2016="centred gradient with a moving average as hidden offset",
        decelle2021="chains must stay near equilibrium for the machine to generate well",
        mnih2011="biases of sites that depend on the class",
        nair2010="hidden units that are not binary; ours are truncated Gaussians, drawn exactly",
        gavish2017="frequencies of populations pooled along the axes that rise above chance",
        louis1984=(
            "frequencies of populations that differ as much as real "
            "ones, not those nearest on average"
        ),
        shamir2013="averaged parameters",
        amari1998=(
            "gradients divided by the covariance of the sites, as an approximate natural gradient"
        ),
        madow1944="Bernoulli draws that are balanced over chains",
        durbin2014="the order in which haplotypes are drawn, alike next to alike",
        neal2001="log Z, hence the log-likelihood, from annealed chains",
        besag1975="pseudo-likelihood of held-out haplotypes, by which the best step is chosen",
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"latent", "population", "phenotype"})
    Settings = RbmSettings

    _machine: Machine
    _chains: UInt8s
    _classes: Int64s
    _shares: Float64s
    _partition: Partition

    # -- capabilities ---------------------------------------------------------------------

    def estimated_log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return the estimated log-likelihood of each row, ``float64`` of shape ``(n_rows,)``.

        Natural logarithm, classes mixed in the proportions of train. It rests on estimates of
        log Z of each class by annealed importance sampling, made after the fit.
        """
        visible = self._visible(haplotypes)

        def work(rows: slice) -> Float64s:
            logs = class_log_likelihoods(self._machine, self._partition, visible[rows])
            return mixed(logs, self._shares)

        return np.concatenate(map_pieces(work, pieces(len(visible), PIECE), threads))

    def latent(self, haplotypes: Haplotypes) -> Float32s:
        """Return the expected states of the hidden units, ``float32``, ``(n_rows, hidden)``.

        They do not depend on the class: it moves the biases of sites only.
        """
        visible = self._visible(haplotypes)
        model = self._machine.of(np.zeros(1, dtype=np.int64))
        parts = [
            model.hidden_mean(model.hidden_input(visible[rows])).numpy()
            for rows in pieces(len(visible), PIECE)
        ]
        return np.concatenate(parts)

    # -- contract -------------------------------------------------------------------------

    def _fit(self, train_panel: Panel, validation: Panel, control: FitControl) -> None:
        # One thread in matrix factorisations: with several, last digits depend on their number.
        with threadpool_limits(1):
            self._learn(train_panel, validation, control)

    def _learn(self, train_panel: Panel, validation: Panel, control: FitControl) -> None:
        single_threaded_torch()
        recipe = recipe_for(self.settings, train_panel.n_sites)
        rng = control.rng("rbm", "clusters")
        data = TrainingData.of(train_panel, validation, self.frame, rng)
        trainee = Trainee(recipe, control, data, control.torch_device())
        plan = TrainingPlan(
            recipe.updates,
            max(1, recipe.updates // MEASUREMENTS),
            objective="log_likelihood",
            toward="higher",
        )
        self.history = train("rbm", trainee, plan, control)
        n_classes = len(data.classes.shares)
        partition = log_partition(
            trainee.average,
            trainee.evidence.logits,
            lambda piece: control.rng("rbm", "annealing", piece),
            temperatures=self.settings.annealing,
            runs=max(FEWEST_ANNEALED, ANNEALED_CHAINS // n_classes),
            threads=control.threads,
        )
        control.progress.note(
            f"rbm: log Z of {n_classes} classes, {partition.effective:.0%} of annealed chains "
            "effective"
        )
        self._load_tensors(
            {
                **trainee.weights(),
                "classes": trainee.classes,
                "shares": data.classes.shares,
                "log_partition": partition.log,
            }
        )

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        single_threaded_torch()
        if classes is None:
            classes = np.repeat(proportional(self._shares, n // 2), 2)
        rng = child_generator(seed, "rbm", "start")
        start = self._chains[_chains_of(classes, self._classes, rng)]
        chains = torch.from_numpy(start).float()
        last = min(LAST_STEPS, self.settings.sampling_steps)

        def go_on(steps: int, phase: str, bits: Bits, piece: int) -> None:
            def stream(number: int) -> np.random.Generator:
                return child_generator(seed, "rbm", phase, number)

            advance(self._machine, chains, classes, steps, stream, threads, bits, piece)

        go_on(self.settings.sampling_steps - last, "draw", draw_balanced, PIECE)
        go_on(last, "last", draw_along, TOGETHER)
        return np.asarray(chains.numpy().astype(np.uint8))

    def _tensors(self) -> Tensors:
        return {
            "weights": self._machine.weights.numpy(),
            "visible_bias": self._machine.visible.numpy(),
            "hidden_bias": self._machine.hidden.numpy(),
            "chains": self._chains,
            "classes": self._classes,
            "shares": self._shares,
            "log_partition": self._partition.log,
        }

    def _load_tensors(self, tensors: Tensors) -> None:
        weights, visible, hidden = (
            torch.from_numpy(np.array(tensors[name], dtype=np.float32))
            for name in ("weights", "visible_bias", "hidden_bias")
        )
        self._machine = Machine(weights, visible, hidden, self.settings.units)
        self._chains = np.array(tensors["chains"], dtype=np.uint8)
        self._classes = np.array(tensors["classes"], dtype=np.int64)
        self._shares = np.array(tensors["shares"], dtype=np.float64)
        self._partition = Partition(np.array(tensors["log_partition"], dtype=np.float64), 0.0)

    def _visible(self, haplotypes: Haplotypes) -> torch.Tensor:
        if haplotypes.ndim != 2 or haplotypes.shape[1] != len(self.sites):
            raise ModelError(
                f"haplotypes of shape {haplotypes.shape} do not fit a model of "
                f"{len(self.sites)} sites",
                "give the sites that the model was fitted to",
            )
        single_threaded_torch()
        return torch.from_numpy(haplotypes.astype(np.float32))


def _chains_of(classes: Int64s, stored: Int64s, rng: np.random.Generator) -> Int64s:
    """Return a stored chain of its class for each row, each used about equally often."""
    chosen = np.empty(len(classes), dtype=np.int64)
    for kind in np.unique(classes):
        rows, own = np.flatnonzero(classes == kind), np.flatnonzero(stored == kind)
        rounds = [rng.permutation(own) for _ in range(-(-len(rows) // len(own)))]
        chosen[rows] = np.concatenate(rounds)[: len(rows)]
    return chosen


def recipe_for(settings: RbmSettings, n_sites: int) -> Recipe:
    """Return the settings with the number of updates made to fit the panel."""
    hidden = settings.local + settings.shared + settings.hidden
    # A Gibbs step is two matrix products; gradients and data cost about three more.
    cost = (2 * settings.gibbs * settings.chains + 3 * settings.batch) * n_sites * max(hidden, 1)
    chosen = settings.model_dump(exclude={"updates", "annealing", "sampling_steps"})
    updates = settings.updates or max(min(UPDATES, int(WORK / cost)), FEWEST_UPDATES)
    return Recipe(updates=updates, **chosen)


ITEM = Rbm
