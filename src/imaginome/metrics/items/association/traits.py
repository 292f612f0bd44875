"""Simulated traits, and scans for association: many traits on one site at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s, Indices
from imaginome.kernels.pca import Components, fit_components
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.population_classifier import fitting_rows, people
from imaginome.panel import Haplotypes

# -- Simulated traits ------------------------------------------------------------------------------


TRAITS = 20
CAUSAL = 10
"""Causal sites of a trait."""
COMMON = 0.05
HERITABILITY = 0.3
SHIFT = 0.2
"""Share of the variance that follows ancestry, as an environment would."""


def dosages(haplotypes: Haplotypes, sites: Indices) -> Float64s:
    """Return ALT counts of people at some sites, ``float64``, shape ``(n, len(sites))``."""
    return (haplotypes[0::2][:, sites] + haplotypes[1::2][:, sites]).astype(np.float64)


@dataclass(frozen=True, eq=False)
class Architecture:
    """What makes the traits; everything is fixed on the holdout alone.

    The holdout is what the other two panels are compared with. Were anything fixed on train, the
    ceiling would differ from what other real people get: their frequencies are not those that
    sites were chosen by, and components of train hold all of an environment made from them.

    Attributes
    ----------
    causal
        Causal sites, shape ``(TRAITS, CAUSAL)``.
    effects
        Effect of one ALT allele, in standard deviations of the trait in the holdout; the
        same shape.
    axis
        The first principal axis, along which the environment shifts.
    centre, scale
        Mean and standard deviation of the holdout's people on this axis.
    """

    causal: Indices
    effects: Float64s
    axis: Components
    centre: float
    scale: float

    @classmethod
    def of(cls, comparison: Comparison) -> Architecture | None:
        """Draw causal sites and effects; None where too few sites are common in the holdout."""
        holdout = comparison.holdout
        frequency = holdout.frequencies()
        common = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= COMMON)
        if len(common) < 2 * CAUSAL:
            return None
        rng = comparison.rng("association", "traits")
        # One causal site in each tenth of the common sites.
        parts = np.array_split(common, CAUSAL)
        causal = np.stack([rng.choice(part, TRAITS) for part in parts], axis=1)
        heterozygosity = 2 * frequency[causal] * (1 - frequency[causal])
        effects = rng.normal(size=causal.shape) / np.sqrt(heterozygosity)
        spread = np.array(
            [
                (dosages(holdout.haplotypes, sites) @ beta).std()
                for sites, beta in zip(causal, effects, strict=True)
            ]
        )
        effects *= np.sqrt(HERITABILITY) / np.where(spread > 0, spread, 1.0)[:, None]
        with threadpool_limits(1):
            rows = fitting_rows(holdout.n_individuals)
            axis = fit_components(holdout.haplotypes[rows], 1)
            scores = axis.project(holdout.haplotypes)
            # As of people whom the axis does not know: train and artificial are scaled alike.
            scores[rows] = axis.own_scores(holdout.haplotypes[rows])
            score = people(scores)[:, 0]
        return cls(causal, effects, axis, float(score.mean()), float(score.std()))

    def genetic(self, haplotypes: Haplotypes) -> Float64s:
        """Return the genetic value of each person for each trait, shape ``(n, TRAITS)``."""
        pairs = zip(self.causal, self.effects, strict=True)
        return np.stack([dosages(haplotypes, sites) @ beta for sites, beta in pairs], axis=1)

    def environment(self, haplotypes: Haplotypes, rng: np.random.Generator) -> Float64s:
        """Return what is not genetic: a shift along ancestry and noise, ``(n, TRAITS)``."""
        score = people(self.axis.project(haplotypes))[:, :1]
        # Nobody differs along an axis without length: then there is no shift.
        length = self.scale if self.scale > 1e-9 else np.inf
        shift = np.sqrt(SHIFT) * (score - self.centre) / length
        noise = rng.normal(0, np.sqrt(1 - HERITABILITY - SHIFT), (len(score), TRAITS))
        return np.asarray(shift + noise)


def ancestry(haplotypes: Haplotypes, components: int) -> Float64s:
    """Return people's scores on the principal components of their own panel, ``(n, k)``."""
    axes = fit_components(haplotypes[fitting_rows(len(haplotypes) // 2)], components)
    return people(axes.project(haplotypes))


# -- Association scans, beside covariates ----------------------------------------------------------


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
