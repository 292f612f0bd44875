"""Association scans: many traits on one site at a time, beside covariates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from imaginome.arrays import Float64s


class Scan(NamedTuple):
    """What a scan found, ``float64`` of shape ``(n_sites, n_traits)``.

    Attributes
    ----------
    effects
        Effect of one ALT allele, in units of the trait; 0 where a site does not vary.
    z
        The same divided by its standard error.
    """

    effects: Float64s
    z: Float64s


def orthonormal(covariates: Float64s) -> Float64s:
    """Return an orthonormal basis of an intercept and covariates, ``(n, 1 + k)`` or fewer."""
    both = np.column_stack([np.ones(len(covariates)), covariates])
    left, size, _ = np.linalg.svd(both, full_matrices=False)
    return np.asarray(left[:, size > 1e-9 * size[0]])


def scan(sites: Float64s, basis: Float64s, traits: Float64s, weights: Float64s) -> Scan:
    """Regress every trait on every site and the covariates, by least squares.

    Covariates are projected out of trait and site (Lovell 1963), so that one matrix product does
    for all sites and traits.

    Parameters
    ----------
    sites
        ALT counts, shape ``(n, n_sites)``.
    basis
        Covariates with intercept, shape ``(n, k)``; see `orthonormal`.
    traits
        Shape ``(n, n_traits)``.
    weights
        How often each person counts, shape ``(n,)``.
    """
    weighted = weights[:, None] * np.column_stack([basis, traits])
    products = sites.T @ weighted
    k = basis.shape[1]
    inverse = np.linalg.pinv(basis.T @ weighted[:, :k])
    of_sites, of_traits = products[:, :k] @ inverse, basis.T @ weighted[:, k:]
    own = (sites * sites).T @ weights
    spread = own - (of_sites * products[:, :k]).sum(axis=1)
    varies = spread > 1e-9 * np.maximum(own, 1.0)
    spread = np.where(varies, spread, 1.0)[:, None]
    effects = np.where(varies[:, None], (products[:, k:] - of_sites @ of_traits) / spread, 0.0)
    total = (traits * weighted[:, k:]).sum(axis=0) - (of_traits * (inverse @ of_traits)).sum(axis=0)
    rest = np.maximum(total - effects**2 * spread, 1e-12 * np.maximum(total, 1e-30))
    freedom = max(float(weights.sum()) - k - 1, 1.0)
    return Scan(effects, effects * np.sqrt(spread * freedom / rest))
