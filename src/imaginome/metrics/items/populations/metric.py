"""Within populations: each as well drawn as the whole, the small ones too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.intervals import estimate
from imaginome.kernels.statistics import mean_known
from imaginome.kernels.threads import map_pieces
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.populations.errors import (
    LEAST,
    Found,
    Places,
    compare,
    left_out,
    population_groups,
)
from imaginome.metrics.measures import Sample, measure, short
from imaginome.results import Cell, Estimate, Figure, Measure, MetricResult, Series, Table

# -- Figures and table of errors within populations ------------------------------------------------


WHAT = {"frequency": "allele frequencies", "linkage": "linkage between near sites"}
COLUMNS = {
    "frequency": "frequency error",
    "linkage": "r2 error",
    "lost": "sites lost",
    "fst": "F_ST to real",
    "diversity": "diversity",
}


def figures(found: list[Found]) -> list[Figure]:
    """Return the error in units of the ceiling, by population."""
    return [_figure(found, kind) for kind in WHAT]


def _figure(found: list[Found], kind: str) -> Figure:
    artificial = [estimate(float(f.ratio(kind)), f.ratio_spread(kind), lowest=0.0) for f in found]
    chance = [_by_chance(f, kind) for f in found]
    return Figure(
        id=f"populations.{kind}",
        title=f"Error of {WHAT[kind]} by population",
        reading="At 1 people of a population are as close to real ones as other real people "
        "are; above, further off. The smallest populations come first, superpopulations last. "
        "Train shows what another sample of real people would give by chance.",
        kind="points",
        x_label="population",
        y_label="error, in units of the ceiling",
        series=[
            _series("artificial", found, artificial),
            _series("train", found, chance),
        ],
    )


def _by_chance(found: Found, kind: str) -> Estimate:
    values = found.ratio_by_chance(kind)
    return estimate(1.0 if np.isfinite(values).any() else np.nan, values, lowest=0.0)


def _series(name: str, found: list[Found], values: list[Estimate]) -> Series:
    return Series(
        name=name,
        role="artificial" if name == "artificial" else "train",
        x=[f.group.label for f in found],
        y=[None if v.value is None else short(v.value) for v in values],
        low=[None if v.low is None else short(v.low) for v in values],
        high=[None if v.high is None else short(v.high) for v in values],
    )


def table(found: list[Found]) -> Table:
    """Return every error of every group beside its ceiling, smallest populations first."""
    columns = ["group", "kind", "people"]
    for kind, name in COLUMNS.items():
        columns += [name, f"{name}, ceiling"]
        columns += [f"{name}, ratio"] if kind in WHAT else []
    return Table(
        id="populations.table",
        title="Errors within populations",
        columns=columns,
        rows=[_row(f) for f in found],
    )


def _row(found: Found) -> list[Cell]:
    row: list[Cell] = [found.group.label, found.group.column, found.group.people]
    for kind in COLUMNS:
        row += [short(found.values[name][kind]) for name in ("artificial", "train")]
        row += [short(found.ratio(kind))] if kind in WHAT else []
    return row


# -- Within populations ----------------------------------------------------------------------------


UNIT = "times the ceiling"


class Populations(Metric):
    """Metrics 1, 2, 4 and 5 within each labelled population."""

    id = "populations"
    topic = "populations"
    name = "Within populations"
    description = "Whether people of each population, small ones too, are as real ones of it are."
    citations = cite(
        yelmen2021="artificial genomes for populations that are under-represented",
        hill1968="r2 as the measure of linkage disequilibrium",
        bhatia2013="Hudson's estimator of F_ST as a ratio of averages",
        nei1979="differences between pairs of haplotypes",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare the people of each population; see `Metric.compute`."""
        groups = population_groups(comparison)
        places = Places.of(comparison)
        found = map_pieces(lambda g: compare(comparison, g, places), groups, comparison.threads)
        # Means and maxima run over one kind of group; the others are in the table.
        finest = [f for f in found if f.group.column == groups[0].column]
        notes = [
            f"Each of {len(finest)} {groups[0].column}s with {LEAST} people or more in all panels "
            "is compared with its own people in the holdout, and so are as many train people: "
            "the ceiling.",
            left_out(comparison, groups),
            "The ceiling of a ratio is what another sample of real people would give: near 1 in "
            "the mean, above it for the worst of many. It comes from train and holdout together, "
            "divided at random into a reference and two panels to compare with it.",
            "Linkage: r2 of pairs up to 50 sites apart on one contig, 0 where a site is fixed; "
            "where it is fixed in one panel only the error is at least one over the haplotypes. "
            "Diversity: mean pairwise difference, in units of that of real people.",
        ]
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[*_ratios(finest), *_means(finest)],
            figures=figures(found),
            tables=[table(found)],
            citations=[citation.text() for citation in self.citations],
            notes=[note for note in notes if note],
        )


def _ratios(found: list[Found]) -> list[Measure]:
    """Return the mean and the worst error over populations, in units of their ceilings."""
    over: dict[str, tuple[str, Callable[[Float64s], Float64s]]] = {
        "mean": ("mean over populations", mean_known),
        "worst": ("worst population", _largest),
    }
    measures = []
    for kind, what in WHAT.items():
        for key, (words, reduce) in over.items():
            chance = reduce(np.array([f.ratio_by_chance(kind) for f in found]))
            measures.append(
                measure(
                    f"populations.{kind}_{key}",
                    f"Error of {what}, {words}",
                    Sample(
                        reduce(np.array([f.ratio(kind) for f in found])),
                        reduce(np.array([f.ratio_spread(kind) for f in found])),
                    ),
                    Sample(mean_known(chance), chance),
                    unit=UNIT,
                    key=True,
                )
            )
    return measures


def _means(found: list[Found]) -> list[Measure]:
    """Return what has no ratio: its ceiling may be nothing at all."""
    return [
        measure(
            "populations.lost",
            "Sites lost within a population",
            *_both(found, "lost"),
            unit="share of the sites polymorphic there in the holdout, mean over populations",
            best=0.0,
            bounds=(0.0, 1.0),
        ),
        measure(
            "populations.fst",
            "F_ST of a population to its own real people",
            *_both(found, "fst"),
            unit="mean over populations",
            best=0.0,
            bounds=(-1.0, 1.0),
        ),
        measure(
            "populations.diversity",
            "Error of the mean pairwise difference within a population",
            *_both(found, "diversity", lambda values: np.abs(values - 1)),
            unit="share of the real one, mean over populations",
            best=0.0,
        ),
    ]


def _both(
    found: list[Found], kind: str, turned: Callable[[Float64s], Float64s] = lambda values: values
) -> list[Sample]:
    return [
        Sample(
            mean_known(turned(np.array([f.values[name][kind] for f in found]))),
            mean_known(turned(np.array([f.spread[name][kind] for f in found]))),
        )
        for name in ("artificial", "train")
    ]


def _largest(values: Float64s) -> Float64s:
    """Return the largest known value over the first axis; NaN where none is."""
    largest = np.where(np.isfinite(values), values, -np.inf).max(axis=0)
    return np.asarray(np.where(np.isfinite(largest), largest, np.nan))


ITEM = Populations
