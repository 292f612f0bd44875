"""Leading principal components by subspace iteration, the same whatever the thread count."""

from __future__ import annotations

import numpy as np
import torch

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
