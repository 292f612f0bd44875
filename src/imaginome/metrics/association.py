"""Association: what a genome-wide scan of a trait finds among artificial people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s, Indices
from imaginome.citations import Citation
from imaginome.metrics._association_figures import agreement, around, table
from imaginome.metrics._association_findings import ALPHA, Findings, correlation, overlap
from imaginome.metrics._citations import DEVLIN_ROEDER_1999, EFRON_1979, LOVELL_1963, PRICE_2006
from imaginome.metrics._regression import Scan, orthonormal, scan
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._traits import CAUSAL, COMMON, TRAITS, Architecture, ancestry, dosages
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel
from imaginome.parallel import map_pieces
from imaginome.results import Measure, MetricResult

COMPONENTS = 4
RAREST = 0.01
"""Sites rarer than this in the holdout are not tested."""
MOST_SITES = 5_000
FEWEST_PEOPLE = 10
INTERVAL_SITES = 800
INTERVAL_REPLICATES = 50
NAMES = ("artificial", "train")

Whole = dict[str, Findings]
Drawn = dict[str, list[Findings]]


@dataclass(frozen=True, eq=False)
class Study:
    """One panel's scan: people, traits, covariates.

    `traits` has `TRAITS` columns with effects, then as many without.
    """

    panel: Panel
    traits: Float64s
    basis: Float64s

    @classmethod
    def of(cls, comparison: Comparison, name: str, made: Architecture) -> Study:
        """Simulate the traits of one panel and fit its own covariates."""
        panel: Panel = getattr(comparison, name)
        h = panel.haplotypes
        rng = comparison.rng("association", "noise", name)
        traits = [made.genetic(h) + made.environment(h, rng), made.environment(h, rng)]
        few = max(1, min(COMPONENTS, panel.n_individuals // 5))
        return cls(panel, np.concatenate(traits, axis=1), orthonormal(ancestry(h, few)))

    def scan(self, sites: Indices, weights: Float64s | None = None) -> Scan:
        """Test some sites, with everyone counted once or as often as `weights` says."""
        once = np.ones(self.panel.n_individuals)
        x = dosages(self.panel.haplotypes, sites)
        return scan(x, self.basis, self.traits, once if weights is None else weights)


class Association(Metric):
    """Metric 9, its third part: known effects, looked for in each panel."""

    id = "association"
    topic = "usefulness"
    name = "Association with traits"
    description = (
        "Whether a scan of a simulated trait finds among artificial people what it finds among "
        "real ones."
    )
    citations: ClassVar[tuple[Citation, ...]] = (
        PRICE_2006,
        LOVELL_1963,
        DEVLIN_ROEDER_1999,
        EFRON_1979,
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Simulate traits and scan the three panels; see `Metric.compute`."""
        if comparison.train.n_individuals < FEWEST_PEOPLE:
            raise NotApplicable(f"A scan needs {FEWEST_PEOPLE} people a panel or more.")
        made = Architecture.of(comparison)
        if made is None:
            raise NotApplicable(
                f"Fewer than {2 * CAUSAL} sites have a frequency of {COMMON:.0%} or more in "
                "the holdout: too few for a trait. It needs more sites."
            )
        # One thread: with several, the last digits would depend on their number.
        with threadpool_limits(1):
            return self._compute(comparison, made)

    def _compute(self, comparison: Comparison, made: Architecture) -> MetricResult:
        tested = _tested(comparison.holdout, made.causal)
        studies = {name: Study.of(comparison, name, made) for name in PANELS}
        whole = {
            name: Findings.of(study.scan(tested), tested, made) for name, study in studies.items()
        }
        drawn = _replicates(comparison, studies, tested, made)
        z = {name: found.z for name, found in whole.items()}
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(whole, drawn, len(tested)),
            figures=[
                around(comparison.holdout.sites, tested, made.causal, z),
                agreement(z),
            ],
            tables=[table({name: found.row(len(tested)) for name, found in whole.items()})],
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"{TRAITS} traits, each with effects at {CAUSAL} sites that are common in the "
                "holdout (30% of the variance) and an environment that follows the first principal "
                "component (20%); the same effects in all panels. Each panel is scanned "
                f"at {len(tested):,} sites with its own {COMPONENTS} first components as "
                "covariates. A site that a panel has lost counts as no association.",
                "People of the holdout and of train differ, so that scans of real people do not "
                "agree fully either: read each value beside its ceiling. In a short region the "
                "components hold linkage as well as ancestry, for all panels alike.",
                f"Intervals draw people anew, keep components and use {INTERVAL_SITES} sites.",
            ],
        )


