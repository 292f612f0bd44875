"""Two-sample classifiers: whether a machine can tell artificial haplotypes from real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.arrays import Float64s, Indices, UInt8s
from imaginome.citations import cite
from imaginome.kernels.bits import Bits, pack_sites
from imaginome.kernels.intervals import haplotype_weights, individual_weights
from imaginome.kernels.ranks import area, true_rates
from imaginome.kernels.statistics import mean_known, ratio
from imaginome.kernels.threads import map_pieces
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import COMPARED, Comparison
from imaginome.metrics.items.classifier.network import network_scores, one_thread
from imaginome.metrics.items.classifier.trees import grow
from imaginome.metrics.measures import Sample, axis, measure, shorts
from imaginome.metrics.resample import some
from imaginome.panel import Haplotypes, Sites
from imaginome.randomness import child_seed
from imaginome.results import Figure, Measure, MetricResult, Series

# -- Figures about two-sample classifiers ----------------------------------------------------------


POINTS = 101
BINS = 100
FEWEST_SITES = 5
"""Importance is added up over at least this many neighbouring sites."""

Scored = tuple[UInt8s, Indices, Float64s]


def curves(scored: Mapping[tuple[str, str], Scored]) -> Figure:
    """Return the mean curve over folds of each classifier and task.

    Parameters
    ----------
    scored
        By kind of classifier and name of panel: label, fold and score of each haplotype.
    """
    x = np.linspace(0, 1, POINTS)
    series = []
    for (kind, name), (label, fold, scores) in scored.items():
        rates = [
            true_rates(scores[there & (label == 1)], scores[there & (label == 0)], x)
            for there in (fold == k for k in range(int(fold.max()) + 1))
        ]
        y = shorts(mean_known(np.array(rates)))
        role: Any = name
        series.append(Series(name=f"{kind}: {name}", role=role, x=axis(x), y=list(y)))
    return Figure(
        id="classifier.curves",
        title="Artificial haplotypes recognised",
        reading="On the diagonal the classifier guesses; train against holdout shows what that "
        "looks like. The further above, the better artificial haplotypes are recognised.",
        kind="lines",
        x_label="share of real haplotypes taken for artificial",
        y_label="share of artificial haplotypes recognised",
        series=series,
        diagonal=True,
    )


def importance(sites: Sites, telling: Mapping[str, tuple[Indices, Float64s]]) -> Figure:
    """Return where the trees find what gives artificial haplotypes away.

    Parameters
    ----------
    telling
        By name of panel: sites that the trees saw, and the importance of each.
    """
    m = len(sites)
    number = max(1, min(BINS, m // FEWEST_SITES))
    cells = np.arange(m) * number // max(m, 1)
    one = len(set(sites.contig)) == 1
    where = sites.position / 1e6 if one else np.arange(m, dtype=np.float64)
    middle = np.bincount(cells, where, number) / np.maximum(np.bincount(cells, None, number), 1)
    series = []
    for name, (seen, values) in telling.items():
        total = np.bincount(cells[seen], values, number)
        role: Any = name
        y = shorts(ratio(total, total.sum()))
        series.append(Series(name=name, role=role, x=axis(middle), y=list(y)))
    return Figure(
        id="classifier.importance",
        title="Where along the genome the trees tell them apart",
        reading="A peak above the line of train against holdout is a stretch whose alleles give "
        "artificial haplotypes away.",
        kind="lines",
        x_label="position (Mb)" if one else "site",
        y_label="share of the trees' decisions",
        series=series,
    )


# -- Two-sample classifiers ------------------------------------------------------------------------


FOLDS = 3
KINDS = ("network", "trees")
MOST_SITES = 20_000
"""The network sees at most this many sites, drawn at random; the trees see all."""


@dataclass(frozen=True, eq=False)
class Task:
    """Haplotypes of one panel (label 1) above those of the holdout (label 0), and their folds.

    Attributes
    ----------
    haplotypes, bits
        Sites that vary, for the network; the same packed by site, for the trees.
    label, fold
        One a haplotype.
    sites
        Which sites of the panel the trees see.
    """

    haplotypes: Haplotypes
    bits: Bits
    label: UInt8s
    fold: Indices
    sites: Indices

    @classmethod
    def of(cls, comparison: Comparison, name: str) -> Task:
        """Build the task of telling one panel from the holdout."""
        panels = (getattr(comparison, name), comparison.holdout)
        counts = sum(panel.haplotypes.sum(axis=0, dtype=np.int64) for panel in panels)
        sizes = [panel.n_haplotypes for panel in panels]
        sites = np.flatnonzero((counts > 0) & (counts < sum(sizes)))
        seen = sites[some(len(sites), MOST_SITES, comparison.rng("classifier", "sites"))]
        folds = [
            _folds(n // 2, comparison.rng("classifier", "folds", k)) for k, n in enumerate(sizes)
        ]
        return cls(
            np.concatenate([panel.haplotypes[:, seen] for panel in panels]),
            pack_sites(np.concatenate([panel.haplotypes[:, sites] for panel in panels])),
            np.repeat(np.array([1, 0], dtype=np.uint8), sizes),
            np.concatenate(folds),
            sites,
        )


def _folds(n_individuals: int, rng: np.random.Generator) -> Indices:
    """Return the fold of each haplotype: both of a person in one."""
    return np.repeat(rng.permutation(n_individuals) % FOLDS, 2).astype(np.intp)


@dataclass(frozen=True, eq=False)
class Outcome:
    """Out-of-fold scores, one a haplotype, and the trees' importance of each of the sites."""

    scores: Float64s
    importance: Float64s


