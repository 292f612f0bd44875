"""Principal components of latent codes, and fair scores on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float32s, Float64s


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

        The correction of `imaginome.metrics._components.Components.own_scores`.
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