def _tested(holdout: Panel, causal: Indices) -> Indices:
    """Return the sites to test: not too rare there, evenly thinned, with all causal ones."""
    frequency = holdout.frequencies()
    often = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= RAREST)
    return np.union1d(_spread(often, MOST_SITES), causal.ravel())


def _spread(index: Indices, most: int) -> Indices:
    number = min(len(index), most)
    return index[(np.arange(number) + 0.5).astype(np.intp) * len(index) // number]


def _replicates(
    comparison: Comparison, studies: dict[str, Study], tested: Indices, made: Architecture
) -> Drawn:
    """Scan some sites with people drawn anew."""
    sites = np.union1d(_spread(tested, INTERVAL_SITES), made.causal.ravel())
    number = min(comparison.replicates, INTERVAL_REPLICATES)
    found = {}
    for name, study in studies.items():
        rng = comparison.rng("bootstrap", "association", name)
        weights = individual_weights(study.panel.n_individuals, number, rng).astype(np.float64)

        def again(w: Float64s, study: Study = study) -> Findings:
            return Findings.of(study.scan(sites, w), sites, made)

        found[name] = map_pieces(again, list(weights), comparison.threads)
    return found


def _measures(whole: Whole, drawn: Drawn, tests: int) -> list[Measure]:
    def against(agree: Callable[[Findings, Findings], float], name: str) -> Sample:
        pairs = zip(drawn[name], drawn["holdout"], strict=True)
        return Sample(agree(whole[name], whole["holdout"]), [agree(*pair) for pair in pairs])

    def alone(read: Callable[[Findings], float], name: str) -> Sample:
        return Sample(read(whole[name]), [read(part) for part in drawn[name]])

    return [
        measure(
            "association.z_r",
            "Association: correlation of z-scores with real ones",
            *(against(correlation, name) for name in NAMES),
            unit="Pearson r over sites, mean over traits",
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            key=True,
        ),
        measure(
            "association.top",
            "Association: strongest 1% of sites in common with real ones",
            *(against(overlap, name) for name in NAMES),
            unit="share of sites, mean over traits",
            best=1.0,
            toward="higher",
            bounds=(0.0, 1.0),
        ),
        measure(
            "association.found",
            "Association: causal sites found",
            *(alone(lambda part: part.power(tests), name) for name in NAMES),
            unit=f"share of causal sites significant at {ALPHA} after {tests:,} tests",
            toward="best",
            bounds=(0.0, 1.0),
            note="More than among real people of the same number is no virtue.",
        ),
        measure(
            "association.effects_r",
            "Association: effects estimated at causal sites",
            *(alone(Findings.recovery, name) for name in NAMES),
            unit="Pearson r with the true effects",
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            note="A trait follows the alleles of the panel it is simulated on: what lowers this is "
            "lost variation, not lost linkage.",
        ),
        measure(
            "association.inflation",
            "Association: inflation of a trait without effects",
            *(alone(Findings.inflation, name) for name in NAMES),
            unit="median squared z-score over its expectation",
            best=1.0,
            toward="best",
            note="Above 1, structure is not captured by the panel's own components.",
        ),
    ]


ITEM = Association
