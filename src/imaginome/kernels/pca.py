"""Principal components: of haplotypes, of latent codes, and leading ones by subspace iteration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from imaginome.arrays import Float32s, Float64s, Int32s
from imaginome.kernels.bits import block_counts, pack, pack_sites
from imaginome.panel import Haplotypes

# -- Principal components of real haplotypes, and fair scores on them ------------------------------


COMPONENTS = 6
MOST_ROWS = 6_000
"""Axes are fitted on at most this many haplotypes."""
_BLOCK = 512


@dataclass(frozen=True)
class Components:
    """Principal axes of a panel.

    Attributes
    ----------
    centre
        Allele frequencies, shape ``(n_sites,)``.
    axes
        ``float32``, shape ``(n_sites, k)``, orthonormal columns.
    variance
        Sum of squared scores on each axis, shape ``(k,)``.
    total
        Sum of squares over all axes.
    n
        Number of haplotypes that the axes were fitted on.
    """

    centre: Float64s
    axes: Float32s
    variance: Float64s
    total: float
    n: int

    def project(self, haplotypes: Haplotypes) -> Float64s:
        """Return scores, ``float64`` of shape ``(n, k)``, of people the axes do not know."""
        scores = np.empty((len(haplotypes), self.axes.shape[1]))
        for start in range(0, len(haplotypes), _BLOCK):
            rows = slice(start, start + _BLOCK)
            scores[rows] = haplotypes[rows].astype(np.float32) @ self.axes
        return np.asarray(scores - self.centre @ self.axes.astype(np.float64))

    def own_scores(self, haplotypes: Haplotypes) -> Float64s:
        """Return scores of the people whom the axes were fitted on, as if they were unknown.

        Each haplotype pulls the axes towards itself, so that its score is inflated against the
        scores of projected people (Privé et al. 2020). Leaving haplotype i out takes its own
        share ``|x_i|^2 / variance`` from its score, to first order and counting only the part
        of ``x_i`` outside the fitted axes.
        """
        scores = self.project(haplotypes)
        squared = haplotypes.sum(axis=1, dtype=np.float64) + (self.centre**2).sum()
        squared -= 2.0 * _dot(haplotypes, self.centre)
        outside = np.maximum(squared - (scores**2).sum(axis=1), 0.0)
        fair: Float64s = scores * np.clip(1.0 - outside[:, None] / self.variance, 0.0, 1.0)
        return fair


def _dot(haplotypes: Haplotypes, vector: Float64s) -> Float64s:
    blocks = [
        haplotypes[start : start + _BLOCK].astype(np.float64) @ vector
        for start in range(0, len(haplotypes), _BLOCK)
    ]
    return np.concatenate(blocks)


def fit_components(haplotypes: Haplotypes, most: int = COMPONENTS) -> Components:
    """Fit principal axes (Patterson et al. 2006, without scaling sites).

    The cross products are whole numbers counted from packed bits, so that they are exact; the
    smaller of the two sides is decomposed.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(n_haplotypes, n_sites)``.
    most
        Largest number of components; fewer are returned where the panel has no more.
    """
    n, m = haplotypes.shape
    centre = haplotypes.mean(axis=0, dtype=np.float64)
    if n <= m:
        bits = pack(haplotypes)
        products = _centred_rows(block_counts(bits, bits))
    else:
        bits = pack_sites(haplotypes)
        products = block_counts(bits, bits) - n * np.outer(centre, centre)
    values, vectors = _leading(products, most)
    if n <= m:
        rows = vectors / np.sqrt(values)
        vectors = np.zeros((m, len(values)))
        for start in range(0, n, _BLOCK):
            piece = slice(start, start + _BLOCK)
            vectors += haplotypes[piece].T.astype(np.float32) @ rows[piece].astype(np.float32)
        vectors -= np.outer(centre, rows.sum(axis=0))
    # The sign of an axis is free: its largest entry is made positive.
    largest = np.abs(vectors).argmax(axis=0)
    vectors *= np.sign(vectors[largest, np.arange(len(values))])
    return Components(centre, vectors.astype(np.float32), values, float(np.trace(products)), n)


def _centred_rows(products: Int32s) -> Float64s:
    """Return products of centred rows from products of rows."""
    centred = products.astype(np.float64)
    row = centred.mean(axis=0)
    centred -= row[:, None]
    centred -= row[None, :]
    centred += row.mean()
    return centred


def _leading(products: Float64s, most: int) -> tuple[Float64s, Float64s]:
    """Return the largest eigenvalues, falling, and their vectors, without those that are zero."""
    from scipy.linalg import eigh

    size = len(products)
    k = min(most, size)
    values, vectors = eigh(products, subset_by_index=[size - k, size - 1])
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = values > max(1e-9 * float(np.trace(products)), 1e-9)
    return values[kept], vectors[:, kept]


# -- Principal components of latent codes, and fair scores on them ---------------------------------


@dataclass(frozen=True, eq=False)
class CodeComponents:
    """Principal axes of codes.

    Attributes
    ----------
    centre
        Mean code, shape ``(n_latent,)``.
    axes
        ``float64``, shape ``(n_latent, k)``, orthonormal columns.
    variance
        Sum of squared scores on each axis, shape ``(k,)``, falling.
    """

    centre: Float64s
    axes: Float64s
    variance: Float64s

    def project(self, codes: Float32s) -> Float64s:
        """Return scores, shape ``(n, k)``, of haplotypes that the axes do not know."""
        return np.asarray((codes.astype(np.float64) - self.centre) @ self.axes)

    def own_scores(self, codes: Float32s) -> Float64s:
        """Return scores of the haplotypes that the axes were fitted on, as if left out.

        The correction of `imaginome.kernels.pca.Components.own_scores`.
        """
        scores = self.project(codes)
        squared = ((codes.astype(np.float64) - self.centre) ** 2).sum(axis=1)
        outside = np.maximum(squared - (scores**2).sum(axis=1), 0.0)
        return np.asarray(scores * np.clip(1.0 - outside[:, None] / self.variance, 0.0, 1.0))


def fit_code_components(codes: Float32s, most: int) -> CodeComponents:
    """Fit at most `most` principal axes; fewer where the codes vary along no more.

    Parameters
    ----------
    codes
        ``float32``, shape ``(n_haplotypes, n_latent)``.
    """
    from scipy.linalg import eigh

    centre = codes.mean(axis=0, dtype=np.float64)
    around = codes.astype(np.float64) - centre
    wide = around.shape[1] > around.shape[0]
    products = around @ around.T if wide else around.T @ around
    size = len(products)
    values, vectors = eigh(products, subset_by_index=[max(0, size - most), size - 1])
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = values > max(1e-9 * float(np.trace(products)), 1e-12)
    values, vectors = values[kept], vectors[:, kept]
    axes = around.T @ vectors / np.sqrt(values) if wide else vectors
    if axes.shape[1]:
        # The sign of an axis is free: its largest entry is made positive.
        axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return CodeComponents(centre, axes, values)


# -- Leading principal components by subspace iteration, the same whatever the thread count --------


ROUNDS = 8
SPARE = 10


def principal_axes(rows: torch.Tensor, count: int, rng: np.random.Generator) -> torch.Tensor:
    """Return directions of largest variance, scaled so that scores of `rows` have variance one.

    Randomised subspace iteration (Halko, Martinsson and Tropp 2011, doi:10.1137/090771806).

    Parameters
    ----------
    rows
        Centred rows, ``float32`` of shape ``(n, n_sites)``.
    count
        Most axes to return; fewer where the rank is lower.
    rng
        Where the start comes from.

    Returns
    -------
    torch.Tensor
        Shape ``(n_sites, k)``, k <= `count`.
    """
    n, n_sites = rows.shape
    wide = min(count + SPARE, n, n_sites)
    start = rng.standard_normal((n_sites, wide)).astype(np.float32)
    basis = torch.linalg.qr(torch.from_numpy(start).to(rows.device))[0]
    for _ in range(ROUNDS):
        basis = torch.linalg.qr(rows.T @ (rows @ basis))[0]
    scores = rows @ basis
    values, vectors = torch.linalg.eigh(scores.T @ scores / n)
    keep = min(count, int((values > 1e-3).sum()))
    axes = basis @ vectors.flip(1)[:, :keep]
    scaled: torch.Tensor = axes / values.flip(0)[:keep].sqrt()
    return scaled
