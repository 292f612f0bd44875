"""Principal components of haplotypes and of points: axes, fair scores, leading subspaces."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from scipy.linalg import eigh

from imaginome.arrays import Float32s, Float64s, Int32s
from imaginome.kernels.bits import block_counts, pack, pack_sites
from imaginome.panel import Haplotypes

Points = Float32s | Float64s
Rows = TypeVar("Rows", bound=npt.NDArray[Any])

# -- Axes, and fair scores on them -----------------------------------------------------------------


class Axes(ABC, Generic[Rows]):
    """Principal axes of some rows.

    Attributes
    ----------
    centre
        Mean row, shape ``(n_columns,)``.
    axes
        Shape ``(n_columns, k)``, orthonormal columns.
    variance
        Sum of squared scores on each axis, shape ``(k,)``, falling.
    """

    centre: Float64s
    axes: Float32s | Float64s
    variance: Float64s

    @abstractmethod
    def project(self, rows: Rows) -> Float64s:
        """Return scores, ``float64`` of shape ``(n, k)``, of rows that the axes do not know."""

    @abstractmethod
    def lengths(self, rows: Rows) -> Float64s:
        """Return squared distances from the centre, shape ``(n,)``."""

    def own_scores(self, rows: Rows) -> Float64s:
        """Return scores of the rows that the axes were fitted on, as if they were unknown.

        Each row pulls the axes towards itself, so that its score is inflated against the
        scores of projected ones (Privé et al. 2020). Leaving row i out takes its own
        share ``|x_i|^2 / variance`` from its score, to first order and counting only the part
        of ``x_i`` outside the fitted axes.
        """
        scores = self.project(rows)
        outside = np.maximum(self.lengths(rows) - (scores**2).sum(axis=1), 0.0)
        fair: Float64s = scores * np.clip(1.0 - outside[:, None] / self.variance, 0.0, 1.0)
        return fair


def _leading(products: Float64s, most: int, least: float) -> tuple[Float64s, Float64s]:
    """Return the largest eigenvalues, falling, and their vectors, without those that are zero."""
    size = len(products)
    values, vectors = eigh(products, subset_by_index=[max(0, size - most), size - 1])
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = values > max(1e-9 * float(np.trace(products)), least)
    return values[kept], vectors[:, kept]


def _signed(axes: Float64s) -> Float64s:
    """Return axes whose largest entry is positive: the sign of an axis is free."""
    largest = np.abs(axes).argmax(axis=0)
    return np.asarray(axes * np.sign(axes[largest, np.arange(axes.shape[1])]))


# -- Principal components of haplotypes ------------------------------------------------------------


COMPONENTS = 6
MOST_ROWS = 6_000
"""Axes are fitted on at most this many haplotypes."""
_BLOCK = 512


@dataclass(frozen=True)
class Components(Axes[Haplotypes]):
    """Principal axes of a panel; see `Axes`.

    Attributes
    ----------
    centre
        Allele frequencies, shape ``(n_sites,)``.
    axes
        ``float32``, shape ``(n_sites, k)``.
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

    def project(self, rows: Haplotypes) -> Float64s:
        """See `Axes.project`."""
        scores = np.empty((len(rows), self.axes.shape[1]))
        for start in range(0, len(rows), _BLOCK):
            piece = slice(start, start + _BLOCK)
            scores[piece] = rows[piece].astype(np.float32) @ self.axes
        return np.asarray(scores - self.centre @ self.axes.astype(np.float64))

    def lengths(self, rows: Haplotypes) -> Float64s:
        """See `Axes.lengths`."""
        squared = rows.sum(axis=1, dtype=np.float64) + (self.centre**2).sum()
        along = [
            rows[start : start + _BLOCK].astype(np.float64) @ self.centre
            for start in range(0, len(rows), _BLOCK)
        ]
        return np.asarray(squared - 2.0 * np.concatenate(along))


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
    values, vectors = _leading(products, most, 1e-9)
    if n <= m:
        rows = vectors / np.sqrt(values)
        vectors = np.zeros((m, len(values)))
        for start in range(0, n, _BLOCK):
            piece = slice(start, start + _BLOCK)
            vectors += haplotypes[piece].T.astype(np.float32) @ rows[piece].astype(np.float32)
        vectors -= np.outer(centre, rows.sum(axis=0))
    axes = _signed(vectors).astype(np.float32)
    return Components(centre, axes, values, float(np.trace(products)), n)


def _centred_rows(products: Int32s) -> Float64s:
    """Return products of centred rows from products of rows."""
    centred = products.astype(np.float64)
    row = centred.mean(axis=0)
    centred -= row[:, None]
    centred -= row[None, :]
    centred += row.mean()
    return centred


# -- Principal components of points ----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class PointComponents(Axes[Points]):
    """Principal axes of points, ``float64``; see `Axes`."""

    centre: Float64s
    axes: Float64s
    variance: Float64s

    def project(self, rows: Points) -> Float64s:
        """See `Axes.project`."""
        return np.asarray((rows.astype(np.float64) - self.centre) @ self.axes)

    def lengths(self, rows: Points) -> Float64s:
        """See `Axes.lengths`."""
        return np.asarray(((rows.astype(np.float64) - self.centre) ** 2).sum(axis=1))


def fit_point_components(points: Points, most: int) -> PointComponents:
    """Fit at most `most` principal axes; fewer where the points vary along no more.

    Parameters
    ----------
    points
        ``float32`` or ``float64``, shape ``(n, n_columns)``.
    """
    centre = points.mean(axis=0, dtype=np.float64)
    around = points.astype(np.float64) - centre
    wide = around.shape[1] > around.shape[0]
    values, vectors = _leading(around @ around.T if wide else around.T @ around, most, 1e-12)
    axes = around.T @ vectors / np.sqrt(values) if wide else vectors
    return PointComponents(centre, _signed(axes), values)


# -- Leading axes by subspace iteration ------------------------------------------------------------


ROUNDS = 8
SPARE = 10


def leading_subspace(rows: torch.Tensor, basis: torch.Tensor, rounds: int) -> torch.Tensor:
    """Turn a basis, ``(n_sites, k)``, towards the directions in which centred rows vary most."""
    for _ in range(rounds):
        basis = torch.linalg.qr(rows.T @ (rows @ basis))[0]
    return basis


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
    basis = leading_subspace(rows, basis, ROUNDS)
    scores = rows @ basis
    values, vectors = torch.linalg.eigh(scores.T @ scores / n)
    keep = min(count, int((values > 1e-3).sum()))
    axes = basis @ vectors.flip(1)[:, :keep]
    scaled: torch.Tensor = axes / values.flip(0)[:keep].sqrt()
    return scaled
