"""Latent space: real and artificial people in the codes of the model itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.pca import PointComponents, fit_point_components
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.cloud import ScoreDistances, Scores, density
from imaginome.metrics.comparison import COMPARED, Comparison
from imaginome.metrics.evidence import Codes
from imaginome.metrics.labels import FEWEST, GROUPINGS, members
from imaginome.metrics.measures import Sample, measure, short
from imaginome.metrics.population_classifier import (
    COMPONENTS,
    Told,
    features,
    people,
    standardised,
    told_labels,
)
from imaginome.metrics.resample import PANELS
from imaginome.panel import haplotype_rows
from imaginome.results import Cell, Figure, Measure, MetricResult, Table

# -- Populations of real people told from latent codes ---------------------------------------------


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
    by_column = {}
    for column in columns:
        groups = members(comparison.holdout, column, max(FEWEST, FOLDS))
        if len(groups) > 1:
            by_column[column] = _told(comparison, codes, column, list(groups.values()))
    return by_column


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
    axes = fit_point_components(fitted, max(1, min(COMPONENTS, len(fitted) // 6)))
    return standardised(people(axes.own_scores(fitted)), people(axes.project(told)))


# -- Latent space ----------------------------------------------------------------------------------


SHOWN = 6


class LatentSpace(Metric):
    """Real and artificial people in latent space, and what it knows of populations."""

    id = "latent"
    topic = "structure"
    name = "Latent space"
    description = (
        "Whether artificial people lie where real ones do in the model's own codes, and how much "
        "these codes know of populations."
    )
    citations = cite(
        yelmen2021="population structure in the hidden units of an RBM",
        bonneel2015="the sliced Wasserstein distance",
        patterson2006="principal components as a picture of population structure",
        cox1958="logistic regression",
        brodersen2010="the mean over classes of the share told rightly",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare latent codes; see `Metric.compute`."""
        evidence = comparison.evidence
        if evidence is None or evidence.latent is None:
            raise NotApplicable(
                "the model has no latent codes of haplotypes; with `evaluate`, name the fitted "
                "model with --model"
            )
        # One thread: with several, the last digits would depend on their number.
        with threadpool_limits(1):
            axes = fit_point_components(evidence.latent["holdout"], SHOWN)
            if len(axes.variance) == 0:
                raise NotApplicable("all people of the holdout have the same latent code")
            scores = _scores(axes, evidence.latent)
            told = told_by_codes_and_genotypes(comparison, evidence.latent["holdout"], GROUPINGS)
            distances = ScoreDistances(scores, comparison).sliced
            apart = [distances(name) for name in COMPARED]
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[_distance(apart), *(m for c in told for m in _accuracy(c, told[c]))],
            figures=_figures(scores),
            tables=_tables(comparison, scores),
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"Model {evidence.model}, {evidence.latent['holdout'].shape[1]} latent units. Axes "
                "are principal components of the holdout's codes; its own scores are corrected "
                "for that.",
                f"Populations are told of the holdout's people, {FOLDS} times a part of them by "
                f"all others, from {COMPONENTS} components at most of latent codes and as many of "
                "genotypes.",
            ],
        )


def _scores(axes: PointComponents, codes: Codes) -> Scores:
    """Return scores of the three panels in standard deviations of the holdout."""
    raw = {name: axes.project(codes[name]) for name in COMPARED}
    raw["holdout"] = axes.own_scores(codes["holdout"])
    scale = raw["holdout"].std(axis=0)
    scale[scale == 0] = 1.0
    return {name: raw[name] / scale for name in PANELS}


def _distance(apart: list[Sample]) -> Measure:
    return measure(
        "latent.sliced",
        "Sliced Wasserstein distance in latent space",
        *apart,
        unit=f"standard deviations of the holdout, components 1-{SHOWN} of the codes",
        best=0.0,
        key=True,
    )


def _accuracy(column: str, told: dict[str, Told]) -> list[Measure]:
    both = [told[name].balanced() for name in ("codes", "genotypes")]
    return [
        measure(
            f"latent.{column}",
            f"Prediction of {column} from latent codes",
            *(Sample(values[0], values[1:]) for values in both),
            unit=f"mean over {column}s of the share told rightly",
            best=1.0,
            toward="higher",
            bounds=(0.0, 1.0),
            note="Of real people. In the place of the ceiling: from as many principal components "
            "of genotypes.",
        )
    ]


def _figures(scores: Scores) -> list[Figure]:
    """Return density maps on the first two components."""
    return [
        figure.model_copy(
            update={"id": "latent.density", "title": "Haplotypes in latent space"},
        )
        for figure in density(scores)
    ]


def _tables(comparison: Comparison, scores: Scores) -> list[Table]:
    """Return where each population lies on the first two components, on average."""
    shown = [k for k in (0, 1) if k < scores["holdout"].shape[1]]
    groups = {n: members(getattr(comparison, n), "population", FEWEST) for n in PANELS}
    rows: list[list[Cell]] = []
    for label in sorted(groups["holdout"]):
        row: list[Cell] = [label]
        for name in ("holdout", "train", "artificial"):
            people = groups[name].get(label)
            means = scores[name].reshape(-1, 2, scores[name].shape[1]).mean(axis=1)
            row += [None if people is None else short(means[people, k].mean()) for k in shown]
        rows.append(row)
    if not rows:
        return []
    columns = [
        f"{name}, component {k + 1}" for name in ("holdout", "train", "artificial") for k in shown
    ]
    title = "Mean position of populations in latent space"
    return [
        Table(id="latent.populations", title=title, columns=["population", *columns], rows=rows)
    ]


ITEM = LatentSpace
