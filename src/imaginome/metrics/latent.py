"""Latent space: real and artificial people in the codes of the model itself."""

from __future__ import annotations

from typing import ClassVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.citations import YELMEN_2021, Citation
from imaginome.metrics._citations import (
    BONNEEL_2015,
    BRODERSEN_2010,
    COX_1958,
    EFRON_1979,
    PATTERSON_2006,
)
from imaginome.metrics._density import density
from imaginome.metrics._labels import FEWEST, members
from imaginome.metrics._latent_classifier import FOLDS, told_by_codes_and_genotypes
from imaginome.metrics._latent_components import CodeComponents, fit_code_components
from imaginome.metrics._population_classifier import COMPONENTS, Told
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample, measure, short
from imaginome.metrics._scores import NAMES, ScoreDistances, Scores
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evidence import Codes
from imaginome.results import Cell, Figure, Measure, MetricResult, Table

SHOWN = 6
COLUMNS = ("superpopulation", "population")


class LatentSpace(Metric):
    """Real and artificial people in latent space, and what it knows of populations."""

    id = "latent"
    topic = "structure"
    name = "Latent space"
    description = (
        "Whether artificial people lie where real ones do in the model's own codes, and how much "
        "these codes know of populations."
    )
    citations: ClassVar[tuple[Citation, ...]] = (
        YELMEN_2021.because("population structure in the hidden units of an RBM"),
        BONNEEL_2015,
        PATTERSON_2006,
        COX_1958,
        BRODERSEN_2010,
        EFRON_1979,
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
            axes = fit_code_components(evidence.latent["holdout"], SHOWN)
            if len(axes.variance) == 0:
                raise NotApplicable("all people of the holdout have the same latent code")
            scores = _scores(axes, evidence.latent)
            told = told_by_codes_and_genotypes(comparison, evidence.latent["holdout"], COLUMNS)
            distances = ScoreDistances(scores, comparison).sliced
            apart = [distances(name) for name in NAMES]
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


def _scores(axes: CodeComponents, codes: Codes) -> Scores:
    """Return scores of the three panels in standard deviations of the holdout."""
    raw = {name: axes.project(codes[name]) for name in NAMES}
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
