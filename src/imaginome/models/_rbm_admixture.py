"""Axes on which classes differ, and the classes whose people are spread out along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float32s, Int64s
from imaginome.models._rbm_material import Material

MOST_AXES = 10
MOST_LOGIT = 4.0
LEAST_EXCESS = 2.5
"""Variance beyond that of independent sites, in units of its standard error."""
LEAST_STRENGTH = 1.0


@dataclass(frozen=True)
class Admixture:
    """Where shared units begin.

    Attributes
    ----------
    axes
        Orthonormal, ``float32`` of shape ``(n_sites, n_axes)``.
    directions
        Weights of each unit along the axes, ``float32`` of shape ``(n_axes, n_units)``: about
        as strong as spreads its class out as much as was found.
    homes
        The class whose haplotypes vary along the direction, ``int64`` of shape ``(n_units,)``.
    shares
        Share of this class in train, ``float32``.
    """

    axes: Float32s
    directions: Float32s
    homes: Int64s
    shares: Float32s


def admixture(material: Material, residual: Float32s, most: int) -> Admixture:
    """Find classes with more variance along the axes than independent sites would have.

    Linkage of distant sites within a population is mostly that its people have different shares
    of ancestry: they lie spread out along the axes on which populations differ. How
    strong a unit begins follows from what sites of different contigs have in common: within one,
    neighbours that are linked spread people out, too.

    Parameters
    ----------
    material
        What to learn from.
    residual
        Train alleles less the mean of their class, ``(n, n_sites)``.
    most
        Most directions to return; those that stand out most.
    """
    axes = _axes(material, residual)
    scores = residual @ axes
    apart = _scores_by_contig(residual, axes, material.contigs)
    found: list[tuple[float, int, Float32s]] = []
    for home, logits in enumerate(material.logits):
        members = material.codes == home
        rows = scores[members].astype(np.float64)
        within = apart[:, members].astype(np.float64)
        chance = 1 / (1 + np.exp(-logits))
        expected = (axes.T * (chance * (1 - chance))) @ axes
        excess = rows.T @ rows / max(len(rows) - 1, 1) - expected
        local = np.einsum("bni,bnj->ij", within, within)
        distant = (rows.T @ rows - local) / max(len(rows) - 1, 1)
        values, vectors = np.linalg.eigh(excess)
        for value, vector in zip(values, vectors.T, strict=True):
            own = float(vector @ expected @ vector)
            error = own * np.sqrt(2 / max(len(rows), 1))
            if value > LEAST_EXCESS * error:
                spread = max(float(vector @ distant @ vector) - error, 0.0)
                weights = max(_strength(spread, own), LEAST_STRENGTH) * vector
                found.append((value / error, home, weights.astype(np.float32)))
    found = sorted(found, key=lambda one: -one[0])[:most]
    homes = np.array([home for _, home, _ in found], dtype=np.int64)
    directions = np.array([vector for _, _, vector in found], dtype=np.float32)
    shares = material.classes.shares[homes].astype(np.float32)
    return Admixture(axes, directions.reshape(len(found), axes.shape[1]).T.copy(), homes, shares)


def _scores_by_contig(residual: Float32s, axes: Float32s, contigs: Int64s) -> Float32s:
    """Return what each contig adds to the scores, shape ``(n_contigs, n, n_axes)``."""
    chosen = (contigs == contig for contig in np.unique(contigs))
    return np.stack([residual[:, sites] @ axes[sites] for sites in chosen])


def _strength(excess: float, own: float) -> float:
    """Return the weight with which a unit spreads scores out by the variance `excess`.

    A unit that is as often on as off, with weight w, moves scores of variance `own` by about
    w times `own`: a variance of a quarter of the square.
    """
    return 2.0 * float(np.sqrt(excess)) / own


def _axes(material: Material, residual: Float32s) -> Float32s:
    """Return axes along which the logits of classes differ, most important first.

    A single class has none: there, the leading axes of the haplotypes themselves.
    """
    shares = material.classes.shares
    if len(shares) > 1:
        logits = np.clip(material.logits, -MOST_LOGIT, MOST_LOGIT)
        away = (logits - shares @ logits) * np.sqrt(shares)[:, None]
    else:
        gram = residual @ residual.T
        away = np.linalg.eigh(gram)[1][:, : -MOST_AXES - 1 : -1].T @ residual
    _, singular, axes = np.linalg.svd(away, full_matrices=False)
    kept = singular > 1e-6 * max(float(singular[0]), 1e-6)
    return np.asarray(axes[kept][:MOST_AXES].T, dtype=np.float32)
