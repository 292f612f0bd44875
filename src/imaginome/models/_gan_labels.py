"""What labels tell of a haplotype at the start: its cluster and its alleles.

Populations of few people lean on their superpopulation and that on everyone: shares by Dirichlet
pseudo-counts, effects on alleles by a regression whose design has columns that related
populations share.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from imaginome.arrays import Float32s, Float64s, Int64s, UInt8s

PSEUDO_ROWS = 20.0
SMALL_EFFECT = 0.1
"""Effects below this change of log-odds are as good as none."""
NEWTON_STEPS = 10
MOST_MOVE = 1.0
SITES_AT_ONCE = 1_000
LEAST = 0.002


def cluster_shares(clusters: Int64s, classes: Int64s, groups: Int64s) -> Float32s:
    """Return the share of each cluster in each class, ``float32`` of (n_classes, n_clusters).

    Parameters
    ----------
    clusters, classes
        Of each row, ``int64`` of shape ``(n,)``.
    groups
        Superpopulation of each class, ``int64`` of shape ``(n_classes,)``.
    """
    counts = np.zeros((len(groups), int(clusters.max()) + 1))
    np.add.at(counts, (classes, clusters), 1.0)
    everyone = counts.sum(0) / counts.sum()
    above = np.zeros((int(groups.max()) + 1, counts.shape[1]))
    np.add.at(above, groups, counts)
    return _leaning(counts, _leaning(above, everyone)[groups]).astype(np.float32)


def _leaning(counts: Float64s, toward: Float64s) -> Float64s:
    total = counts.sum(1, keepdims=True) + PSEUDO_ROWS
    return np.asarray((counts + PSEUDO_ROWS * toward) / total)


def effects(
    rows: UInt8s, clusters: Int64s, classes: Int64s, design: Float32s
) -> tuple[Float64s, Float64s]:
    """Return what clusters and labels add to the log-odds of alleles over everyone's.

    Logistic regression of the alleles of each site by Newton steps. The prior on an effect has
    the tails of a Cauchy distribution: small differences, which are chance for the most part and
    would remember the train people, are drawn to zero, large ones stay.

    Parameters
    ----------
    rows
        Haplotypes, ``uint8`` of shape ``(n, n_sites)``.
    clusters, classes
        Of each row.
    design
        Of shape ``(n_classes, n_features)``.

    Returns
    -------
    tuple
        Effects of clusters, ``float64`` of shape ``(n_clusters, n_sites)``, and of labels,
        ``(n_features, n_sites)``.
    """
    n_clusters = int(clusters.max()) + 1
    kinds, kind = np.unique(classes * n_clusters + clusters, return_inverse=True)
    known = np.hstack([np.eye(n_clusters)[kinds % n_clusters], design[kinds // n_clusters]])
    sizes = np.bincount(kind).astype(np.float64)
    sums = np.stack([rows[kind == k].sum(0, dtype=np.float64) for k in range(len(kinds))])
    overall = log_odds(rows.mean(0, dtype=np.float64))
    found = np.zeros((known.shape[1], rows.shape[1]))
    for start in range(0, rows.shape[1], SITES_AT_ONCE):
        sites = slice(start, start + SITES_AT_ONCE)
        found[:, sites] = _regress(sums[:, sites], sizes, overall[sites], known)
    return found[:n_clusters], found[n_clusters:]


def _regress(sums: Float64s, sizes: Float64s, offset: Float64s, known: Float64s) -> Float64s:
    """Return the effects that maximise the penalised likelihood of counts `sums` of `sizes`."""
    effects = np.zeros((known.shape[1], sums.shape[1]))
    for _ in range(NEWTON_STEPS):
        precision = 2.0 / (SMALL_EFFECT**2 + np.square(effects))
        p = expit(offset + known @ effects)
        gradient = known.T @ (sums - sizes[:, None] * p) - precision * effects
        weight = sizes[:, None] * p * (1.0 - p)
        curvature = np.einsum("cf,cj,cg->jfg", known, weight, known, optimize=True)
        curvature += precision.T[:, :, None] * np.eye(known.shape[1])
        move = np.linalg.solve(curvature, gradient.T[:, :, None])[:, :, 0].T
        effects += np.clip(move, -MOST_MOVE, MOST_MOVE)
    return effects


def log_odds(p: Float64s) -> Float64s:
    clipped = np.clip(p, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(clipped / (1.0 - clipped)))
