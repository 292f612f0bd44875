"""A generative adversarial network: a generator shapes noise until a critic is at a loss."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field

from imaginome.arrays import Float64s, Int64s
from imaginome.citations import cite
from imaginome.errors import ModelError
from imaginome.kernels.threads import single_threaded_torch
from imaginome.models.base import Capability, Generator
from imaginome.models.gan.draw import BLOCK, draw_bernoulli, draw_thresholded
from imaginome.models.gan.evidence import OBJECTIVE
from imaginome.models.gan.fit import CRITIC, Recipe, Trainee
from imaginome.models.gan.paper import EPOCHS, LATENT, PaperRecipe, PaperTrainee
from imaginome.models.gan.start import MOST_LINKED_SITES
from imaginome.models.shared.networks import (
    BernoulliGenerator,
    Critic,
    DenseGenerator,
    from_tensors,
    to_tensors,
)
from imaginome.models.shared.people import People
from imaginome.panel import Haplotypes, Panel
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan

LEAST_PEOPLE = 8
DEFAULT_STEPS = 600
STEPS_OF_MANY_SITES = 1_500
DEFAULT_MEASURE_EVERY = 100
DEFAULT_PATIENCE = 8
PAPER_EPOCHS_PER_MEASUREMENT = 25
PAPER_EPOCHS_OF_PATIENCE = 2_000


class GanSettings(Settings):
    """Settings of `Gan`. The preset ``yelmen2021`` uses only the first four."""

    preset: Literal["default", "yelmen2021"] = Field(
        "default",
        description="default: trained against collapse; yelmen2021: the paper's network and "
        "optimiser, which needs hours",
    )
    steps: int | None = Field(
        None,
        ge=1,
        description="Most updates of the generator; none: the preset's (default: 600, "
        "beyond 2,000 sites 1,500; yelmen2021: 20,000 epochs)",
    )
    measure_every: int | None = Field(
        None, ge=1, description="Updates between held-out measurements; none: the preset's"
    )
    patience: int | None = Field(
        None,
        ge=0,
        description="Measurements without improvement before stopping, 0: never; none: the "
        "preset's",
    )
    latent: int = Field(128, ge=1, description="Noise variables of the generator")
    assort: bool = Field(
        True,
        description="deal the contigs of a person anew to the two haplotypes in every batch: the "
        "phase between contigs means nothing where it was inferred, and nobody is learnt by heart",
    )
    clusters: int = Field(
        12,
        ge=1,
        description="Classes of the discrete latent variable, started at clusters of "
        "haplotypes; at most one for each 20 train haplotypes",
    )
    hidden: int = Field(256, ge=1, description="Units in each hidden layer of the generator")
    critic_hidden: int = Field(256, ge=1, description="Units in each hidden layer of the critic")
    components: int = Field(
        32, ge=1, description="Principal components that the critic sees beside the alleles"
    )
    batch: int = Field(128, ge=4, description="Haplotypes in a batch, rounded up to pieces of 64")
    learning_rate: float = Field(1e-3, gt=0, description="First step size of both optimisers")
    last_rate: float = Field(
        0.1, gt=0, le=1, description="Step size at the last step as a share of the first"
    )
    penalty: float = Field(
        20.0,
        ge=0,
        description="Weight of the squared gradient of the critic at real and artificial rows",
    )
    penalty_every: int = Field(4, ge=1, description="Steps between two gradient penalties")
    moments: float = Field(
        0.3,
        ge=0,
        description="Weight of the distance of means, linkage and structure in the generator's "
        "loss; 0: adversarial only",
    )
    average: float = Field(
        0.998,
        ge=0,
        lt=1,
        description="Share that the running average of the generator keeps at each step",
    )
    keep_critic: bool = Field(
        False,
        description="save the critic with the model, for attacks to ask it and for research: who "
        "has it can tell train people better (not with yelmen2021)",
    )


class Gan(Generator[GanSettings]):
    """A generator network trained against a critic.

    The default draws a haplotype in two steps: labels, a cluster that depends on them and noise
    ``z ~ N(0, I)`` give a logit for each site, then alleles are independent Bernoulli variables.
    What two sites share, they share through labels, cluster and z. The start is a mixture of
    clusters of train haplotypes along their principal components, shifted by labels, and the
    linear path of z starts at factors of the linkage left within them; the game then moves all
    weights.
    """

    id = "gan"
    description = "generative adversarial network; preset=yelmen2021 is the published one"
    assumptions = (
        "Haplotypes are exchangeable draws given their labels; linkage and structure fit into the "
        "latent variables; populations of one superpopulation are alike; which of a person's "
        "chromosomes stand in one row means nothing (assort=false where it does, as in phase by "
        "descent)."
    )
    limitations = (
        "No likelihood; learns from few people worse than simpler models do; linkage among many "
        "dense sites is smoothed; frequencies learnt from people are a little nearer to them than "
        "to others, which the audit measures as privacy loss; within a continent populations "
        "differ less than real ones do. The preset yelmen2021 knows no labels, needs hours and "
        "tends to collapse."
    )
    citations = cite(
        yelmen2021="generating genomes by an adversarial pair; the preset yelmen2021",
        goodfellow2014="the adversarial game",
        huang2024=(
            "relativistic pairing loss with penalties on the gradient at real and artificial rows"
        ),
        salimans2016="feature matching and features of the whole batch",
        li2015="matching of moments beside the adversarial loss",
        maddison2017="gradients through drawn alleles",
        miyato2018="how the critic is told population and phenotype",
        gelman2008=(
            "regression with a Cauchy prior, for what clusters and labels add to allele frequencies"
        ),
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"critic", "population", "phenotype"})
    Settings = GanSettings

    _network: BernoulliGenerator | DenseGenerator
    _critic: Critic | None = None

    @property
    def abilities(self) -> frozenset[Capability]:
        """The paper's networks know no labels; a label would be a claim without ground."""
        if self.settings.preset == "yelmen2021":
            return frozenset()
        return self.capabilities if self.settings.keep_critic else self.capabilities - {"critic"}

    def _fit(self, train_panel: Panel, validation: Panel, control: FitControl) -> None:
        if train_panel.n_individuals < LEAST_PEOPLE:
            raise ModelError(
                f"a GAN cannot learn from {train_panel.n_individuals} individuals",
                f"give at least {LEAST_PEOPLE}, or use --model independent",
            )
        single_threaded_torch()
        rows, held_out = train_panel.haplotypes, validation.haplotypes
        device = control.torch_device()
        if self.settings.preset == "yelmen2021":
            paper = PaperTrainee(control, rows, held_out, device)
            self.history = train("gan", paper, self._plan(len(rows)), control)
            self._network = paper.generator.cpu()
        else:
            plan = self._plan(len(rows))
            people = People.of(train_panel, self.frame, assort=self.settings.assort)
            trainee = Trainee(self._recipe(plan.steps), control, people, held_out, device)
            self.history = train("gan", trainee, plan, control)
            self._network = trainee.average.cpu()
            self._critic = trainee.critic.cpu() if self.settings.keep_critic else None

    def _plan(self, n_rows: int) -> TrainingPlan:
        """Return how long to train: the settings, or else the preset's own."""
        if self.settings.preset == "yelmen2021":
            batches = PaperRecipe.of(n_rows).batches
            steps, every = EPOCHS * batches, PAPER_EPOCHS_PER_MEASUREMENT * batches
            patience = PAPER_EPOCHS_OF_PATIENCE // PAPER_EPOCHS_PER_MEASUREMENT
        else:
            # Linkage that the start does not have has to be learnt.
            few = len(self.sites) <= MOST_LINKED_SITES
            steps = DEFAULT_STEPS if few else STEPS_OF_MANY_SITES
            every, patience = DEFAULT_MEASURE_EVERY, DEFAULT_PATIENCE
        chosen = self.settings
        steps = steps if chosen.steps is None else chosen.steps
        every = every if chosen.measure_every is None else chosen.measure_every
        patience = patience if chosen.patience is None else chosen.patience
        return TrainingPlan(steps, min(every, steps), OBJECTIVE, "lower", patience)

    def _recipe(self, steps: int) -> Recipe:
        unused = {"preset", "steps", "measure_every", "patience", "assort"}
        return Recipe(steps=steps, **self.settings.model_dump(exclude=unused))

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        single_threaded_torch()
        network = self._network
        if isinstance(network, BernoulliGenerator):
            return draw_bernoulli(network, n, seed, threads, classes)
        return draw_thresholded(network, n, seed, threads)

    def critic(self, haplotypes: Haplotypes) -> Float64s:
        """See `Generator.critic`; of all labels, those with which a haplotype looks most real."""
        if self._critic is None:
            return super().critic(haplotypes)
        single_threaded_torch()
        blocks = [
            self._critic.most_real(torch.from_numpy(haplotypes[start : start + BLOCK]).float())
            for start in range(0, len(haplotypes), BLOCK)
        ]
        return torch.cat(blocks).numpy().astype(np.float64)

    def _tensors(self) -> Tensors:
        critic = {} if self._critic is None else to_tensors(self._critic, CRITIC)
        return {**to_tensors(self._network), **critic}

    def _load_tensors(self, tensors: Tensors) -> None:
        n_sites = len(self.sites)
        if self.settings.preset == "yelmen2021":
            self._network = DenseGenerator(LATENT, n_sites)
        else:
            shares, design = (
                torch.from_numpy(np.array(tensors[name])) for name in ("shares", "design")
            )
            self._network = BernoulliGenerator(
                self.settings.latent, shares, design, self.settings.hidden, n_sites
            )
        from_tensors(self._network, tensors)
        kept = any(name.startswith(CRITIC) for name in tensors)
        self._critic = Critic.of_tensors(tensors, CRITIC) if kept else None


ITEM = Gan
