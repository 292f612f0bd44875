"""Association: what a genome-wide scan of a trait finds among artificial people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import chi2
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.statistics import moments, pearson, ratio
from imaginome.kernels.threads import map_pieces
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import COMPARED, SHOWN, Comparison
from imaginome.metrics.items.association.traits import (
    CAUSAL,
    COMMON,
    TRAITS,
    Architecture,
    Scan,
    ancestry,
    dosages,
    orthonormal,
    scan,
)
from imaginome.metrics.measures import Sample, axis, measure, short, shorts
from imaginome.metrics.resample import PANELS
from imaginome.panel import Panel, Sites
from imaginome.results import Figure, Measure, MetricResult, Series, Table

# -- Findings of the scans of one panel ------------------------------------------------------------


TOP = 0.01
ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class Findings:
    """What the scans of one panel found.

    Attributes
    ----------
    z, null
        Scores of the traits with and without effects, ``(n_tested, TRAITS)``.
    causal
        Scores at the causal sites, ``(TRAITS, CAUSAL)``.
    estimated, true
        Effects at the causal sites, the same shape, in units of the true effects' spread.
    """

    z: Float64s
    null: Float64s
    causal: Float64s
    estimated: Float64s
    true: Float64s

    @classmethod
    def of(cls, scanned: Scan, tested: Indices, made: Architecture) -> Findings:
        """Take the causal sites out of a scan of `tested` (sorted, all causal ones in it)."""
        rows = np.searchsorted(tested, made.causal)
        columns = np.arange(TRAITS)[:, None]
        return cls(
            scanned.z[:, :TRAITS],
            scanned.z[:, TRAITS:],
            scanned.z[rows, columns],
            scanned.effects[rows, columns],
            made.effects,
        )

    def power(self, tests: int) -> float:
        """Return the share of causal sites that are significant after `tests` tests."""
        return float((self.causal**2 > _threshold(tests)).mean())

    def inflation(self) -> float:
        """Return the genomic inflation of traits without effects (Devlin and Roeder 1999)."""
        return float(np.median(self.null**2) / chi2.ppf(0.5, 1))

    def recovery(self) -> float:
        """Return the correlation of estimated with true effects, over sites of all traits.

        A panel without variation tells nothing of effects: 0.
        """
        r = pearson(moments(self.estimated.ravel(), self.true.ravel()))
        return float(np.nan_to_num(r))

    def row(self, tests: int) -> tuple[float, float, float, float]:
        """Return the table's figures of this panel."""
        slope = float((self.estimated * self.true).sum() / (self.true**2).sum())
        significant = float((self.z**2 > _threshold(tests)).mean())
        return self.power(tests), significant, slope, self.inflation()


def _threshold(tests: int) -> float:
    return float(chi2.isf(ALPHA / tests, 1))


def correlation(one: Findings, other: Findings) -> float:
    """Return the correlation of z-scores over sites, averaged over traits."""
    r = pearson(moments(one.z.T, other.z.T))
    return float(np.nanmean(r)) if np.isfinite(r).any() else 0.0


def overlap(one: Findings, other: Findings) -> float:
    """Return the share of the strongest sites of a trait that two panels have in common."""
    number = max(5, round(TOP * len(one.z)))
    a, b = (np.argsort(-np.abs(part.z), axis=0, kind="stable")[:number] for part in (one, other))
    return float(np.mean([np.isin(a[:, t], b[:, t]).mean() for t in range(TRAITS)]))


# -- Figures and the table about association -------------------------------------------------------


EDGES_KB = (0, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)
BINS = np.arange(-8.5, 9.0, 1.0)
FEWEST = 20
"""Fewest pairs of site and trait behind a point."""


def around(sites: Sites, tested: Indices, causal: Indices, z: Mapping[str, Float64s]) -> Figure:
    """Return the mean squared z-score by distance from causal sites.

    Parameters
    ----------
    tested
        Which sites were tested.
    causal
        Causal sites of each trait, ``(n_traits, k)``.
    z
        By panel: shape ``(len(tested), n_traits)``.
    """
    bins = _distance_bins(sites, tested, causal)
    counts = _totals(bins, np.ones(bins.shape))
    seen = np.flatnonzero(counts >= FEWEST)
    middle = [(EDGES_KB[b] + EDGES_KB[b + 1]) / 2 for b in seen]
    series = []
    for name in SHOWN:
        mean = ratio(_totals(bins, z[name] ** 2), counts)[seen]
        role: Any = name
        series.append(Series(name=name, role=role, x=axis(middle), y=list(shorts(mean))))
    return Figure(
        id="association.around",
        title="Association around causal sites",
        reading="Lines on top of each other: neighbours of a causal site tell of it as far as "
        "among real people. A lower line has lost linkage or causal alleles.",
        kind="lines",
        x_label="distance from the nearest causal site (kb)",
        y_label="mean squared z-score",
        series=series,
        x_log=True,
    )


