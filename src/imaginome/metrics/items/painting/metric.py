"""Painting: haplotypes as mosaics of real donors, with pieces as many, as long and from where."""

from __future__ import annotations

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import cite
from imaginome.kernels.intervals import individual_weights
from imaginome.kernels.shared_runs import binned_distance, length_bins, plain_distance
from imaginome.kernels.statistics import mean_known, ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.cloud import LEAST, histograms
from imaginome.metrics.comparison import COMPARED, SHOWN, Comparison
from imaginome.metrics.items.painting.painted import Painted, Painting, painting, target_groups
from imaginome.metrics.labels import FEWEST
from imaginome.metrics.measures import Sample, axis, measure, short, shorts
from imaginome.metrics.resample import PANELS
from imaginome.results import Cell, Figure, Measure, MetricResult, Series, Table

# -- Figures and tables, of aggregates only --------------------------------------------------------


BINS = 24
POINTS = 60


def figures(painted: Painting) -> list[Figure]:
    """Return distributions of switches and tracts, and who copies from whom."""
    return [
        _switches(painted),
        _tracts_figure(painted),
        *([_donors_figure(painted)] if painted.labels else []),
    ]


def _switches(painted: Painting) -> Figure:
    return Figure(
        id="painting.switches",
        title="Changes of donor along a haplotype",
        reading="The same curves: artificial haplotypes are as fine a mosaic of real ones as real "
        f"people are of each other. Bins of fewer than {LEAST} haplotypes are left out; the "
        "outermost also hold what lies beyond.",
        kind="lines",
        x_label="changes of donor",
        y_label="share of haplotypes",
        series=histograms({name: painted.panels[name].switches for name in SHOWN}, BINS),
    )


def _tracts_figure(painted: Painting) -> Figure:
    m = len(painted.panels["holdout"].tracts) - 1
    lengths = np.unique(np.geomspace(1, max(m, 1), POINTS + 1).round().astype(int))
    return Figure(
        id="painting.tracts",
        title="Tracts copied from one real donor",
        reading="The same curves: pieces shared with real donors are as long as between real "
        "people. A line above at the right is a model that copies long pieces of people whom "
        f"these donors resemble. Points of tracts of fewer than {FEWEST} people are left out.",
        kind="lines",
        x_label="length of the tract (sites)",
        y_label="share of sites in tracts at least as long",
        series=[_longer(name, painted.panels[name], lengths) for name in SHOWN],
        x_log=True,
    )


def _longer(name: str, painted: Painted, lengths: np.ndarray) -> Series:
    sites = painted.tracts
    at_least = np.cumsum(sites[::-1])[::-1][lengths]
    people = (painted.longest[:, None] >= lengths).sum(axis=0)
    y = np.where(people >= FEWEST, ratio(at_least, sites.sum()), np.nan)
    return Series.model_validate({"name": name, "role": name, "x": axis(lengths), "y": shorts(y)})


def _donors_figure(painted: Painting) -> Figure:
    groups = target_groups(painted)
    series = []
    for name in SHOWN:
        z = [shorts(_mean(painted.panels[name], rows[name])) for rows in groups.values()]
        series.append(Series(name=name, role=name, x=list(painted.labels), y=list(groups), z=z))
    return Figure(
        id="painting.donors",
        title="Who copies from whom",
        reading="The same maps: people of each group (rows) copy as much from donors of each "
        f"{painted.column} (columns) as real ones do. Groups have {FEWEST} people or more.",
        kind="heatmaps",
        x_label="donors",
        y_label="targets",
        series=series,
    )


def _mean(painted: Painted, people: np.ndarray) -> Float64s:
    shares = (painted.shares[0::2] + painted.shares[1::2]) / 2
    return np.asarray(shares[people].mean(axis=0))


def tables(painted: Painting) -> list[Table]:
    """Return one row a panel."""
    columns = [
        "panel",
        "people",
        "changes of donor per haplotype",
        f"changes of donor per {painted.unit}",
        f"mean tract, {painted.unit}",
        "mean tract, sites",
        "wrongly copied alleles per 1,000 sites",
    ]
    rows = [_row(painted, name) for name in SHOWN]
    title = "Painted haplotypes"
    fit = Table(
        id="painting.fit",
        title="Fitted among the donors",
        columns=["donor haplotypes", f"jumps per {painted.unit}", "chance of a wrong copy"],
        rows=[[painted.donors, short(painted.rate), short(painted.error)]],
    )
    return [Table(id="painting.panels", title=title, columns=columns, rows=rows), fit]


def _row(painted: Painting, name: str) -> list[Cell]:
    panel = painted.panels[name]
    m = len(panel.tracts) - 1
    switches = panel.switches.mean()
    # As many pieces as contigs' beginnings and changes of donor.
    tracts = (panel.tracts / np.maximum(np.arange(m + 1), 1)).sum() / len(panel.switches)
    return [
        name,
        panel.people.n_individuals,
        short(switches),
        short(ratio(switches, painted.length)),
        short(painted.length / tracts),
        short(m / tracts),
        short(1000 * panel.errors.mean() / m),
    ]


