"""Chain of haplotype clusters: expectation-maximisation, memoryless or full transitions."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from imaginome.arrays import Float32s, Float64s, Int64s, UInt8s
from imaginome.citations import cite
from imaginome.models.base import Capability, Generator
from imaginome.models.hmm.complete import complete
from imaginome.models.hmm.draw import draw
from imaginome.models.hmm.em import Observed, Priors, class_occupancies, log_likelihoods
from imaginome.models.hmm.fit import ChainTrainee, calibrated, sharpened, shrunk_shares
from imaginome.models.hmm.parameters import Full, Memoryless, Parameters, from_tensors
from imaginome.models.hmm.tags import no_tags
from imaginome.models.shared.completion import Completion
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.frame import class_groups, class_shares, haplotype_classes, mixed
from imaginome.results.emergence import ROWS
from imaginome.settings import Settings
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan

# -- Settings --------------------------------------------------------------------------------------


class HmmSettings(Settings):
    """Settings of `hmm`."""

    clusters: int = Field(
        48,
        ge=2,
        le=1024,
        description="most haplotype clusters (states); a small panel gets one for each four "
        "train haplotypes",
    )
    transitions: Literal["memoryless", "full"] = Field(
        "full",
        description="'memoryless': a jump forgets the cluster it leaves; 'full': a transition "
        "matrix between clusters at every site, started from the memoryless solution",
    )
    rounds: int = Field(7, ge=1, description="rounds of EM with memoryless transitions (rounds)")
    full_rounds: int = Field(
        6, ge=0, description="most rounds of EM with full transitions (rounds)"
    )
    patience: int = Field(
        2, ge=0, description="rounds without held-out gain after which EM stops; 0: never (rounds)"
    )
    final_round: bool = Field(
        True,
        description="after the stopping round is chosen, do one more round on train and "
        "validation people together, so that variants seen only in the latter are kept (yes or no)",
    )
    by_population: bool = Field(
        True, description="let populations, where labelled, weight clusters (yes or no)"
    )
    emission_prior: float = Field(
        0.1,
        gt=0,
        description="pseudo-haplotypes of the overall allele frequency in each cluster and site "
        "(haplotypes)",
    )
    tags: int = Field(
        3,
        ge=0,
        le=6,
        description="most tags of a site: earlier sites on whose alleles its own depends within "
        "a cluster; full transitions only; 0: alleles depend on the cluster alone (sites)",
    )
    tag_window: int = Field(
        200, ge=1, description="how far back a tag may lie, time grows with it (sites)"
    )
    tag_prior: float = Field(
        0.3,
        gt=0,
        description="pseudo-haplotypes of what cluster and tags say for themselves, in each "
        "cluster and pattern of tags (haplotypes)",
    )
    jump_prior: float = Field(
        1.0, gt=0, description="pseudo-jumps, spread evenly over clusters, at each site (jumps)"
    )
    transition_prior: float = Field(
        40.0,
        gt=0,
        description="pseudo-transitions of each row, spread as in the memoryless solution "
        "(haplotypes)",
    )
    group_prior: float = Field(
        0.05,
        gt=0,
        description="pseudo-haplotypes that hold a superpopulation's cluster weights to those of "
        "everyone (haplotypes)",
    )
    population_prior: float = Field(
        2.0,
        gt=0,
        description="pseudo-haplotypes that hold a population's cluster weights to those of its "
        "superpopulation (haplotypes)",
    )
    calibrate: bool = Field(
        True,
        description="after the fit, scale transitions so that every population keeps its share of "
        "each cluster at each site; full transitions only (yes or no)",
    )
    sharpness: float = Field(
        1.2,
        ge=1,
        le=3,
        description="power to which transition probabilities are raised after the fit, with "
        "`calibrate` only: takes back what smoothing blurred; 1: as fitted (power)",
    )
    group_share_prior: float = Field(
        5.0,
        ge=0,
        description="pseudo-haplotypes that hold the shares of a superpopulation to those of "
        "everyone (haplotypes)",
    )
    population_share_prior: float = Field(
        20.0,
        ge=0,
        description="pseudo-haplotypes that hold the shares of a population to those of its "
        "superpopulation (haplotypes)",
    )


# -- The model -------------------------------------------------------------------------------------


class Hmm(Generator[HmmSettings]):
    """Haplotypes as noisy walks over clusters, with memory over the whole contig."""

    id = "hmm"
    description = "chain of haplotype clusters, full transitions (Li-Stephens, fastPHASE)"
    assumptions = (
        "At each site a haplotype belongs to one of K clusters, and clusters follow a Markov "
        "chain along a contig; an allele depends on the cluster and on those at up to three "
        "earlier sites, its tags. Populations share clusters and "
        "transition matrices and differ in how they weight the clusters at each site, shrunk to "
        "their superpopulation and to everyone; a population keeps its shares of clusters along "
        "the chain. The two haplotypes of a person, and contigs, are "
        "independent given the population."
    )
    limitations = (
        "What K clusters and tags cannot carry is forgotten: combinations of alleles several "
        "hundred sites apart are a little too free, and nearest neighbours are slightly too far. "
        "Completion takes a hidden tag for none: it is exact with `tags=0` only. "
        "Haplotypes of one draw are "
        "stratified, not independent: counts vary less than in a random sample of people. "
        "Relatives and within-person dependence are not modelled. A cluster that follows one "
        "person for long would copy that person: the held-out stop and the priors work against "
        "it, the audit tells."
    )
    citations = cite(
        scheet2006="haplotype clusters along a chromosome, fitted by expectation-maximisation",
        li2003="a haplotype is an imperfect mosaic of others",
        rabiner1989=(
            "scaled forward-backward recursions and re-estimation of full transition matrices"
        ),
        hunter2004="the M-step of transitions that classes tilt",
        carter1994="draws whole paths given what is observed, backward through filtered states",
        deming1940="transitions scaled until every population keeps its shares of clusters",
        hamilton1989="a hidden chain whose emissions depend on what was observed before as well",
        madow1944="haplotypes drawn together, so that counts stay close to what is expected",
    )
    capabilities: ClassVar[frozenset[Capability]] = frozenset(
        {"log_likelihood", "population", "complete"}
    )
    Settings = HmmSettings

    _parameters: Parameters

    def _fit(self, train_panel: Panel, validation: Panel, control: FitControl) -> None:
        """Rounds of EM; the validation haplotypes choose the last one."""
        settings, learnt = self.settings, self._observed(train_panel)
        trainee = ChainTrainee(
            self._start(train_panel, self._clusters(train_panel, control), control),
            learnt,
            self._observed(validation),
            self.sites.contig_starts(),
            self._priors(train_panel),
            settings.rounds,
            control.threads,
            (self._shown_classes(), int(control.rng("hmm", "frame").integers(2**31))),
            (settings.tags, settings.tag_window),
        )
        full = settings.full_rounds if settings.transitions == "full" else 0
        plan = TrainingPlan(
            settings.rounds + full, 1, "log_likelihood", "higher", settings.patience
        )
        self.history = train("hmm", trainee, plan, control)
        if settings.final_round:
            learnt = self._observed(train_panel, validation)
            trainee.priors = trainee.priors.with_frequency(pseudo_frequencies(learnt.alleles.T))
            trainee.round(learnt)
        chain = trainee.parameters
        if isinstance(chain, Full):
            chain = self._calibrated(chain, learnt, control)
        self._parameters = chain

    def _calibrated(self, chain: Full, learnt: Observed, control: FitControl) -> Full:
        """Take back what smoothing blurred; let every class keep its share of each cluster."""
        settings, threads = self.settings, control.threads
        if not settings.calibrate:
            return chain.rounded()
        control.progress.note("hmm: calibrating the clusters of every population")
        occupancy = class_occupancies(chain, learnt, threads)
        pseudo = settings.group_share_prior, settings.population_share_prior
        shares = shrunk_shares(occupancy, learnt.groups, *pseudo)
        return calibrated(sharpened(chain, settings.sharpness).rounded(), shares, threads)

    def _draw(self, n: int, seed: int, classes: Int64s | None, threads: int) -> Haplotypes:
        if classes is None or not self.settings.by_population:
            classes = np.zeros(n, dtype=np.int64)
        return draw(self._parameters, classes, seed, threads)

    def log_likelihood(self, haplotypes: Haplotypes, *, threads: int = 1) -> Float64s:
        """Return ln P of each row: exact, a mixture over populations in train proportions.

        Takes one forward pass over the sites for each population.
        """
        groups = self._groups()
        logs = [
            log_likelihoods(
                self._parameters,
                Observed.of(haplotypes, np.full(len(haplotypes), c, dtype=np.int64), groups),
                threads,
            )
            for c in range(len(groups))
        ]
        shares = class_shares(self.frame) if len(groups) > 1 else np.ones(1)
        return mixed(np.array(logs), shares)

    def _complete(
        self,
        alleles: UInt8s,
        shares: Float64s,
        draws: int,
        seed: int,
        threads: int,
    ) -> Completion:
        if not self.settings.by_population:
            shares = np.ones((len(alleles), 1))
        return complete(self._parameters, alleles, shares, draws, seed, threads)

    def _tensors(self) -> Tensors:
        tensors = self._parameters.tensors()
        if "transition" in tensors:
            tensors["transition"] = tensors["transition"].astype(np.float16)
        return tensors

    def _load_tensors(self, tensors: Tensors) -> None:
        self._parameters = from_tensors(tensors)

    def _classes(self, panel: Panel) -> Int64s:
        if not self.settings.by_population:
            return np.zeros(panel.n_haplotypes, dtype=np.int64)
        return haplotype_classes(panel, self.frame)

    def _shown_classes(self) -> Int64s:
        """Return the classes of the rows of a frame, in the proportions of the panel."""
        if not (self.settings.by_population and self.frame.classes):
            return np.zeros(ROWS, dtype=np.int64)
        return np.repeat(self.frame.proportional(ROWS // 2), 2)

    def _groups(self) -> Int64s:
        if not self.settings.by_population:
            return np.zeros(1, dtype=np.int64)
        return class_groups(self.frame)

    def _observed(self, *panels: Panel) -> Observed:
        haplotypes = np.concatenate([panel.haplotypes for panel in panels])
        classes = np.concatenate([self._classes(panel) for panel in panels])
        return Observed.of(haplotypes, classes, self._groups())

    def _priors(self, panel: Panel) -> Priors:
        s = self.settings
        return Priors(
            pseudo_frequencies(panel.haplotypes),
            s.emission_prior,
            s.tag_prior,
            s.jump_prior,
            s.transition_prior,
            s.group_prior,
            s.population_prior,
        )

    def _clusters(self, panel: Panel, control: FitControl) -> int:
        """Return how many clusters the train haplotypes can fill, and say so if they are fewer."""
        clusters = min(self.settings.clusters, max(2, panel.n_haplotypes // 4))
        if clusters < self.settings.clusters:
            control.progress.note(
                f"hmm: {clusters} clusters, as many as {panel.n_haplotypes} train haplotypes fill"
            )
        return clusters

    def _start(self, panel: Panel, clusters: int, control: FitControl) -> Memoryless:
        """Start clusters at random haplotypes, blurred toward the overall frequencies."""
        n_sites = panel.n_sites
        rows = control.rng("hmm", "start").choice(panel.n_haplotypes, clusters, replace=False)
        frequency = pseudo_frequencies(panel.haplotypes)[:, None]
        near = np.clip(panel.haplotypes[rows].T, 0.02, 0.98)
        switch = np.full(n_sites, 0.02, dtype=np.float32)
        switch[self.sites.contig_starts()] = 1.0
        shape = (n_sites, len(self._groups()), clusters)
        return Memoryless(
            np.ascontiguousarray(0.3 * frequency + 0.7 * near, dtype=np.float32)[:, None],
            switch,
            np.full(shape, 1.0 / clusters, dtype=np.float32),
            no_tags(n_sites),
        )


def pseudo_frequencies(haplotypes: Haplotypes) -> Float32s:
    """Return ALT frequencies with half a haplotype of each allele added, so that none is 0 or 1."""
    n = len(haplotypes)
    return np.asarray((haplotypes.sum(axis=0) + 0.5) / (n + 1.0), dtype=np.float32)


ITEM = Hmm
