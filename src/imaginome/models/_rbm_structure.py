"""The leading directions of the data, along which plain gradients are far too steep."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

ITERATIONS = 4


@dataclass(frozen=True)
class Structure:
    """Principal directions of the train haplotypes, for an approximate natural gradient.

    Near equilibrium the Fisher information of the weights is about the covariance of the
    visible units times that of the hidden ones. Population structure makes a few eigenvalues
    of the former a hundred times larger than the rest: they limit the step, and all that
    distinguishes haplotypes within a population is learnt slowly. Dividing by the covariance
    plus a damping term evens that out.

    Attributes
    ----------
    directions
        ``float32``, shape ``(n_sites, n_components)``, orthonormal.
    shrinkage
        ``variance / (variance + damping)`` of each direction, ``float32``.
    """

    directions: torch.Tensor
    shrinkage: torch.Tensor

    @classmethod
    def of(
        cls, data: torch.Tensor, components: int, damping: float, rng: np.random.Generator
    ) -> Structure:
        """Find the leading directions by randomised subspace iteration.

        Parameters
        ----------
        data
            ``float32``, shape ``(n, n_sites)``.
        components
            Number of directions; at most the smaller side of the data is used.
        damping
            In units of the mean variance of a site.
        rng
            Where the start of the iteration comes from.
        """
        centred = data - data.mean(0)
        rank = min(components, min(data.shape) - 1)
        noise = rng.standard_normal((data.shape[1], rank), dtype=np.float32)
        basis = torch.from_numpy(noise).to(data.device)
        for _ in range(ITERATIONS):
            basis = torch.linalg.qr(centred.T @ (centred @ basis))[0]
        _, singular, rows = torch.linalg.svd(centred @ basis, full_matrices=False)
        variance = singular**2 / len(data)
        mean_variance = float(centred.square().mean()) + 1e-12
        return cls((basis @ rows.T).contiguous(), variance / (variance + damping * mean_variance))

    def even_out(self, gradient: torch.Tensor) -> torch.Tensor:
        """Divide a gradient of shape ``(n_sites, m)`` by the damped covariance, up to scale."""
        along = self.directions.T @ gradient
        return gradient - self.directions @ (self.shrinkage[:, None] * along)
