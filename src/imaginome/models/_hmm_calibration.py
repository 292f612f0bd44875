"""Tilts that keep every class where it is: drift of the cluster chain, taken back.

Pseudo-transitions send some haplotypes to clusters that their population hardly uses. The shares
of clusters in a class then drift along the chain toward those of everyone, and with them allele
frequencies of populations and the structure of the panel. Calibration walks along the sites and
rescales the tilts of each class until the clusters of the class have the shares that posteriors
give them: iterative proportional fitting (Deming & Stephan 1940, doi 10.1214/aoms/1177731829) of
one margin of the transition, under limits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from imaginome.arrays import Float32s, Int64s
from imaginome.models._compile import compiled
from imaginome.models._hmm_parameters import Full
from imaginome.parallel import map_pieces

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
        found = np.empty_like(own[0])
        rescale(parameters.transition, *own, SWEEPS, LIMIT, found)
        tilt[:, c] = found

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
    found = np.empty_like(occupancy)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        pooled = occupancy[:, members].sum(axis=1, keepdims=True)
        shared = _normalised(pooled + np.float32(group_prior) * everyone)
        found[:, members] = occupancy[:, members] + np.float32(member_prior) * shared
    return _normalised(found)


def _normalised(weights: Float32s) -> Float32s:
    total = np.maximum(weights.sum(axis=-1, keepdims=True), np.float32(1e-30))
    return np.asarray(weights / total, dtype=np.float32)


@compiled
def rescale(
    transition: Array, tilt: Array, shares: Array, sweeps: int, limit: float, found: Array
) -> None:
    """Fill `found`, shape ``(n_sites, K)``, with the calibrated tilts of one class.

    `tilt` and `shares` have the same shape; no tilt moves by more than the factor `limit`, and
    what a site cannot put right is left to the next.
    """
    n_sites, n_clusters = tilt.shape
    state = np.zeros(n_clusters, np.float64)
    state[0] = 1.0
    arriving = np.empty(n_clusters, np.float64)
    for site in range(n_sites):
        weight = found[site]
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
