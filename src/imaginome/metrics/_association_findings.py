"""What association scans of one panel find, and how well two panels agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from imaginome.arrays import Float64s, Indices
from imaginome.metrics._regression import Scan
from imaginome.metrics._statistics import moments, pearson
from imaginome.metrics._traits import TRAITS, Architecture

TOP = 0.01
ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class Findings:
    """What the scans of one panel found.

    Attributes
    ----------
    z, null
        Scores of the traits with and without effects, ``(n_tested, TRAITS)``.
    causal
        Scores at the causal sites, ``(TRAITS, CAUSAL)``.
    estimated, true
        Effects at the causal sites, the same shape, in units of the true effects' spread.
    """

    z: Float64s
    null: Float64s
    causal: Float64s
    estimated: Float64s
    true: Float64s

    @classmethod
    def of(cls, found: Scan, tested: Indices, made: Architecture) -> Findings:
        """Take the causal sites out of a scan of `tested` (sorted, all causal ones in it)."""
        rows = np.searchsorted(tested, made.causal)
        columns = np.arange(TRAITS)[:, None]
        return cls(
            found.z[:, :TRAITS],
            found.z[:, TRAITS:],
            found.z[rows, columns],
            found.effects[rows, columns],
            made.effects,
        )

    def power(self, tests: int) -> float:
        """Return the share of causal sites that are significant after `tests` tests."""
        return float((self.causal**2 > _threshold(tests)).mean())

    def inflation(self) -> float:
        """Return the genomic inflation of traits without effects (Devlin and Roeder 1999)."""
        return float(np.median(self.null**2) / chi2.ppf(0.5, 1))

    def recovery(self) -> float:
        """Return the correlation of estimated with true effects, over sites of all traits.

        A panel without variation tells nothing of effects: 0.
        """
        found = pearson(moments(self.estimated.ravel(), self.true.ravel()))
        return float(np.nan_to_num(found))

    def row(self, tests: int) -> tuple[float, float, float, float]:
        """Return the table's figures of this panel."""
        slope = float((self.estimated * self.true).sum() / (self.true**2).sum())
        significant = float((self.z**2 > _threshold(tests)).mean())
        return self.power(tests), significant, slope, self.inflation()


def _threshold(tests: int) -> float:
    return float(chi2.isf(ALPHA / tests, 1))


def correlation(one: Findings, other: Findings) -> float:
    """Return the correlation of z-scores over sites, averaged over traits."""
    found = pearson(moments(one.z.T, other.z.T))
    return float(np.nanmean(found)) if np.isfinite(found).any() else 0.0


def overlap(one: Findings, other: Findings) -> float:
    """Return the share of the strongest sites of a trait that two panels have in common."""
    number = max(5, round(TOP * len(one.z)))
    a, b = (np.argsort(-np.abs(part.z), axis=0, kind="stable")[:number] for part in (one, other))
    return float(np.mean([np.isin(a[:, t], b[:, t]).mean() for t in range(TRAITS)]))
