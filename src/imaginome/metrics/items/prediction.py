"""Prediction: population labels learnt from artificial people, told of real ones."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.intervals import column_interval, individual_weights
from imaginome.kernels.threads import map_pieces
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import COMPARED, Comparison
from imaginome.metrics.labels import FEWEST, GROUPINGS, members
from imaginome.metrics.measures import Sample, measure, short, shorts
from imaginome.metrics.population_classifier import COMPONENTS, Told, features, told_labels
from imaginome.metrics.resample import PANELS
from imaginome.panel import Panel
from imaginome.results import Figure, Measure, MetricResult, Series, Table

Predictions = dict[str, Told]


class Prediction(Metric):
    """Metric 9, its last part: train on artificial, test on real."""

    id = "prediction"
    topic = "usefulness"
    name = "Prediction of population"
    description = (
        "Whether a classifier that learnt populations from artificial people tells those of real "
        "ones."
    )
    citations = cite(
        esteban2017="train on synthetic, test on real",
        cox1958="logistic regression",
        brodersen2010="the mean over classes of the share told rightly",
        patterson2006="principal components as a picture of population structure",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Learn populations twice and tell those of the holdout; see `Metric.compute`."""
        labels = {column: _shared(comparison, column) for column in GROUPINGS}
        labels = {column: names for column, names in labels.items() if len(names) > 1}
        if not labels:
            raise NotApplicable(_reason(comparison))
        # One thread: with several, the last digits would depend on their number.
        with threadpool_limits(1):
            scores = map_pieces(
                lambda name: _features(comparison, name), COMPARED, comparison.threads
            )
            predictions = {
                column: {
                    name: _told(comparison, column, name, labels[column], *both)
                    for name, both in zip(COMPARED, scores, strict=True)
                }
                for column in labels
            }
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[
                m for column in labels for m in _measures(column, predictions[column], labels)
            ],
            figures=[
                _figure(column, names, predictions[column]) for column, names in labels.items()
            ],
            tables=[
                _table(comparison, column, names, predictions[column])
                for column, names in labels.items()
            ],
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"Logistic regression on the first {COMPONENTS} components of the panel that is "
                "learnt from, fitted to it alone; the people of the holdout are projected. "
                "Populations weigh the same in learning and in the score.",
                f"Labels that {FEWEST} people or more of the holdout and of train have. Whoever "
                "has a label that no artificial person has counts as told wrongly.",
                *_missing(comparison, labels),
                "Intervals draw the people of the holdout anew; nothing is learnt anew.",
            ],
        )


def _shared(comparison: Comparison, column: str) -> list[str]:
    """Return the labels to be told: those of real people; none where artificial ones teach none.

    A label that the artificial panel lacks stays: else a generator would gain by leaving out the
    populations that are hard to tell apart.
    """
    real = [set(members(getattr(comparison, name), column)) for name in ("train", "holdout")]
    shared = sorted(set.intersection(*real))
    taught = set(shared) & set(members(comparison.artificial, column, 1))
    return shared if len(taught) > 1 else []


def _missing(comparison: Comparison, labels: dict[str, list[str]]) -> list[str]:
    """Say which labels the artificial panel lacks."""
    taught = {column: members(comparison.artificial, column, 1) for column in labels}
    lacking = {c: [name for name in names if name not in taught[c]] for c, names in labels.items()}
    return [
        f"No artificial person has the {column}: {', '.join(names)}."
        for column, names in lacking.items()
        if names
    ]


def _reason(comparison: Comparison) -> str:
    """Say which panels lack labels."""
    without = [
        name
        for name, least in (("artificial", 1), ("train", FEWEST), ("holdout", FEWEST))
        if all(len(members(getattr(comparison, name), column, least)) < 2 for column in GROUPINGS)
    ]
    if not without:
        return "The panels have no two labels of population in common."
    return (
        f"No labels of two populations ({FEWEST} people or more of each that are real) in: "
        f"{', '.join(without)}. It needs labels in all three panels: give a table of labels, and "
        "for the artificial people choose a generator that draws from a population."
    )


