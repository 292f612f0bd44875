"""Bernoulli restricted Boltzmann machine, trained near equilibrium."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field

from imaginome.citations import YELMEN_2021, Citation
from imaginome.errors import ModelError
from imaginome.models._rbm_gibbs import PIECE, Parameters, advance
from imaginome.models._rbm_likelihood import log_partition
from imaginome.models._rbm_trainee import Recipe, Trainee
from imaginome.models.base import Capability, Generator, Tensors
from imaginome.panel import Haplotypes, Panel
from imaginome.parallel import map_pieces, pieces, single_threaded_torch
from imaginome.randomness import child_generator
from imaginome.settings import Settings
from imaginome.training.control import FitControl
from imaginome.training.loop import TrainingPlan, train

TIELEMAN_2008 = Citation(
    "tieleman2008",
    "Tieleman, Tijmen",
    "Training restricted Boltzmann machines using approximations to the likelihood gradient",
    "Proceedings of the 25th International Conference on Machine Learning",
    2008,
    "10.1145/1390156.1390290",
    "persistent contrastive divergence",
)
MELCHIOR_2016 = Citation(
    "melchior2016",
    "Melchior, Jan and Fischer, Asja and Wiskott, Laurenz",
    "How to center deep Boltzmann machines",
    "Journal of Machine Learning Research",
    2016,
    "",
    "centred gradient with a moving average as hidden offset",
)
DECELLE_2021 = Citation(
    "decelle2021",
    "Decelle, Aurélien and Furtlehner, Cyril and Seoane, Beatriz",
    "Equilibrium and non-equilibrium regimes in the learning of restricted Boltzmann machines",
    "Advances in Neural Information Processing Systems",
    2021,
    "",
    "chains must stay near equilibrium for the machine to generate well",
)
AMARI_1998 = Citation(
    "amari1998",
    "Amari, Shun-ichi",
    "Natural gradient works efficiently in learning",
    "Neural Computation",
    1998,
    "10.1162/089976698300017746",
    "gradients divided by the covariance of the sites, as an approximate natural gradient",
)
MADOW_1944 = Citation(
    "madow1944",
    "Madow, William G. and Madow, Lillian H.",
    "On the theory of systematic sampling, I",
    "The Annals of Mathematical Statistics",
    1944,
    "10.1214/aoms/1177731312",
    "Bernoulli draws that are balanced over chains",
)
NEAL_2001 = Citation(
    "neal2001",
    "Neal, Radford M.",
    "Annealed importance sampling",
    "Statistics and Computing",
    2001,
    "10.1023/A:1008923215028",
    "log Z, hence the log-likelihood, from annealed chains",
)

BESAG_1975 = Citation(
    "besag1975",
    "Besag, Julian",
    "Statistical analysis of non-lattice data",
    "The Statistician",
    1975,
    "10.2307/2987782",
    "pseudo-likelihood of held-out haplotypes, by which the best step is chosen",
)

SITES_PER_HIDDEN = 3
UPDATES_PER_SITE = 15
MOST_HIDDEN, FEWEST_HIDDEN = 512, 16
MOST_UPDATES, FEWEST_UPDATES = 3_200, 1_000
WORK = 4.0e13
"""Multiply-adds after which the automatic number of updates ends: minutes on two cores."""
MEASUREMENTS = 50
ANNEALED_CHAINS = 512


class RbmSettings(Settings):
    """Settings of `rbm`; 0 stands for a number that follows the size of the panel."""

    hidden: int = Field(0, ge=0, le=100_000, description="hidden units; 0: by number of sites")
    updates: int = Field(0, ge=0, description="parameter updates; 0: by number of sites (updates)")
    gibbs: int = Field(5, ge=1, description="Gibbs steps of the chains before an update (steps)")
    chains: int = Field(1024, ge=16, description="persistent chains (chains)")
    batch: int = Field(512, ge=1, description="train haplotypes an update looks at (haplotypes)")
    step_size: float = Field(0.3, gt=0, le=1, description="largest step along the gradient")
    last_step: float = Field(
        0.02, gt=0, le=1, description="step size at the end, as a share of `step_size`"
    )
    hold: float = Field(
        0.5, ge=0, lt=1, description="share of updates before the step size begins to fall"
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
        0.03,
        ge=0,
        le=1,
        description="pull of weights to zero, relative to the gradient; keeps noise out of them",
    )
    annealing: int = Field(
        1000, ge=1, description="temperatures of the estimate of log Z after the fit (steps)"
    )
    sampling_steps: int = Field(
        300, ge=1, description="Gibbs steps from a stored chain to a drawn haplotype (steps)"
    )


class Rbm(Generator[RbmSettings]):
    """Restricted Boltzmann machine with binary hidden units.

    Persistent contrastive divergence with the centred gradient, divided by the covariance of
    the sites (`Structure`), on many chains whose Bernoulli draws are balanced (`draw_balanced`).
    The best step is chosen by the pseudo-likelihood of held-out people.
    """

    id = "rbm"
    description = "restricted Boltzmann machine: sites linked through binary hidden units"
    assumptions = (
        "haplotypes are exchangeable; dependence between sites, near or far, passes through the "
        "hidden units; order and distance of sites are not used"
    )
    limitations = (
        "time and memory grow with sites times hidden units; on dense panels neighbouring sites "
        "need many hidden units; the log-likelihood rests on an estimate of log Z; populations "
        "are not labelled"
    )
    citations = (
        YELMEN_2021.because("the restricted Boltzmann machine for human genomes"),
        TIELEMAN_2008,
        MELCHIOR_2016,
        DECELLE_2021,
        AMARI_1998,
        MADOW_1944,
        NEAL_2001,
        BESAG_1975,
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset({"latent"})
    Settings = RbmSettings

    _model: Parameters
    _chains: npt.NDArray[np.uint8]
    _log_partition: float

    # -- capabilities ---------------------------------------------------------------------

    def estimated_log_likelihood(
        self, haplotypes: Haplotypes, *, threads: int = 1
    ) -> npt.NDArray[np.float64]:
        """Return the estimated log-likelihood of each row, ``float64`` of shape ``(n_rows,)``.

        Natural logarithm. Differences between rows are exact; log Z, common to all, is the
        estimate by annealed importance sampling made after the fit.
        """
        visible = self._visible(haplotypes)

        def work(rows: slice) -> npt.NDArray[np.float64]:
            part = visible[rows]
            energy = self._model.free_energy(part, self._model.hidden_input(part))
            return np.asarray(-energy.numpy() - self._log_partition)

        return np.concatenate(map_pieces(work, pieces(len(visible), PIECE), threads))

    def latent(self, haplotypes: Haplotypes) -> npt.NDArray[np.float32]:
        """Return the chance of each hidden unit to be on, ``float32``, ``(n_rows, hidden)``."""
        visible = self._visible(haplotypes)
        parts = [
            self._model.hidden_input(visible[rows]).sigmoid_().numpy()
            for rows in pieces(len(visible), PIECE)
        ]
        return np.concatenate(parts)

    # -- contract -------------------------------------------------------------------------

    def _fit(self, train_panel: Panel, validation: Panel, control: FitControl) -> None:
        recipe = recipe_for(self.settings, train_panel.n_sites)
        device = control.torch_device()
        trainee = Trainee(recipe, control, train_panel.haplotypes, validation.haplotypes, device)
        plan = TrainingPlan(
            recipe.updates,
            max(1, recipe.updates // MEASUREMENTS),
            objective="pseudo_log_likelihood",
            toward="higher",
        )
        self.history = train("rbm", trainee, plan, control)
        estimate, effective = log_partition(
            trainee.model,
            trainee.model.visible,
            lambda piece: control.rng("rbm", "annealing", piece),
            temperatures=self.settings.annealing,
            runs=ANNEALED_CHAINS,
            threads=control.threads,
        )
        control.progress.note(
            f"rbm: log Z {estimate:.2f}, {effective:.0f} effective of {ANNEALED_CHAINS} chains"
        )
        self._load_tensors({**trainee.weights(), "log_partition": np.array([estimate])})

    def _draw(
        self, n: int, seed: int, classes: npt.NDArray[np.int64] | None, threads: int
    ) -> Haplotypes:
        single_threaded_torch()
        rng = child_generator(seed, "rbm", "start")
        orders = [rng.permutation(len(self._chains)) for _ in range(-(-n // len(self._chains)))]
        chains = torch.from_numpy(self._chains[np.concatenate(orders)[:n]]).float()
        advance(
            self._model,
            chains,
            self.settings.sampling_steps,
            lambda piece: child_generator(seed, "rbm", "draw", piece),
            threads,
        )
        return np.asarray(chains.numpy().astype(np.uint8))

    def _tensors(self) -> Tensors:
        return {
            "weights": self._model.weights.numpy(),
            "visible_bias": self._model.visible.numpy(),
            "hidden_bias": self._model.hidden.numpy(),
            "chains": self._chains,
            "log_partition": np.array([self._log_partition]),
        }

    def _load_tensors(self, tensors: Tensors) -> None:
        weights, visible, hidden = (
            torch.from_numpy(np.array(tensors[name], dtype=np.float32))
            for name in ("weights", "visible_bias", "hidden_bias")
        )
        self._model = Parameters(weights, visible, hidden)
        self._chains = np.array(tensors["chains"], dtype=np.uint8)
        self._log_partition = float(tensors["log_partition"][0])

    def _visible(self, haplotypes: Haplotypes) -> torch.Tensor:
        if haplotypes.ndim != 2 or haplotypes.shape[1] != len(self.sites):
            raise ModelError(
                f"haplotypes of shape {haplotypes.shape} do not fit a model of "
                f"{len(self.sites)} sites",
                "give the sites that the model was fitted to",
            )
        single_threaded_torch()
        return torch.from_numpy(haplotypes.astype(np.float32))


def recipe_for(settings: RbmSettings, n_sites: int) -> Recipe:
    """Return the settings with every 0 replaced by a number that fits the panel."""
    hidden = settings.hidden or min(max(n_sites // SITES_PER_HIDDEN, FEWEST_HIDDEN), MOST_HIDDEN)
    # A Gibbs step is two matrix products; gradients and data cost about three more.
    cost = (2 * settings.gibbs * settings.chains + 3 * settings.batch) * n_sites * hidden
    wanted = min(UPDATES_PER_SITE * n_sites, MOST_UPDATES, int(WORK / cost))
    return Recipe(
        hidden=hidden,
        updates=settings.updates or max(wanted, FEWEST_UPDATES),
        gibbs=settings.gibbs,
        chains=settings.chains,
        batch=settings.batch,
        step_size=settings.step_size,
        last_step=settings.last_step,
        hold=settings.hold,
        weight_decay=settings.weight_decay,
        trust=settings.trust,
        components=settings.components,
        damping=settings.damping,
    )


ITEM = Rbm
