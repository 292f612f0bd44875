"""Populations of real people told from latent codes, and from as many components of genotypes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.metrics._labels import FEWEST, members
from imaginome.metrics._latent_components import fit_code_components
from imaginome.metrics._population_classifier import (
    COMPONENTS,
    Told,
    features,
    people,
    standardised,
    told_labels,
)
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.panel import haplotype_rows

FOLDS = 5


def told_by_codes_and_genotypes(
    comparison: Comparison, codes: Float32s, columns: Sequence[str]
) -> dict[str, dict[str, Told]]:
    """Tell labels of the holdout's people by cross-validation.

    Components and classifier are fitted to the people of the other folds alone. The model that
    encodes has seen none of them.

    Parameters
    ----------
    codes
        Latent codes of the holdout, ``float32``, shape ``(n_haplotypes, n_latent)``.
    columns
        Columns of labels; those without two labels of `FEWEST` people or more are left out.

    Returns
    -------
    dict
        By column, what ``codes`` and what ``genotypes`` tell.
    """
    found = {}
    for column in columns:
        groups = members(comparison.holdout, column, max(FEWEST, FOLDS))
        if len(groups) > 1:
            found[column] = _told(comparison, codes, column, list(groups.values()))
    return found


def _told(
    comparison: Comparison, codes: Float32s, column: str, groups: list[Indices]
) -> dict[str, Told]:
    people = np.concatenate(groups)
    label = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    rng = comparison.rng("latent", "folds", column)
    # Within a label people take turns in the folds, in random order.
    fold = np.concatenate([rng.permutation(len(group)) % FOLDS for group in groups])
    rows = haplotype_rows(people).reshape(-1, 2)
    told = {name: np.empty(len(people), dtype=np.intp) for name in ("codes", "genotypes")}
    for k in range(FOLDS):
        learn, tell = rows[fold != k].ravel(), rows[fold == k].ravel()
        x = comparison.holdout.haplotypes
        for name, (own, other) in {
            "codes": _code_features(codes[learn], codes[tell]),
            "genotypes": features(x[learn], x[tell]),
        }.items():
            told[name][fold == k] = told_labels(own, label[fold != k], other)
    drawn = individual_weights(
        len(people), comparison.replicates, comparison.rng("bootstrap", "latent", column)
    )
    weights = np.concatenate([np.ones((1, len(people))), drawn])
    return {name: Told.of(label, told[name], weights, len(groups)) for name in told}


def _code_features(fitted: Float32s, told: Float32s) -> tuple[Float64s, Float64s]:
    """Return people's scores on components of codes, as `features` does for genotypes."""
    axes = fit_code_components(fitted, max(1, min(COMPONENTS, len(fitted) // 6)))
    return standardised(people(axes.own_scores(fitted)), people(axes.project(told)))
