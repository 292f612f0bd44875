"""What the training loop trains: rounds of memoryless EM, then of full EM from there."""

from __future__ import annotations

from typing import Any, cast

from imaginome.arrays import Bools, Float32s, Int64s
from imaginome.models._hmm_em import Observed, Priors, expectation_maximisation, log_likelihoods
from imaginome.models._hmm_parameters import (
    Full,
    Memoryless,
    Parameters,
    Tensors,
    from_tensors,
    full_from,
)
from imaginome.models._hmm_posteriors import likeliest_clusters
from imaginome.models._hmm_sampling import draw
from imaginome.models._hmm_tags import choose_tags, tagged
from imaginome.panel import Haplotypes

BASE = "prior.base"


class ChainTrainee:
    """Expectation-maximisation of a cluster chain, as `training.loop.train` wants it.

    Parameters
    ----------
    parameters
        Where to start.
    train, validation
        The haplotypes.
    starts
        Where contigs begin.
    priors
        Pseudo-counts.
    rounds
        Rounds of memoryless EM; later ones have full transitions.
    threads
        Number of threads; does not change the result.
    shown
        Classes and seed of the haplotypes that `frame` draws.
    tagging
        Most tags of a site and how far back they lie; none are chosen where the first is 0.
    """

    def __init__(
        self,
        parameters: Memoryless,
        train: Observed,
        validation: Observed,
        starts: Bools,
        priors: Priors,
        rounds: int,
        threads: int,
        shown: tuple[Int64s, int],
        tagging: tuple[int, int],
    ) -> None:
        self.parameters: Parameters = parameters
        self._shown, self._learnt = shown, False
        self._tagging = tagging
        self.priors = priors
        self._train, self._validation = train, validation
        self._starts, self._rounds, self._threads = starts, rounds, threads

    def step(self, index: int) -> None:
        """Do one round; from `rounds` on transitions are full, from the next one on with tags."""
        if index == self._rounds and isinstance(self.parameters, Memoryless):
            self.priors = self.priors.leaning_to(self.parameters)
            self.parameters = full_from(self.parameters)
        if index == self._rounds + 1 and isinstance(self.parameters, Full):
            self.parameters = self._tagged(self.parameters)
        self.round(self._train)

    def _tagged(self, chain: Full) -> Full:
        """Return the chain with tags, once there are clusters to speak of."""
        if not self._tagging[0]:
            return chain
        weights = self.priors.emission, self.priors.tag
        clusters = likeliest_clusters(chain, self._train, self._threads)
        return tagged(
            chain,
            choose_tags(
                self._train.alleles, clusters, self._starts, *self._tagging, weights, self._threads
            ),
        )

    def round(self, observed: Observed) -> None:
        """Do one round on any haplotypes of the panel."""
        expectation_maximisation(
            self.parameters, observed, self._starts, self.priors, self._threads
        )
        self._learnt = True

    def frame(self) -> Haplotypes | None:
        """Draw the same stream of random numbers with the parameters of the moment.

        None before the first round: clusters start at single haplotypes of the train panel,
        which are nobody's to see.
        """
        classes, seed = self._shown
        return draw(self.parameters, classes, seed, self._threads) if self._learnt else None

    def held_out(self) -> dict[str, float]:
        """Return the mean ln P(haplotype | class) of the validation haplotypes."""
        logs = log_likelihoods(self.parameters, self._validation, self._threads)
        return {"log_likelihood": float(logs.mean())}

    def state(self) -> Any:
        """Return parameters and the solution that the prior leans to."""
        base = {} if self.priors.base is None else {BASE: self.priors.base}
        return {**self._arrays(), **base}

    def load_state(self, state: Any) -> None:
        """Take over what `state` returned."""
        tensors = dict(state)
        base = tensors.pop(BASE, None)
        if base is not None:
            self.priors = self.priors.with_base(cast(Float32s, base))
        self.load_weights(tensors)
        self._learnt = True

    def weights(self) -> Any:
        """Return the parameters."""
        return self._arrays()

    def load_weights(self, weights: Any) -> None:
        """Take over parameters."""
        self.parameters = from_tensors(weights)

    def _arrays(self) -> Tensors:
        tensors = self.parameters.tensors()
        if isinstance(self.parameters, Full):
            # Recomputing the sums could round differently, and a resumed fit must not differ.
            return {**tensors, "inverse": self.parameters.inverse}
        return tensors