def _outcomes(
    comparison: Comparison, kinds: tuple[str, ...] = KINDS
) -> dict[tuple[str, str], tuple[Task, Outcome]]:
    """Train and apply every classifier on every fold of both tasks."""
    tasks = {name: Task.of(comparison, name) for name in COMPARED}
    jobs = [(kind, name, fold) for kind in kinds for name in COMPARED for fold in range(FOLDS)]

    def work(job: tuple[str, str, int]) -> tuple[Float64s, Float64s]:
        kind, name, fold = job
        task = tasks[name]
        rows = np.flatnonzero(task.fold != fold), np.flatnonzero(task.fold == fold)
        if kind == "trees":
            rng = comparison.rng("classifier", "trees", name, fold)
            forest = grow(task.bits, task.label, *rows, rng)
            return forest.scores, forest.importance
        seed = child_seed(comparison.seed, "comparison", "classifier", "network", name, fold)
        return network_scores(task.haplotypes, task.label, *rows, seed), np.empty(0)

    with one_thread():
        done = dict(zip(jobs, map_pieces(work, jobs, comparison.threads), strict=True))
    outcomes = {}
    for kind in kinds:
        for name in COMPARED:
            task = tasks[name]
            scores = np.empty(len(task.label))
            for fold in range(FOLDS):
                scores[task.fold == fold] = done[kind, name, fold][0]
            telling = np.sum([done[kind, name, fold][1] for fold in range(FOLDS)], axis=0)
            outcomes[kind, name] = task, Outcome(scores, telling)
    return outcomes


def tree_areas(comparison: Comparison) -> dict[str, float]:
    """Return the area under the curve of the trees alone: quick, and without intervals.

    Keys are ``artificial`` and ``train`` (the ceiling); NaN for panels of too few people.
    """
    if _fewest(comparison) < 2 * FOLDS:
        return dict.fromkeys(COMPARED, float("nan"))
    outcomes = _outcomes(comparison, ("trees",))
    return {
        name: _area(comparison, name, task, outcome.scores).value
        for (_, name), (task, outcome) in outcomes.items()
    }


def _fewest(comparison: Comparison) -> int:
    """Return the number of individuals of the smallest panel."""
    panels = comparison.train, comparison.holdout, comparison.artificial
    return min(panel.n_individuals for panel in panels)


def _area(comparison: Comparison, name: str, task: Task, scores: Float64s) -> Sample:
    """Return the mean area over folds, and replicates over individuals."""
    ones, zeros = task.label == 1, task.label == 0
    drawn = []
    for panel, side in ((name, ones), ("holdout", zeros)):
        rng = comparison.rng("bootstrap", "classifier", panel)
        weights = individual_weights(int(side.sum()) // 2, comparison.replicates, rng)
        both = np.concatenate([np.ones((1, weights.shape[1]), np.float32), weights])
        drawn.append(haplotype_weights(both).astype(np.float64))
    areas = []
    for fold in range(FOLDS):
        there = task.fold == fold
        first, second = there & ones, there & zeros
        times = drawn[0][:, there[ones]], drawn[1][:, there[zeros]]
        areas.append(area(scores[first], scores[second], *times))
    mean = mean_known(np.array(areas))
    return Sample(mean[0], mean[1:])


class Classifier(Metric):
    """Metric 7: classifiers told to separate artificial from real haplotypes."""

    id = "classifier"
    topic = "classifier"
    name = "Two-sample classifiers"
    description = "Whether a machine can learn to tell artificial haplotypes from real ones."
    citations = cite(
        lopezpaz2017=(
            "a classifier's held-out success as a measure of the difference of two samples"
        ),
        geurts2006="the classifier by trees",
        kingma2015="the optimiser of the neural network",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Train classifiers; see `Metric.compute`."""
        none = Sample(float("nan"))
        samples = {(kind, name): none for kind in KINDS for name in COMPARED}
        figures: list[Figure] = []
        enough = _fewest(comparison) >= 2 * FOLDS
        if enough:
            outcomes = _outcomes(comparison)
            for (kind, name), (task, outcome) in outcomes.items():
                samples[kind, name] = _area(comparison, name, task, outcome.scores)
            figures = [
                curves({key: (t.label, t.fold, o.scores) for key, (t, o) in outcomes.items()}),
                importance(
                    comparison.holdout.sites,
                    {
                        n: (outcomes["trees", n][0].sites, outcomes["trees", n][1].importance)
                        for n in COMPARED
                    },
                ),
            ]
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(samples, "" if enough else f"Needs {2 * FOLDS} people a panel."),
            figures=figures,
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"Cross-validated in {FOLDS} parts, both haplotypes of a person in one. The area "
                "is computed in each part and averaged.",
                "Intervals resample people among those scored; classifiers are not trained anew.",
            ],
        )


def _measures(samples: dict[tuple[str, str], Sample], note: str) -> list[Measure]:
    titles = {"trees": "extremely randomised trees", "network": "neural network"}
    return [
        measure(
            f"classifier.{kind}",
            f"Told apart by {title}",
            *(samples[kind, name] for name in COMPARED),
            unit="area under the curve",
            best=0.5,
            toward="best",
            bounds=(0.0, 1.0),
            key=True,
            note=note or "0.5: guessing; 1: every artificial haplotype is recognised.",
        )
        for kind, title in titles.items()
    ]


ITEM = Classifier
