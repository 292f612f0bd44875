"""Imputation: artificial people as the reference panel, or as company for a few real ones."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imaginome.arrays import Bools, Float32s, Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.intervals import column_interval, individual_weights
from imaginome.kernels.statistics import mean_known
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.items.imputation.beagle import Markers, ProgramError, impute
from imaginome.metrics.labels import FEWEST
from imaginome.metrics.measures import Sample, measure, short, shorts
from imaginome.metrics.resample import PANELS, some
from imaginome.panel import Haplotypes, Panel
from imaginome.randomness import child_seed
from imaginome.results import Figure, Measure, MetricResult, Series, Table

# -- Agreement of imputed dosages with the truth ---------------------------------------------------


EDGES = (0.0, 0.005, 0.01, 0.05, 0.2, 0.5)
"""Minor-allele frequencies between which bins lie; the upper end belongs to the bin."""
FEWEST_SITES = 5
BINS = tuple(f"{100 * low:g}-{100 * high:g}%" for low, high in itertools.pairwise(EDGES))


@dataclass(frozen=True, eq=False)
class Masked:
    """Sites that were hidden from the imputation, and what is true there.

    Attributes
    ----------
    sites
        Indices of the masked sites that vary among real people.
    bins
        Frequency bin of each, an index into `BINS`.
    flipped
        Whether ALT is the commoner allele of a site: dosages are those of the rarer one.
    truth
        Minor-allele counts of the targets, ``float32``, shape ``(n_targets, len(sites))``.
    """

    sites: Indices
    bins: Indices
    flipped: Bools
    truth: Float32s

    @classmethod
    def of(cls, targets: Haplotypes, frequency: Float64s, array: Indices) -> Masked:
        """Take all sites that are not on the array and vary at the given ALT frequencies."""
        minor = np.minimum(frequency, 1 - frequency)
        hidden = minor > 0
        hidden[array] = False
        sites = np.flatnonzero(hidden)
        flipped = frequency[sites] > 0.5
        dosages = (targets[0::2][:, sites] + targets[1::2][:, sites]).astype(np.float32)
        dosages[:, flipped] = 2 - dosages[:, flipped]
        # Inner edges only: nothing lies below the first or above the last.
        bins = np.searchsorted(EDGES[1:-1], minor[sites], side="left")
        return cls(sites, bins, flipped, dosages)

    def counts(self) -> list[int]:
        """Return the number of sites in each bin."""
        return [int((self.bins == k).sum()) for k in range(len(BINS))]


def accuracy(masked: Masked, dosages: Float32s, weights: Float32s) -> Float64s:
    """Return r2 of imputed against true minor-allele dosages, all genotypes of a bin together.

    Parameters
    ----------
    masked
        The hidden sites.
    dosages
        Imputed ALT dosages of the targets at all sites, ``(n_targets, n_sites)``.
    weights
        How often each target counts, ``(replicates, n_targets)``.

    Returns
    -------
    numpy.ndarray
        ``float64``, shape ``(replicates, len(BINS))``. Zero where the imputed dosage does not
        vary; NaN in bins of fewer than `FEWEST_SITES` sites, where fewer than `FEWEST` targets
        carry a minor allele, or where the truth does not vary.
    """
    r2 = np.full((len(weights), len(BINS)), np.nan)
    imputed = dosages[:, masked.sites]
    imputed[:, masked.flipped] = 2 - imputed[:, masked.flipped]
    for k in range(len(BINS)):
        inside = masked.bins == k
        truth = masked.truth[:, inside]
        if inside.sum() >= FEWEST_SITES and (truth > 0).any(axis=1).sum() >= FEWEST:
            sums = _sums(truth, imputed[:, inside])
            r2[:, k] = _squared(weights @ sums, weights.sum(axis=1) * inside.sum())
    return r2


def _sums(x: Float32s, y: Float32s) -> Float64s:
    """Return sums over sites of x, y, xx, yy and xy for each person."""
    return np.stack(
        [part.sum(axis=1, dtype=np.float64) for part in (x, y, x * x, y * y, x * y)], axis=1
    )


def _squared(sums: Float64s, n: Float64s) -> Float64s:
    x, y, xx, yy, xy = sums.T
    spread_x, spread_y = n * xx - x * x, n * yy - y * y
    varies = spread_y > 1e-9 * n * n
    r2 = (n * xy - x * y) ** 2 / np.where(varies, spread_x * spread_y, 1.0).clip(1e-300)
    known = spread_x > 0
    return np.where(known, np.where(varies, np.minimum(r2, 1.0), 0.0), np.nan)


def over_bins(r2: Float64s, chosen: list[int]) -> Float64s:
    """Return the mean over some bins, of those that are known; shape ``(replicates,)``."""
    return mean_known(r2[:, chosen].T)


# -- The figure and the table about imputation -----------------------------------------------------


ROLES = {
    "real": "train",
    "artificial": "artificial",
    "few real": "baseline",
    "few real + artificial": "neutral",
}


def figure(accuracies: Mapping[str, Float64s]) -> Figure:
    """Return accuracy by frequency bin and reference panel.

    Parameters
    ----------
    accuracies
        By reference panel: r2, the value itself first, then replicates, ``(1 + r, n_bins)``.
    """
    return Figure(
        id="imputation.by_frequency",
        title="Imputation of real people from each reference panel",
        reading="At the height of real, artificial people serve as well as real ones do; the "
        "more few real + artificial lies above few real, the more artificial people add.",
        kind="lines",
        x_label="minor-allele frequency",
        y_label="r² of imputed and true dosages",
        series=[_series(name, r2) for name, r2 in accuracies.items()],
    )


def _series(name: str, r2: Float64s) -> Series:
    shift = np.nan_to_num(r2[0] - np.array([_mean(column[1:]) for column in r2.T]))
    low, high = (end + shift for end in column_interval(r2[1:]))
    role: Any = ROLES[name]
    return Series(
        name=name,
        role=role,
        x=list(BINS),
        y=list(shorts(r2[0])),
        low=shorts(np.clip(low, 0, r2[0])),
        high=shorts(np.clip(high, r2[0], 1)),
    )


def _mean(values: Float64s) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def table(accuracies: Mapping[str, Float64s], sites: list[int], sizes: Mapping[str, str]) -> Table:
    """Return r2 by frequency bin; `sizes` says who is in each reference panel."""
    return Table(
        id="imputation.bins",
        title="r² by minor-allele frequency and reference panel",
        columns=["frequency", "sites imputed", *(f"{name} ({sizes[name]})" for name in accuracies)],
        rows=[
            [BINS[k], sites[k], *(short(r2[0, k]) for r2 in accuracies.values())]
            for k in range(len(BINS))
        ],
    )


# -- Imputation ------------------------------------------------------------------------------------


MOST_TARGETS = 200
EVERY = 10
"""The array has every tenth common site."""
COMMON = 0.05
FEWEST_ON_ARRAY = 5
"""Contigs with fewer sites on the array are left out."""
WIDEST_KB = 50
"""Median distance of neighbouring sites beyond which one says too little about the next."""
FEW = 0.1
"""Share of train in the small panel of real people."""
SCALE = "r² of imputed and true dosages"


class Imputation(Metric):
    """Metric 9, its first part: imputation of real people by Beagle."""

    id = "imputation"
    topic = "usefulness"
    name = "Imputation"
    description = (
        "Whether artificial people serve as a reference panel for imputing real people's genomes."
    )
    citations = cite(
        browning2018=(
            "the imputation program (Beagle 5), and r2 of all genotypes of a frequency bin"
        ),
        yelmen2021="adds artificial genomes to the reference panel of an imputation",
        efron1979="intervals by resampling individuals",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Impute holdout people from four reference panels; see `Metric.compute`."""
        comparison = _imputable(comparison)
        array = array_sites(comparison.train)
        targets = _targets(comparison)
        masked = Masked.of(targets, _frequencies(comparison), array)
        people, references = _references(comparison)
        r2 = _accuracies(comparison, masked, _imputed(comparison, references, targets, array))
        if not np.isfinite(r2["real"][0]).any():
            raise NotApplicable("No frequency bin has enough masked sites that vary.")
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(r2),
            figures=[figure(r2)],
            tables=[table(r2, masked.counts(), people)],
            citations=[citation.text() for citation in self.citations],
            notes=_notes(comparison, targets, array, masked, people),
        )


