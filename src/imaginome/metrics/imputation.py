"""Imputation: artificial people as the reference panel, or as company for a few real ones."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.citations import YELMEN_2021, Citation
from imaginome.metrics._beagle import Markers, ProgramError, impute
from imaginome.metrics._citations import BROWNING_2018, EFRON_1979
from imaginome.metrics._imputation_figures import figure, table
from imaginome.metrics._imputation_scores import BINS, Masked, accuracy, over_bins
from imaginome.metrics._resample import PANELS, some
from imaginome.metrics._results import Sample, measure
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel
from imaginome.randomness import child_seed
from imaginome.results import Measure, MetricResult

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
    citations: ClassVar[tuple[Citation, ...]] = (BROWNING_2018, YELMEN_2021, EFRON_1979)

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
        found = impute(
            list(references.values()),
            targets,
            array,
            Markers.of(comparison.holdout.sites),
            seed=child_seed(comparison.seed, "comparison", "imputation", "beagle"),
            threads=comparison.threads,
        )
    except ProgramError as error:
        raise NotApplicable(f"{error}.") from error
    return dict(zip(references, found, strict=True))


def _accuracies(
    comparison: Comparison, masked: Masked, dosages: dict[str, Float32s]
) -> dict[str, Float64s]:
    """Return r2 by reference panel: first the value, then replicates of the same targets."""
    n = len(masked.truth)
    rng = comparison.rng("bootstrap", "imputation")
    drawn = individual_weights(n, comparison.replicates, rng)
    weights = np.concatenate([np.ones((1, n), dtype=np.float32), drawn])
    return {name: accuracy(masked, found, weights) for name, found in dosages.items()}


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
