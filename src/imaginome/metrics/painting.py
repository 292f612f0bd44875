"""Painting: haplotypes as mosaics of real donors, with pieces as many, as long and from where."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from imaginome.arrays import Float64s
from imaginome.citations import LI_STEPHENS_2003, Citation
from imaginome.metrics._citations import EFRON_1979
from imaginome.metrics._painted import Painting, painting, target_groups
from imaginome.metrics._painting_figures import figures, tables
from imaginome.metrics._resample import PANELS
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._shared_runs import binned_distance, length_bins, plain_distance
from imaginome.metrics._statistics import ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.results import Measure, MetricResult

LAWSON_2012 = Citation(
    "lawson2012",
    "Lawson, Daniel John and Hellenthal, Garrett and Myers, Simon and Falush, Daniel",
    "Inference of population structure using dense haplotype data",
    "PLOS Genetics",
    2012,
    "10.1371/journal.pgen.1002453",
    "chromosome painting: how much is copied from donors of each population",
)
VITERBI_1967 = Citation(
    "viterbi1967",
    "Viterbi, Andrew J.",
    "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm",
    "IEEE Transactions on Information Theory",
    1967,
    "10.1109/TIT.1967.1054010",
    "the likeliest path, whose pieces are the copied tracts",
)
NAMES = ("artificial", "train")

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
    citations: ClassVar[tuple[Citation, ...]] = (
        LI_STEPHENS_2003.because("haplotypes as imperfect mosaics of others"),
        LAWSON_2012,
        VITERBI_1967,
        EFRON_1979,
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Paint the three panels with the same donors; see `Metric.compute`."""
        found = painting(comparison)
        drawn = {name: _weights(comparison, name, found) for name in PANELS}
        number = found.panels["holdout"].people.n_individuals
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[
                _relative("switches", "Changes of donor", found, drawn),
                _relative("errors", "Wrongly copied alleles", found, drawn),
                _tracts(found, drawn),
                *([_donors(found, drawn)] if found.labels else []),
            ],
            figures=figures(found),
            tables=tables(found),
            citations=[citation.text() for citation in self.citations],
            notes=[
                f"{found.donors} haplotypes of half of the holdout are the donors; {number} people "
                "of the other half, of train and of the artificial panel are painted: strangers "
                "to the donors all.",
                "Jump rate and copying error are fitted by EM to the donors alone, each painted "
                "by all others; distances are "
                + ("genetic." if found.unit == "cM" else "physical, for want of a genetic map."),
                "Contigs are painted one by one. Tracts are pieces of the likeliest path; the "
                "rest are expectations over all paths.",
            ],
        )


def _weights(comparison: Comparison, name: str, found: Painting) -> Float64s:
    """Return how often each person counts: once, then as drawn in each replicate."""
    n = found.panels[name].people.n_individuals
    drawn = individual_weights(n, comparison.replicates, comparison.rng("bootstrap", "paint", name))
    return np.concatenate([np.ones((1, n)), drawn])


def _by_person(values: Float64s) -> Float64s:
    return np.asarray(values[0::2] + values[1::2])


def _sample(values: Float64s) -> Sample:
    return Sample(values[0], values[1:])


def _relative(key: str, title: str, found: Painting, drawn: Weights) -> Measure:
    """Return how many there are in a haplotype, relative to the holdout."""
    mean = {name: drawn[name] @ _by_person(getattr(found.panels[name], key)) for name in PANELS}
    return measure(
        f"painting.{key}",
        title,
        *(_sample(ratio(mean[name], mean["holdout"])) for name in NAMES),
        unit="relative to the holdout",
        best=1.0,
        toward="best",
        key=key == "switches",
    )


def _tracts(found: Painting, drawn: Weights) -> Measure:
    sites = {name: found.panels[name].tracts for name in PANELS}
    binned = {name: drawn[name][1:] @ found.panels[name].binned for name in PANELS}
    _, middles = length_bins(len(sites["holdout"]) - 1)
    return measure(
        "painting.tracts",
        "Lengths of copied tracts",
        *(
            Sample(
                plain_distance(sites[name], sites["holdout"]),
                binned_distance(binned[name], binned["holdout"], middles),
            )
            for name in NAMES
        ),
        unit="Wasserstein-1, in units of the mean length of the holdout's",
        best=0.0,
        note="Length in sites of the tract in which a random site lies.",
    )


def _donors(found: Painting, drawn: Weights) -> Measure:
    groups = target_groups(found)
    apart: dict[str, list[Float64s]] = {name: [] for name in NAMES}
    for rows in groups.values():
        profile = {name: _profile(found, drawn, name, rows[name]) for name in PANELS}
        for name in NAMES:
            apart[name].append(0.5 * np.abs(profile[name] - profile["holdout"]).sum(axis=1))
    return measure(
        "painting.donors",
        f"From which {found.column} pieces are copied",
        *(_sample(_mean_known(apart[name])) for name in NAMES),
        unit="total variation, 0 the same, 1 none in common",
        best=0.0,
        bounds=(0.0, 1.0),
        note=f"Mean over targets of: {', '.join(groups)}.",
    )


def _profile(found: Painting, drawn: Weights, name: str, rows: np.ndarray) -> Float64s:
    """Return the mean share of each donor label, shape ``(1 + replicates, n_labels)``."""
    shares = found.panels[name].shares
    people = np.asarray((shares[0::2] + shares[1::2])[rows] / 2)
    weights = drawn[name][:, rows]
    return ratio(weights @ people, weights.sum(axis=1, keepdims=True))


def _mean_known(columns: list[Float64s]) -> Float64s:
    """Return the mean over groups; a replicate may have drawn nobody of one."""
    stacked = np.stack(columns)
    return ratio(np.nansum(stacked, axis=0), np.isfinite(stacked).sum(axis=0))


ITEM = ChromosomePainting
