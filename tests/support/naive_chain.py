"""The cluster chain by enumeration of all paths: slow, plain and meant to be obvious."""

from __future__ import annotations

import itertools

import numpy as np

from imaginome.models.hmm.parameters import Full, Memoryless, Parameters
from imaginome.models.hmm.tags import no_tags


def transition(p: Parameters, site: int, c: int) -> np.ndarray:
    """Return P(next | previous) before `site` in class `c`; rows sum to 1."""
    if isinstance(p, Memoryless):
        n_clusters = p.emission.shape[2]
        matrix = p.switch[site] * np.repeat(p.jump[site, c][None, :], n_clusters, axis=0)
        return matrix + (1 - p.switch[site]) * np.eye(n_clusters)
    matrix = p.transition[site].astype(float) * p.tilt[site, c][None, :]
    return matrix / matrix.sum(axis=1, keepdims=True)


def context(p: Parameters, row: np.ndarray, site: int) -> int:
    """Return the number whose binary digits are the alleles at the tags of a site."""
    return int(sum(row[tag] * 2**t for t, tag in enumerate(p.tags[site]) if tag >= 0))


def paths(p: Parameters, row: np.ndarray, c: int) -> tuple[list[tuple[int, ...]], np.ndarray]:
    """Return every path, with its start before the first site, and P(path, row | class)."""
    n_sites, _, n_clusters = p.emission.shape
    found = list(itertools.product(range(n_clusters), repeat=n_sites + 1))
    chances = np.full(len(found), 1.0 / n_clusters)
    matrices = [transition(p, site, c) for site in range(n_sites)]
    for i, path in enumerate(found):
        for site in range(n_sites):
            carries = p.emission[site, context(p, row, site), path[site + 1]]
            chances[i] *= matrices[site][path[site], path[site + 1]]
            chances[i] *= carries if row[site] else 1 - carries
    return found, chances


def log_likelihood(p: Parameters, row: np.ndarray, c: int) -> float:
    return float(np.log(paths(p, row, c)[1].sum()))


def pair_posterior(p: Parameters, row: np.ndarray, c: int) -> np.ndarray:
    """Return P(previous, next | row) before each site, shape ``(n_sites, K, K)``."""
    n_sites, _, n_clusters = p.emission.shape
    found, chances = paths(p, row, c)
    pairs = np.zeros((n_sites, n_clusters, n_clusters))
    for path, chance in zip(found, chances / chances.sum(), strict=True):
        for site in range(n_sites):
            pairs[site, path[site], path[site + 1]] += chance
    return pairs


def random_full(rng: np.random.Generator, n_sites: int, k: int, classes: int) -> Full:
    rows = rng.dirichlet(np.ones(k), (n_sites, k)).astype(np.float32)
    rows[0] = rows[0, 0]
    emission = rng.uniform(0.05, 0.95, (n_sites, 1, k)).astype(np.float32)
    tilt = rng.uniform(0.5, 2.0, (n_sites, classes, k)).astype(np.float32)
    return Full.of(emission, rows, tilt, no_tags(n_sites))


def random_tagged(rng: np.random.Generator, n_sites: int, k: int, classes: int) -> Full:
    """Return full transitions with up to two tags a site, the nearest and another one."""
    chain = random_full(rng, n_sites, k, classes)
    chain.tags = np.full((n_sites, 2), -1, dtype=np.int32)
    chain.tags[1:, 0] = np.arange(n_sites - 1)
    chain.tags[3:, 1] = rng.integers(0, np.arange(2, n_sites - 1))
    chain.emission = rng.uniform(0.05, 0.95, (n_sites, 5, k)).astype(np.float32)
    return chain


def random_memoryless(rng: np.random.Generator, n_sites: int, k: int, classes: int) -> Memoryless:
    switch = rng.uniform(0.05, 0.5, n_sites).astype(np.float32)
    switch[0] = 1.0
    jump = rng.dirichlet(np.ones(k), (n_sites, classes)).astype(np.float32)
    emission = rng.uniform(0.05, 0.95, (n_sites, 1, k)).astype(np.float32)
    return Memoryless(emission, switch, jump, no_tags(n_sites))