def _imputable(comparison: Comparison) -> Comparison:
    """Keep contigs that can be imputed; raise where none can."""
    gap = comparison.holdout.sites.median_gap() / 1e3
    if not gap <= WIDEST_KB:
        raise NotApplicable(
            f"Sites lie {gap:,.0f} kb apart (median): too far to impute one from the next. "
            f"It needs contiguous sites, {WIDEST_KB} kb apart or less."
        )
    array = array_sites(comparison.train)
    sites = comparison.train.sites
    kept = np.zeros(len(sites), dtype=np.bool_)
    for first, stop in sites.contig_spans():
        kept[first:stop] = ((array >= first) & (array < stop)).sum() >= FEWEST_ON_ARRAY
    if not kept.any():
        raise NotApplicable(
            f"An array of every {EVERY}th site of a frequency of {COMMON:.0%} or more in train has "
            f"fewer than {FEWEST_ON_ARRAY} sites a contig: too few to impute from."
        )
    panels = {name: getattr(comparison, name).take_sites(kept) for name in PANELS}
    return replace(comparison, **panels)


def array_sites(train: Panel) -> Indices:
    """Return the sites of a pretended genotyping array: every tenth common one of each contig.

    Only train is asked what is common: the holdout has no say in what is masked.
    """
    frequency = train.frequencies()
    common = np.minimum(frequency, 1 - frequency) >= COMMON
    spans = train.sites.contig_spans()
    parts = [
        first + np.flatnonzero(common[first:stop])[EVERY // 2 :: EVERY] for first, stop in spans
    ]
    return np.concatenate(parts).astype(np.intp)


def _targets(comparison: Comparison) -> Haplotypes:
    holdout = comparison.holdout
    chosen = some(holdout.n_individuals, MOST_TARGETS, comparison.rng("imputation", "targets"))
    return holdout.take_individuals(chosen).haplotypes


def _frequencies(comparison: Comparison) -> Float64s:
    """Return ALT frequencies of all real people: they only say in which bin a site is shown."""
    real = (comparison.train, comparison.holdout)
    return np.asarray(np.mean([panel.frequencies() for panel in real], axis=0))


def _references(comparison: Comparison) -> tuple[dict[str, str], dict[str, Haplotypes]]:
    """Return who is in each reference panel, in words, and their haplotypes.

    The small panel and artificial people are together as many as train is: their gain over the
    small panel alone stands beside that of as many real people.
    """
    train, artificial = comparison.train, comparison.artificial
    n, few = train.n_individuals, max(2, round(FEW * train.n_individuals))
    small = train.take_individuals(some(n, few, comparison.rng("imputation", "few")))
    added = some(artificial.n_individuals, n - few, comparison.rng("imputation", "added"))
    joined = [small.haplotypes, artificial.take_individuals(added).haplotypes]
    people = {
        "real": f"{n:,} of train",
        "artificial": f"{artificial.n_individuals:,}",
        "few real": f"{few:,} of train",
        "few real + artificial": f"{few:,} + {len(added):,}",
    }
    panels = (train.haplotypes, artificial.haplotypes, small.haplotypes, np.concatenate(joined))
    return people, dict(zip(people, panels, strict=True))


def _imputed(
    comparison: Comparison, references: dict[str, Haplotypes], targets: Haplotypes, array: Indices
) -> dict[str, Float32s]:
    try:
        dosages = impute(
            list(references.values()),
            targets,
            array,
            Markers.of(comparison.holdout.sites),
            seed=child_seed(comparison.seed, "comparison", "imputation", "beagle"),
            threads=comparison.threads,
        )
    except ProgramError as error:
        raise NotApplicable(f"{error}.") from error
    return dict(zip(references, dosages, strict=True))


def _accuracies(
    comparison: Comparison, masked: Masked, dosages: dict[str, Float32s]
) -> dict[str, Float64s]:
    """Return r2 by reference panel: first the value, then replicates of the same targets."""
    n = len(masked.truth)
    rng = comparison.rng("bootstrap", "imputation")
    drawn = individual_weights(n, comparison.replicates, rng)
    weights = np.concatenate([np.ones((1, n), dtype=np.float32), drawn])
    return {name: accuracy(masked, imputed, weights) for name, imputed in dosages.items()}


def _measures(r2: dict[str, Float64s]) -> list[Measure]:
    known = [k for k in range(len(BINS)) if np.isfinite(r2["real"][0, k])]
    rare, common = [k for k in known if k < 2], [k for k in known if k >= 3]
    return [
        *(
            measure(
                f"imputation.{key}",
                f"Imputation from artificial people alone{which}",
                *(_sample(over_bins(r2[name], bins)) for name in ("artificial", "real")),
                unit=f"{SCALE}, mean over {over}",
                best=1.0,
                toward="higher",
                bounds=(0.0, 1.0),
                # Rare sites leave room below the ceiling itself: common ones tell more apart.
                key=key != "r2_rare",
            )
            for key, which, bins, over in (
                ("r2", "", known, "frequency bins"),
                ("r2_rare", ", sites up to 1%", rare, "the two rarest bins"),
                ("r2_common", ", sites above 5%", common, "the two commonest bins"),
            )
            if bins
        ),
        _gain(r2, known),
    ]


def _gain(r2: dict[str, Float64s], bins: list[int]) -> Measure:
    few = over_bins(r2["few real"], bins)
    return measure(
        "imputation.gain",
        "Imputation: what artificial people add to a few real ones",
        *(_sample(over_bins(r2[name], bins) - few) for name in ("few real + artificial", "real")),
        unit=f"gain in {SCALE}, mean over frequency bins",
        toward="higher",
        bounds=(-1.0, 1.0),
        note="Ceiling: what as many more real people add.",
    )


def _sample(values: Float64s) -> Sample:
    return Sample(values[0], values[1:])


def _notes(
    comparison: Comparison,
    targets: Haplotypes,
    array: Indices,
    masked: Masked,
    people: dict[str, str],
) -> list[str]:
    return [
        f"{len(targets) // 2} people of the holdout, known at {len(array):,} sites (every "
        f"{EVERY}th with a frequency of {COMMON:.0%} or more in train), phased, were imputed at "
        f"{len(masked.sites):,} others by Beagle without a genetic map (1 cM a megabase).",
        "r² is that of all genotypes of a frequency bin together (minor-allele dosages; "
        "frequencies in train and holdout together). The ceiling imputes from as many real "
        "people of train; nobody imputed is in a reference panel.",
        f"Few real: {people['few real']}; artificial people fill up to the size of train. The "
        "generator has learnt from these few as well as from the others.",
        "Intervals draw the imputed people anew and keep the reference panels.",
    ]


ITEM = Imputation