# -- Painting --------------------------------------------------------------------------------------


Weights = dict[str, Float64s]


class ChromosomePainting(Metric):
    """Metric 6, its last part: copying from real donors, and its switch rate."""

    id = "painting"
    topic = "haplotypes"
    name = "Chromosome painting"
    description = (
        "Whether haplotypes are copied from real donors in as many, as long and as faithful "
        "pieces, and from the same populations, as those of real people."
    )
    citations = cite(
        li2003="haplotypes as imperfect mosaics of others",
        lawson2012="chromosome painting: how much is copied from donors of each population",
        viterbi1967="the likeliest path, whose pieces are the copied tracts",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Paint the three panels with the same donors; see `Metric.compute`."""
        painted = painting(comparison)
        drawn = {name: _weights(comparison, name, painted) for name in PANELS}
        number = painted.panels["holdout"].people.n_individuals
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[
                _relative("switches", "Changes of donor", painted, drawn),
                _relative("errors", "Wrongly copied alleles", painted, drawn),
                _tracts(painted, drawn),
                *([_donors(painted, drawn)] if painted.labels else []),
            ],
            figures=figures(painted),
            tables=tables(painted),
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"{painted.donors} haplotypes of half of the holdout are the donors; {number} "
                "people of the other half, of train and of the artificial panel are painted: "
                "strangers to the donors all.",
                "Jump rate and copying error are fitted by EM to the donors alone, each painted "
                "by all others; distances are "
                + ("genetic." if painted.unit == "cM" else "physical, for want of a genetic map."),
                "Contigs are painted one by one. Tracts are pieces of the likeliest path; the "
                "rest are expectations over all paths.",
            ],
        )


def _weights(comparison: Comparison, name: str, painted: Painting) -> Float64s:
    """Return how often each person counts: once, then as drawn in each replicate."""
    n = painted.panels[name].people.n_individuals
    drawn = individual_weights(n, comparison.replicates, comparison.rng("bootstrap", "paint", name))
    return np.concatenate([np.ones((1, n)), drawn])


def _by_person(values: Float64s) -> Float64s:
    return np.asarray(values[0::2] + values[1::2])


def _sample(values: Float64s) -> Sample:
    return Sample(values[0], values[1:])


def _relative(key: str, title: str, painted: Painting, drawn: Weights) -> Measure:
    """Return how many there are in a haplotype, relative to the holdout."""
    mean = {name: drawn[name] @ _by_person(getattr(painted.panels[name], key)) for name in PANELS}
    return measure(
        f"painting.{key}",
        title,
        *(_sample(ratio(mean[name], mean["holdout"])) for name in COMPARED),
        unit="relative to the holdout",
        best=1.0,
        toward="best",
        key=key == "switches",
    )


def _tracts(painted: Painting, drawn: Weights) -> Measure:
    sites = {name: painted.panels[name].tracts for name in PANELS}
    binned = {name: drawn[name][1:] @ painted.panels[name].binned for name in PANELS}
    _, middles = length_bins(len(sites["holdout"]) - 1)
    return measure(
        "painting.tracts",
        "Lengths of copied tracts",
        *(
            Sample(
                plain_distance(sites[name], sites["holdout"]),
                binned_distance(binned[name], binned["holdout"], middles),
            )
            for name in COMPARED
        ),
        unit="Wasserstein-1, in units of the mean length of the holdout's",
        best=0.0,
        note="Length in sites of the tract in which a random site lies.",
    )


def _donors(painted: Painting, drawn: Weights) -> Measure:
    groups = target_groups(painted)
    apart: dict[str, list[Float64s]] = {name: [] for name in COMPARED}
    for rows in groups.values():
        profile = {name: _profile(painted, drawn, name, rows[name]) for name in PANELS}
        for name in COMPARED:
            apart[name].append(0.5 * np.abs(profile[name] - profile["holdout"]).sum(axis=1))
    return measure(
        "painting.donors",
        f"From which {painted.column} pieces are copied",
        *(_sample(mean_known(np.stack(apart[name]))) for name in COMPARED),
        unit="total variation, 0 the same, 1 none in common",
        best=0.0,
        bounds=(0.0, 1.0),
        note=f"Mean over targets of: {', '.join(groups)}.",
    )


def _profile(painted: Painting, drawn: Weights, name: str, rows: np.ndarray) -> Float64s:
    """Return the mean share of each donor label, shape ``(1 + replicates, n_labels)``."""
    shares = painted.panels[name].shares
    people = np.asarray((shares[0::2] + shares[1::2])[rows] / 2)
    weights = drawn[name][:, rows]
    return ratio(weights @ people, weights.sum(axis=1, keepdims=True))


ITEM = ChromosomePainting
