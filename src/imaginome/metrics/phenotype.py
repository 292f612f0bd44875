"""A phenotype learned with the genome: the same alleles go with it as among real people."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import YELMEN_2021, Citation
from imaginome.metrics._citations import EFRON_1979, HALDANE_1956, MANTEL_HAENSZEL_1959
from imaginome.metrics._phenotype_effects import COMMON, LEAST, Effects, phenotype_effects
from imaginome.metrics._phenotype_figures import strongest_figure, strongest_table
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._statistics import mean_error, moments, pearson, ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.results import Measure, MetricResult


class Phenotype(Metric):
    """Odds ratios of alleles for a phenotype that was learned with the genome."""

    id = "phenotype"
    topic = "usefulness"
    name = "Phenotype"
    description = "Whether alleles go with the phenotype as they do among real people."
    citations: ClassVar[tuple[Citation, ...]] = (
        YELMEN_2021.because("artificial genomes with a phenotype learned together (eye colour)"),
        MANTEL_HAENSZEL_1959,
        HALDANE_1956,
        EFRON_1979,
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare log odds ratios; see `Metric.compute`."""
        effects = phenotype_effects(comparison)
        sites = comparison.holdout.sites
        values = {name: _values(effects, name, spread=False) for name in ("artificial", "train")}
        spread = {name: _values(effects, name, spread=True) for name in ("artificial", "train")}
        samples = {
            key: [Sample(values[name][key][0], spread[name][key]) for name in values]
            for key in values["train"]
        }
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(samples),
            figures=[strongest_figure(effects, sites)],
            tables=[strongest_table(effects, sites)],
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"Compared at {len(effects.sites):,} alleles of a frequency of {COMMON:.0%} or "
                f"more, for values of the phenotype that {LEAST} people or more of each panel "
                f"have: {', '.join(effects.cases)} against all others, with equally many of each "
                "value in all panels. People whose phenotype is unknown are left out.",
                "Where a panel is fixed it keeps no effect; the mean error leaves these sites out.",
                "Odds ratios are those within populations (Mantel and Haenszel), where there are "
                "labels: differences between populations are no association.",
            ],
        )


def _values(effects: Effects, name: str, *, spread: bool) -> dict[str, Float64s]:
    """Return the measures of one panel against the holdout; replicates where `spread`."""
    odds = effects.spread if spread else {n: v[:, None] for n, v in effects.whole.items()}
    case = np.array([case for case, _ in effects.strongest], dtype=np.intp)
    place = np.array([j for _, j in effects.strongest], dtype=np.intp)
    place = place if spread else effects.drawn[place]
    # Cases beside sites: all that a replicate has along the last axis.
    flat = {n: np.moveaxis(v, 0, 1).reshape(v.shape[1], -1) for n, v in odds.items()}
    top = {n: v[case, :, place].T for n, v in odds.items()}
    # What is fixed goes with nothing. It has no error: none at all would be less than chance makes
    # among real people.
    goes = moments(np.nan_to_num(flat[name]), flat["holdout"])
    return {
        "effect_mae": mean_error(moments(flat[name], flat["holdout"])),
        "effect_pearson": np.nan_to_num(pearson(goes)),
        "kept": _slope(np.nan_to_num(top[name]), top["holdout"], effects.precision),
    }


def _slope(odds: Float64s, real: Float64s, precision: Float64s) -> Float64s:
    """Return the slope through 0 of log odds ratios on real ones; sites along the last axis.

    Sites count by their precision: at a rarer allele chance alone makes large effects.
    """
    known = np.isfinite(odds) & np.isfinite(real)
    x, y = np.where(known, real, 0.0), np.where(known, odds, 0.0)
    return ratio((precision * x * y).sum(axis=-1), (precision * x * x).sum(axis=-1))


def _measures(samples: dict[str, list[Sample]]) -> list[Measure]:
    return [
        measure(
            "phenotype.effect_mae",
            "Mean absolute error of log odds ratios for the phenotype",
            *samples["effect_mae"],
            unit="natural logarithm",
            best=0.0,
            key=True,
        ),
        measure(
            "phenotype.effect_pearson",
            "Correlation of log odds ratios for the phenotype",
            *samples["effect_pearson"],
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            note="Most sites have no effect: chance keeps the ceiling low.",
        ),
        measure(
            "phenotype.kept",
            "Effects kept at the sites strongest in the holdout",
            *samples["kept"],
            unit="slope of log odds ratios on those of the holdout",
            best=1.0,
            toward="best",
            bounds=(-np.inf, np.inf),
            key=True,
            note="Chance exaggerates the strongest sites: real train people too keep less than 1.",
        ),
    ]


ITEM = Phenotype
