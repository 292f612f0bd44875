"""Training of the cluster chain: rounds of memoryless EM, then of full EM, and calibration."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from imaginome.arrays import Bools, Float32s, Int64s
from imaginome.kernels.compile import fast
from imaginome.kernels.threads import map_pieces
from imaginome.models.hmm.draw import draw
from imaginome.models.hmm.em import (
    Observed,
    Priors,
    expectation_maximisation,
    likeliest_clusters,
    log_likelihoods,
)
from imaginome.models.hmm.parameters import (
    Full,
    Memoryless,
    Parameters,
    Tensors,
    from_tensors,
    full_from,
)
from imaginome.models.hmm.tags import choose_tags, tagged
from imaginome.panel import Haplotypes

# -- Tilts that keep every class where it is -------------------------------------------------------
# Pseudo-transitions send some haplotypes to clusters that their population hardly uses. The shares
# of clusters in a class then drift along the chain toward those of everyone, and with them allele
# frequencies of populations and the structure of the panel. Calibration walks along the sites and
# rescales the tilts of each class until the clusters of the class have the shares that posteriors
# give them: iterative proportional fitting (Deming & Stephan 1940, doi 10.1214/aoms/1177731829) of
# one margin of the transition, under limits.


SWEEPS = 6
LIMIT = 20.0
FLOOR = 1e-6
Array = Any


def calibrated(parameters: Full, shares: Float32s, threads: int) -> Full:
    """Return the chain with tilts under which classes keep their `shares` of clusters.

    Parameters
    ----------
    parameters
        Full transitions.
    shares
        Share of each cluster in each class, ``float32`` of shape ``(n_sites, n_classes, K)``.
    threads
        Number of threads; does not change the result.
    """
    tilt = np.empty_like(parameters.tilt)

    def work(c: int) -> None:
        own = np.ascontiguousarray(parameters.tilt[:, c]), np.ascontiguousarray(shares[:, c])
        rescaled = np.empty_like(own[0])
        rescale(parameters.transition, *own, SWEEPS, LIMIT, rescaled)
        tilt[:, c] = rescaled

    map_pieces(work, range(tilt.shape[1]), threads)
    return Full.of(parameters.emission, parameters.transition, tilt, parameters.tags)


def sharpened(parameters: Full, power: float) -> Full:
    """Return the chain with every transition probability to a power, rows summing to 1 again.

    Pseudo-transitions and uncertain posteriors spread a part of every row over clusters that
    nobody goes to: haplotypes drawn from such rows recombine too freely and forget too soon.
    """
    transition = parameters.transition ** np.float32(power)
    transition /= transition.sum(axis=2, keepdims=True)
    return Full.of(parameters.emission, transition, parameters.tilt, parameters.tags)


def shrunk_shares(
    occupancy: Float32s, groups: Int64s, group_prior: float, member_prior: float
) -> Float32s:
    """Return shares of clusters, a class leaning to its group and a group to everyone.

    Parameters
    ----------
    occupancy
        Expected haplotypes of each class in each cluster, shape ``(n_sites, n_classes, K)``.
    groups
        Group of each class.
    group_prior, member_prior
        Pseudo-haplotypes that hold a group to everyone and a class to its group.
    """
    everyone = _normalised(occupancy.sum(axis=1, keepdims=True))
    shrunk = np.empty_like(occupancy)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        pooled = occupancy[:, members].sum(axis=1, keepdims=True)
        shared = _normalised(pooled + np.float32(group_prior) * everyone)
        shrunk[:, members] = occupancy[:, members] + np.float32(member_prior) * shared
    return _normalised(shrunk)


def _normalised(weights: Float32s) -> Float32s:
    total = np.maximum(weights.sum(axis=-1, keepdims=True), np.float32(1e-30))
    return np.asarray(weights / total, dtype=np.float32)


@fast
def rescale(
    transition: Array, tilt: Array, shares: Array, sweeps: int, limit: float, rescaled: Array
) -> None:
    """Fill `rescaled`, shape ``(n_sites, K)``, with the calibrated tilts of one class.

    `tilt` and `shares` have the same shape; no tilt moves by more than the factor `limit`, and
    what a site cannot put right is left to the next.
    """
    n_sites, n_clusters = tilt.shape
    state = np.zeros(n_clusters, np.float64)
    state[0] = 1.0
    arriving = np.empty(n_clusters, np.float64)
    for site in range(n_sites):
        weight = rescaled[site]
        weight[:] = tilt[site]
        for sweep in range(sweeps + 1):
            arriving[:] = 0.0
            for j in range(n_clusters):
                if state[j] < 1e-9:
                    continue
                row = transition[site, j]
                total = 0.0
                for k in range(n_clusters):
                    total += row[k] * weight[k]
                share = state[j] / total
                for k in range(n_clusters):
                    arriving[k] += share * row[k]
            for k in range(n_clusters):
                arriving[k] *= weight[k]
            if sweep < sweeps:
                for k in range(n_clusters):
                    wanted = weight[k] * (shares[site, k] + FLOOR) / (arriving[k] + FLOOR)
                    lowest, highest = tilt[site, k] / limit, tilt[site, k] * limit
                    weight[k] = min(max(wanted, lowest), highest)
        total = arriving.sum()
        for k in range(n_clusters):
            state[k] = arriving[k] / total


# -- What the training loop trains -----------------------------------------------------------------
# Rounds of memoryless EM, then of full EM from there.


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