def _features(comparison: Comparison, name: str) -> tuple[Float64s, Float64s]:
    """Return scores of the people of one panel and of the holdout."""
    learnt: Panel = getattr(comparison, name)
    return features(learnt.haplotypes, comparison.holdout.haplotypes)


def _told(
    comparison: Comparison,
    column: str,
    name: str,
    labels: list[str],
    own: Float64s,
    other: Float64s,
) -> Told:
    """Learn the labels of one panel and tell those of the holdout."""
    nobody = np.empty(0, dtype=np.intp)
    rows, codes = [], []
    for panel in (getattr(comparison, name), comparison.holdout):
        by_label = members(panel, column, 1)
        groups = [by_label.get(label, nobody) for label in labels]
        rows.append(np.concatenate(groups))
        codes.append(np.repeat(np.arange(len(labels)), [len(group) for group in groups]))
    told = told_labels(own[rows[0]], codes[0], other[rows[1]])
    n = len(told)
    rng = comparison.rng("bootstrap", "prediction", column)
    drawn = individual_weights(n, comparison.replicates, rng)
    weights = np.concatenate([np.ones((1, n)), drawn])
    return Told.of(codes[1], told, weights, len(labels))


def _measures(column: str, predictions: Predictions, labels: dict[str, list[str]]) -> list[Measure]:
    scores = {
        "": (
            "mean over {}s of the share told rightly",
            {n: t.balanced() for n, t in predictions.items()},
        ),
        "_people": (
            "share of people told rightly",
            {n: t.accuracy for n, t in predictions.items()},
        ),
    }
    chance = 1 / len(labels[column])
    return [
        measure(
            f"prediction.{column}{key}",
            f"Prediction of {column}" + (", all people alike" if key else ""),
            *(Sample(values[name][0], values[name][1:]) for name in COMPARED),
            unit=unit.format(column),
            best=1.0,
            toward="higher",
            bounds=(0.0, 1.0),
            key=not key and column == list(labels)[-1],
            note="" if key else f"Guessing: {chance:.2g}.",
        )
        for key, (unit, values) in scores.items()
    ]


def _figure(column: str, labels: list[str], predictions: Predictions) -> Figure:
    return Figure(
        id=f"prediction.{column}",
        title=f"Real people whose {column} is told rightly",
        reading="Bars of the same height: artificial people teach as much as real ones. A low "
        "bar of artificial alone is a population that the generator has not caught.",
        kind="bars",
        x_label=column,
        y_label="share of people",
        series=[_series(name, labels, predictions[name]) for name in COMPARED],
    )


def _series(name: str, labels: list[str], told: Told) -> Series:
    value = told.recall[0]
    # The value itself where there are no replicates.
    ends = column_interval(told.recall[1:])
    low, high = (np.where(np.isnan(end), value, end) for end in ends)
    return Series.model_validate(
        {
            "name": name,
            "role": name,
            "x": labels,
            "y": shorts(value),
            "low": shorts(np.minimum(low, value)),
            "high": shorts(np.maximum(high, value)),
        }
    )


def _table(
    comparison: Comparison, column: str, labels: list[str], predictions: Predictions
) -> Table:
    sizes = {name: members(getattr(comparison, name), column, 1) for name in PANELS}
    return Table(
        id=f"prediction.{column}",
        title=f"Share told rightly by {column}",
        columns=[
            column,
            "people, holdout",
            "people, train",
            "people, artificial",
            "told rightly, from artificial",
            "told rightly, ceiling",
        ],
        rows=[
            [
                label,
                *(len(sizes[name].get(label, ())) for name in ("holdout", "train", "artificial")),
                *(short(predictions[name].recall[0, k]) for name in COMPARED),
            ]
            for k, label in enumerate(labels)
        ],
    )


ITEM = Prediction
