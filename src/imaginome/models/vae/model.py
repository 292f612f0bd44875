"""The variational auto-encoder as a model: haplotypes from codes of a few numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from pydantic import Field

from imaginome.arrays import Float32s, Float64s, Int64s
from imaginome.citations import cite
from imaginome.errors import ModelError
from imaginome.kernels.threads import map_pieces, pieces, single_threaded_torch
from imaginome.models.base import Capability, Generator
from imaginome.models.shared.networks import from_tensors, to_tensors
from imaginome.models.shared.people import People
from imaginome.models.vae.fit import OBJECTIVE, Recipe, Trainee
from imaginome.models.vae.network import Network, bounds, draw
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import class_shares
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan

if TYPE_CHECKING:  # `private` needs opacus, which is optional
    from imaginome.models.vae.private import PrivateRecipe


# -- Settings, without and with a guarantee --------------------------------------------------------


OPEN = {"steps": 3_000, "latent": 16, "hidden": 64, "learning_rate": 2e-3}
PRIVATE = {"steps": 200, "latent": 4, "hidden": 4, "learning_rate": 1e-2}
"""What empty settings mean. Those with a guarantee are fixed for panels of any size."""


class VaeSettings(Settings):
    """Settings of `Vae`."""

    steps: int | None = Field(
        None, ge=1, description="Most updates; none: 3,000, with a guarantee 200 (exactly)"
    )
    measure_every: int = Field(
        100, ge=1, description="Updates between held-out measurements; none with a guarantee"
    )
    patience: int = Field(
        6, ge=0, description="Measurements without improvement before stopping, 0: never"
    )
    latent: int | None = Field(
        None, ge=1, description="Numbers in a code; none: 16, with a guarantee 4"
    )
    hidden: int | None = Field(
        None,
        ge=1,
        description="Units in each of the two hidden layers of encoder and decoder; none: 64, "
        "with a guarantee 4",
    )
    components: int = Field(
        16,
        ge=1,
        description="Normal distributions that the prior of each class mixes; with a guarantee 1",
    )
    batch: int = Field(128, ge=1, description="Haplotypes in a batch, without a guarantee")
    learning_rate: float | None = Field(
        None,
        gt=0,
        description="First step size; it falls to zero; none: 0.002, with a guarantee 0.01",
    )
    weight_decay: float = Field(
        0.02,
        ge=0,
        description="Share of the weights of sites that a unit of step size takes away, without "
        "a guarantee",
    )
    hide: float = Field(
        0.6,
        ge=0,
        lt=1,
        description="Share of alleles that the encoder has to do without, without a guarantee",
    )
    average: float = Field(
        0.99,
        ge=0,
        lt=1,
        description="Share that the running average of the network keeps at each step, without a "
        "guarantee",
    )
    assort: bool = Field(
        True,
        description="deal the contigs of a person anew to the two haplotypes in every batch: the "
        "phase between contigs means nothing where it was inferred; not with a guarantee",
    )
    rate: float | None = Field(
        None,
        gt=0,
        le=1,
        description="With a guarantee: chance of each individual or family to be in a step; "
        "none: 2,000 in a step, at most one half",
    )
    bound: float = Field(
        1.0,
        gt=0,
        description="With a guarantee: longest gradient of an individual or family (nats)",
    )
    share: float = Field(
        0.2,
        gt=0,
        lt=1,
        description="With a guarantee: share of the budget left after label counts that goes to "
        "gradients; frequencies get the rest",
    )
    dreams: int = Field(
        10,
        ge=1,
        description="With a guarantee: updates of the encoder, on drawn haplotypes, in a step",
    )


# -- The model -------------------------------------------------------------------------------------


LEAST_PEOPLE = 8
PIECE = 250
MOST_RATE = 0.5
PEOPLE_A_STEP = 2_000.0


class Vae(Generator[VaeSettings]):
    """A variational auto-encoder.

    A haplotype has a code of a few numbers, drawn from a mixture of normal distributions that
    depends on population and phenotype; code and labels give a logit for each site, and alleles
    are independent Bernoulli variables of these. An encoder guesses the code of a haplotype:
    both are trained to raise the evidence lower bound.
    """

    id = "vae"
    description = "variational auto-encoder; with a guarantee it is trained by noisy gradients"
    assumptions = (
        "Haplotypes are exchangeable draws given their labels; what sites share fits into a code "
        "of a few numbers, given which they are independent; which of a person's chromosomes "
        "stand in one row means nothing (assort=false where it does)."
    )
    limitations = (
        "No exact likelihood; linkage among many dense sites is smoothed, since a code has fewer "
        "numbers than a genome has haplotype blocks; the two haplotypes of a person are drawn "
        "apart. With a guarantee, little beyond the frequencies of continents is learnt from "
        "a thousand people."
    )
    citations = cite(
        kingma2014="the model, its bound and how to climb it",
        yelmen2023="a variational auto-encoder of genomes",
        jiang2017="a prior that mixes normal distributions, learnt with the network",
        burda2016="the bound that stands for the likelihood",
        hinton1995="an encoder that learns from what the decoder dreams: it costs no privacy",
        abadi2016="gradients of single people, clipped, summed and drowned in noise",
        li2022="lengths of gradients that are never held one by one (ghost clipping)",
        mironov2019="what many steps on random parts of the people add up to",
        yousefpour2021="the lengths of gradients, and the accountant",
        holohan2021="noise whose floating-point digits tell nothing",
        bun2016="adds up what the noisy frequencies of a private fit spend",
        canonne2020="gives the noise of these frequencies",
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {"latent", "population", "phenotype", "private"}
    )
    Settings = VaeSettings

    _network: Network
    _known: Float32s
    _centre: Float32s

    def _fit(self, train_panel: Panel, validation: Panel, control: FitControl) -> None:
        single_threaded_torch()
        if control.budget is not None:
            fit_privately = _private_training()
            recipe = self._private_recipe(control.budget.people)
            fitted = fit_privately(recipe, train_panel, self.frame, control.budget, control)
            self._network, self._known, self._centre = fitted
            return
        if train_panel.n_individuals < LEAST_PEOPLE:
            raise ModelError(
                f"an auto-encoder cannot learn from {train_panel.n_individuals} individuals",
                f"give at least {LEAST_PEOPLE}, or use --model independent",
            )
        people, others = (
            People.of(panel, self.frame, assort=self.settings.assort)
            for panel in (train_panel, validation)
        )
        device = control.torch_device()
        trainee = Trainee(self._recipe(), control, people, others, device)
        self.history = train("vae", trainee, self._plan(), control)
        self._network = trainee.average.cpu().eval()
        self._known, self._centre = trainee.known, trainee.centre

    def _recipe(self) -> Recipe:
        return Recipe(**self._chosen(Recipe, OPEN))

    def _private_recipe(self, people: float) -> PrivateRecipe:
        """Return the recipe for about so many people, counted with noise."""
        from imaginome.models.vae.private import PrivateRecipe

        rate = min(MOST_RATE, PEOPLE_A_STEP / people)
        return PrivateRecipe(**self._chosen(PrivateRecipe, {**PRIVATE, "rate": rate}))

    def _chosen(self, kind: type[Any], defaults: dict[str, float]) -> dict[str, Any]:
        """Return the settings of a recipe; empty ones take the default of its way of training."""
        values = self.settings.model_dump(include=set(kind.__dataclass_fields__))
        return {name: defaults[name] if v is None else v for name, v in values.items()}

    def _plan(self) -> TrainingPlan:
        chosen, steps = self.settings, self._recipe().steps
        every = min(chosen.measure_every, steps)
        return TrainingPlan(steps, every, OBJECTIVE, "lower", chosen.patience)

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        single_threaded_torch()
        return draw(self._network.decoder, self._known, n, seed, classes, threads)

    def latent(self, haplotypes: Haplotypes) -> Float32s:
        """Return the mean of the code of each row, ``float32`` of shape ``(n_rows, latent)``."""
        single_threaded_torch()
        centre = torch.from_numpy(self._centre)

        @torch.no_grad()
        def piece(rows: slice) -> Float32s:
            alleles = torch.from_numpy(haplotypes[rows]).float()
            return np.asarray(self._network.encoder(alleles, centre)[0].numpy())

        return np.concatenate(map_pieces(piece, pieces(len(haplotypes), PIECE), 1))

    def estimated_log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return a lower bound of ln P of each row, a mixture over populations; see `bounds`."""
        single_threaded_torch()
        shares = class_shares(self.frame)
        return bounds(self._network, self._known, shares, self._centre, haplotypes, threads)

    def _tensors(self) -> Tensors:
        weights = to_tensors(self._network, "network.")
        return {**weights, "known": self._known, "centre": self._centre}

    def _load_tensors(self, tensors: Tensors) -> None:
        self._known = np.array(tensors["known"])
        self._centre = np.array(tensors["centre"])
        hidden, n_sites = tensors["network.encoder.reading.weight"].shape
        latent = tensors["network.decoder.opening.weight"].shape[1]
        outputs, features = tensors["network.decoder.prior.weight"].shape
        network = Network(n_sites, features, latent, hidden, outputs // (1 + 2 * latent))
        from_tensors(network, tensors, "network.")
        self._network = network.eval()


def _private_training() -> Callable[..., Any]:
    """Return what trains with a guarantee; it needs a package that is not always there.

    Raises
    ------
    ModelError
        Says how to get it.
    """
    try:
        from imaginome.models.vae.private import fit_privately
    except ImportError as error:
        raise ModelError(
            f"vae cannot be fitted privately here ({error})", "pip install 'imaginome[private]'"
        ) from None
    return fit_privately


ITEM = Vae
