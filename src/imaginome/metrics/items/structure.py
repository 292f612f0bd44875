"""Population structure: principal components and F_ST."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.pca import MOST_ROWS, Components, fit_components
from imaginome.kernels.statistics import mean_error, moments
from imaginome.metrics.base import Metric
from imaginome.metrics.cloud import ScoreDistances, Scores, density
from imaginome.metrics.comparison import COMPARED, PARTS, Comparison
from imaginome.metrics.fst import PopulationCounts, shared_populations
from imaginome.metrics.labels import shared_groups
from imaginome.metrics.measures import Sample, measure, short
from imaginome.metrics.resample import PANELS
from imaginome.results import Cell, Measure, MetricResult, Table

# -- F_ST between labelled populations -------------------------------------------------------------


REPLICATES = 50
MOST_TABLE_ROWS = 400
NAME = "Mean absolute error of F_ST between populations"


def differentiation(comparison: Comparison) -> tuple[Measure, list[Table]]:
    """Compare F_ST between the populations that all three panels have."""
    column, populations = shared_populations(comparison)
    if not populations:
        none = Sample(float("nan"))
        note = "Not all panels have labels of two or more populations in common."
        return measure("structure.fst_mae", NAME, none, none, best=0.0, note=note), []
    pairs = np.triu_indices(len(populations), 1)
    number = min(comparison.replicates, REPLICATES)
    values: dict[str, Float64s] = {}
    spread: dict[str, Float64s] = {}
    for name in PANELS:
        counts = PopulationCounts(getattr(comparison, name), column, populations)
        rng = comparison.rng("bootstrap", "fst", name)
        values[name] = counts.fst()[pairs]
        spread[name] = counts.replicates(number, rng)[:, pairs[0], pairs[1]]
    samples = [
        Sample(
            mean_error(moments(values[name], values["holdout"])),
            mean_error(moments(spread[name], spread["holdout"])),
        )
        for name in ("artificial", "train")
    ]
    note = f"Hudson's estimator, {len(pairs[0])} pairs of {column}s."
    fst_mae = measure("structure.fst_mae", NAME, *samples, best=0.0, note=note)
    return fst_mae, [_table(column, populations, values)]


def _table(column: str, populations: list[str], values: dict[str, Float64s]) -> Table:
    """Return F_ST of each pair, those that differ most first."""
    first, second = np.triu_indices(len(populations), 1)
    order = np.argsort(
        -np.abs(np.nan_to_num(values["artificial"] - values["holdout"])), kind="stable"
    )
    rows: list[list[Cell]] = [
        [
            populations[first[k]],
            populations[second[k]],
            *(short(values[name][k]) for name in ("holdout", "artificial", "train")),
        ]
        for k in order[:MOST_TABLE_ROWS]
    ]
    return Table(
        id="structure.fst",
        title=f"F_ST between {column}s, largest differences first",
        columns=[column, column, "holdout", "artificial", "train"],
        rows=rows,
    )


# -- Population structure --------------------------------------------------------------------------


class Structure(Metric):
    """Metric 4: where haplotypes lie on the principal components of real people; F_ST."""

    id = "structure"
    topic = "structure"
    name = "Population structure"
    description = "Whether haplotypes form the groups and gradients that real people form."
    citations = cite(
        patterson2006="principal components as a picture of population structure",
        prive2020=(
            "scores of people whom the axes were fitted on are inflated against projected ones"
        ),
        bonneel2015="the sliced Wasserstein distance",
        bhatia2013="Hudson's estimator of F_ST as a ratio of averages",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare structure; see `Metric.compute`."""
        # One thread: with several, the last digits would depend on their number.
        with threadpool_limits(1):
            return self._compute(comparison)

    def _compute(self, comparison: Comparison) -> MetricResult:
        components = _fitted(comparison)
        measures: list[Measure] = []
        figures, tables = [], []
        if len(components.variance) > 0:
            scores = _scores(comparison, components)
            distances = ScoreDistances(scores, comparison)
            measures = _measures(distances)
            figures = density(scores, shared_groups(comparison, PARTS))
            tables = [_by_component(distances, components)]
        fst, fst_tables = differentiation(comparison)
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[*(measures or _nothing()), fst],
            figures=figures,
            tables=[*tables, *fst_tables],
            citations=[citation.text() for citation in self.citations],
            notes=[
                "Axes are fitted on the holdout alone, so that train and artificial are both "
                "strangers to them; the holdout's own scores are corrected as if each haplotype "
                "had been left out. Scores are in units of the holdout's standard deviation.",
                "Intervals keep the axes; those of the transport distance come from samples of "
                "200 individuals and are scaled to its size.",
            ],
        )


def _fitted(comparison: Comparison) -> Components:
    haplotypes = comparison.holdout.haplotypes
    if len(haplotypes) > MOST_ROWS:
        rng = comparison.rng("structure", "fit")
        haplotypes = haplotypes[np.sort(rng.choice(len(haplotypes), MOST_ROWS, replace=False))]
    return fit_components(haplotypes)


def _scores(comparison: Comparison, components: Components) -> Scores:
    """Return standardised scores of the three panels, shape ``(n_haplotypes, k)`` each."""
    raw = {name: components.project(getattr(comparison, name).haplotypes) for name in COMPARED}
    raw["holdout"] = components.own_scores(comparison.holdout.haplotypes)
    scale = raw["holdout"].std(axis=0)
    scale[scale == 0] = 1.0
    return {name: raw[name] / scale for name in PANELS}


TITLES = {
    "sliced": "Sliced Wasserstein distance, components 1-6",
    "transport": "Optimal transport distance, components 1-2",
    "components": "Mean Wasserstein distance of single components",
}


def _measures(distances: ScoreDistances) -> list[Measure]:
    kinds = {"sliced": distances.sliced, "transport": distances.transport}
    kinds["components"] = distances.single
    return [
        measure(
            f"structure.{key}",
            TITLES[key],
            *(make(name) for name in COMPARED),
            unit="standard deviations of the holdout",
            best=0.0,
            key=key == "sliced",
        )
        for key, make in kinds.items()
    ]


def _nothing() -> list[Measure]:
    """Return the measures of panels in which nothing varies."""
    none = Sample(float("nan"))
    note = "The holdout does not vary: there are no components."
    return [
        measure(f"structure.{key}", title, none, none, best=0.0, key=key == "sliced", note=note)
        for key, title in TITLES.items()
    ]


def _by_component(distances: ScoreDistances, components: Components) -> Table:
    share = components.variance / components.total
    values = [distances.by_component(name) for name in COMPARED]
    return Table(
        id="structure.by_component",
        title="Wasserstein distance by component",
        columns=["component", "share of variance", "artificial", "ceiling"],
        rows=[
            [k + 1, short(share[k]), *(short(value[k]) for value in values)]
            for k in range(len(share))
        ],
    )


ITEM = Structure