def _distance_bins(sites: Sites, tested: Indices, causal: Indices) -> Indices:
    """Return the bin of distance to the nearest causal site of the same contig, or -1."""
    contig = np.cumsum(sites.contig_starts())
    edges = 1e3 * np.array(EDGES_KB)
    bins = np.empty((len(tested), len(causal)), dtype=np.intp)
    for t, chosen in enumerate(causal):
        far = np.abs(sites.position[tested][:, None] - sites.position[chosen][None, :])
        same = contig[tested][:, None] == contig[chosen][None, :]
        nearest = np.where(same, far, edges[-1]).min(axis=1)
        place = np.searchsorted(edges, nearest, side="right") - 1
        bins[:, t] = np.where(nearest < edges[-1], place, -1)
    return bins


def _totals(bins: Indices, values: Float64s) -> Float64s:
    inside = bins >= 0
    return np.bincount(bins[inside], values[inside], len(EDGES_KB) - 1).astype(np.float64)


def agreement(z: Mapping[str, Float64s]) -> Figure:
    """Return the mean z-score of artificial and train by that of the holdout."""
    real = z["holdout"].ravel()
    place = np.searchsorted(BINS, real) - 1
    inside = (place >= 0) & (place < len(BINS) - 1)
    counts = np.bincount(place[inside], minlength=len(BINS) - 1)
    seen = np.flatnonzero(counts >= FEWEST)
    series = []
    for name in ("artificial", "train"):
        total = np.bincount(place[inside], z[name].ravel()[inside], len(BINS) - 1)
        role: Any = name
        y = shorts(total[seen] / counts[seen])
        series.append(Series(name=name, role=role, x=axis(BINS[seen] + 0.5), y=list(y)))
    return Figure(
        id="association.agreement",
        title="The same scan among other people",
        reading="The slope falls below the diagonal because chance differs, for real people too: "
        "what counts is that artificial lies on train.",
        kind="lines",
        x_label="z-score among people of the holdout",
        y_label="mean z-score of the same sites",
        series=series,
        diagonal=True,
    )


def table(rows: Mapping[str, tuple[float, float, float, float]]) -> Table:
    """Return one row a panel: what its scans find."""
    return Table(
        id="association.panels",
        title="What the scans of each panel find",
        columns=[
            "panel",
            "causal sites significant",
            "tested sites significant",
            "slope of estimated on true effects",
            "inflation without effects",
        ],
        rows=[[name, *(short(value) for value in rows[name])] for name in SHOWN],
    )


# -- Association -----------------------------------------------------------------------------------


COMPONENTS = 4
RAREST = 0.01
"""Sites rarer than this in the holdout are not tested."""
MOST_SITES = 5_000
FEWEST_PEOPLE = 10
INTERVAL_SITES = 800
INTERVAL_REPLICATES = 50

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
    citations = cite(
        price2006="principal components as covariates of association",
        lovell1963="regression on one variable after projecting the others out",
        devlin1999="the inflation of association statistics by structure",
        efron1979="intervals by resampling individuals",
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
        z = {name: findings.z for name, findings in whole.items()}
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(whole, drawn, len(tested)),
            figures=[
                around(comparison.holdout.sites, tested, made.causal, z),
                agreement(z),
            ],
            tables=[table({name: findings.row(len(tested)) for name, findings in whole.items()})],
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
    replicates = {}
    for name, study in studies.items():
        rng = comparison.rng("bootstrap", "association", name)
        weights = individual_weights(study.panel.n_individuals, number, rng).astype(np.float64)

        def again(w: Float64s, study: Study = study) -> Findings:
            return Findings.of(study.scan(sites, w), sites, made)

        replicates[name] = map_pieces(again, list(weights), comparison.threads)
    return replicates


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
            *(against(correlation, name) for name in COMPARED),
            unit="Pearson r over sites, mean over traits",
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            key=True,
        ),
        measure(
            "association.top",
            "Association: strongest 1% of sites in common with real ones",
            *(against(overlap, name) for name in COMPARED),
            unit="share of sites, mean over traits",
            best=1.0,
            toward="higher",
            bounds=(0.0, 1.0),
        ),
        measure(
            "association.found",
            "Association: causal sites found",
            *(alone(lambda part: part.power(tests), name) for name in COMPARED),
            unit=f"share of causal sites significant at {ALPHA} after {tests:,} tests",
            toward="best",
            bounds=(0.0, 1.0),
            note="More than among real people of the same number is no virtue.",
        ),
        measure(
            "association.effects_r",
            "Association: effects estimated at causal sites",
            *(alone(Findings.recovery, name) for name in COMPARED),
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
            *(alone(Findings.inflation, name) for name in COMPARED),
            unit="median squared z-score over its expectation",
            best=1.0,
            toward="best",
            note="Above 1, structure is not captured by the panel's own components.",
        ),
    ]


ITEM = Association
