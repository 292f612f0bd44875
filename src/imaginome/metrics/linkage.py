"""Linkage disequilibrium: r2 between sites, near and far."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from imaginome.arrays import Bools, Float64s, Indices
from imaginome.citations import YELMEN_2021, Citation
from imaginome.metrics._citations import EFRON_1979, HILL_ROBERTSON_1968
from imaginome.metrics._linkage_figures import figures, tables
from imaginome.metrics._pairs import PackedSites, r2_band, r2_from_counts
from imaginome.metrics._resample import PANELS, Resampled, resampled
from imaginome.metrics._results import Sample, measure
from imaginome.metrics._statistics import mean_difference, mean_error, moments, pearson, ratio
from imaginome.metrics.base import Metric
from imaginome.metrics.comparison import Comparison
from imaginome.parallel import map_pieces, pieces
from imaginome.results import Measure, MetricResult

__all__ = ["ITEM", "WIDTH", "Linkage", "r2_band"]

WIDTH = 200
"""Pairs up to this many sites apart are compared."""
PIECE = 512
INTERVAL_PAIRS = 10_000
"""Intervals come from this many of the pairs, drawn at random; values from all."""

Packed = dict[str, PackedSites]


def pair_moments(packed: Packed, contig: Indices, threads: int) -> dict[str, Float64s]:
    """Add up what the measures need over all pairs within `WIDTH` sites.

    Parameters
    ----------
    packed
        ``artificial``, ``train`` and ``holdout``.
    contig
        Number of the contig of each site.

    Returns
    -------
    dict
        For artificial and train: shape ``(3, 9)``, rows pairs within a contig, pairs across
        contigs, and those of both whose sites are polymorphic in both panels; columns as
        `moments`, then the pairs lost and the pairs polymorphic in the holdout.
    """

    def one(piece: slice) -> Float64s:
        j = np.arange(piece.start, piece.stop)[:, None]
        partner = j + 1 + np.arange(WIDTH)
        there = partner < len(contig)
        same = contig[j] == contig[np.minimum(partner, len(contig) - 1)]
        r2 = {name: packed[name].band(piece.start, piece.stop, WIDTH) for name in PANELS}
        kinds = (there & same, there & ~same, there)
        return np.array(
            [
                [_sums(r2[name], r2["holdout"], kind, row < 2) for row, kind in enumerate(kinds)]
                for name in ("artificial", "train")
            ]
        )

    total = np.sum(map_pieces(one, pieces(len(contig), PIECE), threads), axis=0)
    return {"artificial": total[0], "train": total[1]}


def _sums(r2: Float64s, real: Float64s, kind: Bools, zeros: bool) -> Float64s:
    """Return moments, pairs lost and pairs polymorphic in the holdout; see `pair_moments`."""
    known = kind & np.isfinite(real)
    lost = known & np.isnan(r2)
    a, b = (np.nan_to_num(r2), np.nan_to_num(real)) if zeros else (r2, real)
    return np.append(moments(a[kind], b[kind]), [lost.sum(), known.sum()])


def _interval_pairs(n_sites: int, rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Draw pairs up to `WIDTH` sites apart."""
    width = max(1, min(WIDTH, n_sites - 1))
    first = rng.integers(0, n_sites, INTERVAL_PAIRS)
    second = first + rng.integers(1, width + 1, INTERVAL_PAIRS)
    kept = second < n_sites
    return first[kept], second[kept]


def _replicate_r2(panel: Resampled, first: Indices, second: Indices) -> Float64s:
    """Return r2 of pairs in each replicate, shape ``(replicates, n_pairs)``."""
    sites, where = np.unique(np.concatenate([first, second]), return_inverse=True)
    alleles = panel.counts(sites)
    a, b = where[: len(first)], where[len(first) :]
    return r2_from_counts(panel.counts(first, second), alleles[:, a], alleles[:, b], panel.n)


def _replicates(comparison: Comparison) -> dict[str, dict[str, Float64s]]:
    """Return the measures of artificial and train in each replicate."""
    first, second = _interval_pairs(comparison.holdout.n_sites, comparison.rng("pairs", "linkage"))
    panels = resampled(comparison, "linkage")
    r2 = {name: _replicate_r2(panel, first, second) for name, panel in panels.items()}
    known = np.isfinite(r2["holdout"])
    found = {}
    for name in ("artificial", "train"):
        lost = (known & np.isnan(r2[name])).sum(axis=-1)
        sums = moments(np.nan_to_num(r2[name]), np.nan_to_num(r2["holdout"]))
        found[name] = _values(sums, ratio(lost, known.sum(axis=-1)))
    return found


def _values(sums: Float64s, lost: Float64s) -> dict[str, Float64s]:
    return {
        "pearson": pearson(sums),
        "mae": mean_error(sums),
        "bias": mean_difference(sums),
        "lost_pairs": lost,
    }


class Linkage(Metric):
    """Metric 2: r2 over pairs of sites, its decay with distance, pairs lost."""

    id = "linkage"
    topic = "linkage"
    name = "Linkage disequilibrium"
    description = f"Whether pairs of sites up to {WIDTH} apart are as correlated as in real people."
    citations: ClassVar[tuple[Citation, ...]] = (
        HILL_ROBERTSON_1968,
        YELMEN_2021.because("correlation of linkage disequilibrium, real against artificial"),
        EFRON_1979,
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Compare r2; see `Metric.compute`."""
        packed = {name: PackedSites(getattr(comparison, name).haplotypes) for name in PANELS}
        _, contig = np.unique(comparison.holdout.sites.contig.astype(str), return_inverse=True)
        sums = pair_moments(packed, contig, comparison.threads)
        spread = _replicates(comparison)
        samples = {}
        for name in ("artificial", "train"):
            total = sums[name][:2].sum(axis=0)
            values = _values(total[:7], ratio(total[7], total[8]))
            samples[name] = {key: Sample(values[key], spread[name][key]) for key in values}
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=_measures(samples["artificial"], samples["train"]),
            figures=figures(comparison, packed),
            tables=tables(sums),
            citations=[citation.text() for citation in self.citations],
            notes=[
                "All pairs up to 200 sites apart count; r2 is 0 where a site is fixed. In sparse "
                "panels neighbouring sites may lie on different contigs: such pairs count too, "
                "because population structure correlates them (the table tells them apart).",
                f"Intervals: r2 of {INTERVAL_PAIRS:,} of the pairs, drawn at random.",
            ],
        )


def _measures(artificial: dict[str, Sample], ceiling: dict[str, Sample]) -> list[Measure]:
    a, c = artificial, ceiling
    return [
        measure(
            "linkage.pearson",
            "Correlation of r2",
            a["pearson"],
            c["pearson"],
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
        ),
        measure(
            "linkage.mae",
            "Mean absolute error of r2",
            a["mae"],
            c["mae"],
            best=0.0,
            bounds=(0.0, 1.0),
            key=True,
        ),
        measure(
            "linkage.bias",
            "Mean signed error of r2",
            a["bias"],
            c["bias"],
            best=0.0,
            toward="best",
            bounds=(-1.0, 1.0),
            note="Negative: linkage is too weak; positive: too strong.",
        ),
        measure(
            "linkage.lost_pairs",
            "Pairs lost",
            a["lost_pairs"],
            c["lost_pairs"],
            unit="share of the pairs polymorphic in the holdout",
            best=0.0,
            bounds=(0.0, 1.0),
            note="A pair is lost when one of its sites is fixed in the panel.",
        ),
    ]


ITEM = Linkage
