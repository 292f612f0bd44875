"""Populations of people told by a classifier that learnt them from another panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.kernels.pca import MOST_ROWS, fit_components
from imaginome.kernels.statistics import mean_known, ratio
from imaginome.panel import Haplotypes, haplotype_rows

COMPONENTS = 20
PENALTY = 1.0
MOST_STEPS = 1_000


def features(fitted: Haplotypes, told: Haplotypes) -> tuple[Float64s, Float64s]:
    """Return people's scores on the components of the panel that is learnt from.

    Scores are in its standard deviations; its own are corrected for having taken part in the
    components, so that they are those of strangers too.

    Returns
    -------
    tuple
        ``float64``, shapes ``(n_fitted, k)`` and ``(n_told, k)``.
    """
    rows = fitting_rows(len(fitted) // 2)
    axes = fit_components(fitted[rows], max(1, min(COMPONENTS, len(rows) // 6)))
    scores = axes.project(fitted)
    scores[rows] = axes.own_scores(fitted[rows])
    return standardised(people(scores), people(axes.project(told)))


def standardised(own: Float64s, other: Float64s) -> tuple[Float64s, Float64s]:
    """Return both in standard deviations of the first from its mean, column by column."""
    centre, scale = own.mean(axis=0), own.std(axis=0)
    scale[scale == 0] = 1.0
    return (own - centre) / scale, (other - centre) / scale


def fitting_rows(n_individuals: int) -> Indices:
    """Return the haplotypes that components are fitted on: everyone's, or some thousands."""
    number = min(n_individuals, MOST_ROWS // 2)
    return haplotype_rows(np.arange(number) * n_individuals // number)


def people(scores: Float64s) -> Float64s:
    """Return scores of people: the sums of those of their haplotypes."""
    return np.asarray(scores[0::2] + scores[1::2])


def told_labels(fitted: Float64s, label: Indices, told: Float64s) -> Indices:
    """Fit multinomial logistic regression (Cox 1958) and return the likeliest label of others.

    Populations weigh the same, however many people each has. Call it with one thread: then
    rounding is fixed. Where nobody differs from anybody, everyone is told the first label.
    """
    if fitted.shape[1] == 0:
        return np.zeros(len(told), dtype=np.intp)
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=MOST_STEPS)
    return np.asarray(model.fit(fitted, label).predict(told), dtype=np.intp)


@dataclass(frozen=True, eq=False)
class Told:
    """How often the label of people is told rightly, by label and replicate.

    Attributes
    ----------
    recall
        Share of the people of a label who are told it, shape ``(replicates, n_labels)``; NaN
        where a replicate has none of them.
    accuracy
        Share of all people, shape ``(replicates,)``.
    """

    recall: Float64s
    accuracy: Float64s

    @classmethod
    def of(cls, label: Indices, told: Indices, weights: Float64s, n_labels: int) -> Told:
        """Compare told with true labels; `weights` is ``(replicates, n_people)``."""
        member = (label[:, None] == np.arange(n_labels)).astype(np.float64)
        right = (label == told).astype(np.float64)
        hits = weights @ (member * right[:, None])
        return cls(
            ratio(hits, weights @ member),
            ratio(hits.sum(axis=1), weights.sum(axis=1)),
        )

    def balanced(self) -> Float64s:
        """Return the mean recall over labels: small populations count as much as large ones."""
        return mean_known(self.recall.T)
