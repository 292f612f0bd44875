"""Selection: scans find the same regions among artificial people as among real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.arrays import Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.statistics import ratio
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import COMPARED, SHOWN, Comparison
from imaginome.metrics.items.selection.scans import (
    BLOCKS,
    FEWEST,
    LEAST,
    MOST_PEOPLE,
    TOP,
    Groups,
    agreement,
    chosen,
    everyone,
    frequency_bins,
    haplotypes_of,
    ihs,
    pbs,
    standardised,
    windows,
    xpehh,
)
from imaginome.metrics.measures import axis, measure, shorts
from imaginome.panel import Haplotypes, Sites
from imaginome.results import Figure, Measure, MetricResult, Series

# -- Figures about scans for selection -------------------------------------------------------------


POINTS = 120
RANKS = 25


def along(
    scan_id: str, title: str, unit: str, sites: Sites, at: Float64s, scans: Mapping[str, Float64s]
) -> Figure:
    """Return a scan along the genome, averaged in at most `POINTS` bins of sites.

    Parameters
    ----------
    sites
        The panel's sites.
    at
        The site, or the mean of sites, behind each value, ``(n,)``.
    scans
        By panel: shape ``(n,)``, NaN where undefined.
    """
    one = len(set(sites.contig)) == 1
    where = sites.position[at.astype(np.intp)] / 1e6 if one else at
    number = min(len(at), POINTS)
    return Figure(
        id=f"selection.{scan_id}",
        title=f"{title} along the genome",
        reading="Peaks at the same places and as high: who looks for selection among artificial "
        "people finds the same regions. Train shows how far other real people agree.",
        kind="lines",
        x_label="position (Mb)" if one else "site",
        y_label=unit,
        series=[
            _line(name, axis(_means(where, number)), _means(scans[name], number)) for name in SHOWN
        ],
    )


def _line(name: str, x: list[float | str], y: list[float]) -> Series:
    role: Any = name
    return Series(name=name, role=role, x=x, y=list(shorts(y)))


def _means(values: Float64s, number: int) -> list[float]:
    """Return means over equal parts, of what is defined."""
    parts = np.array_split(values, number)
    known = [part[np.isfinite(part)] for part in parts]
    return [float(part.mean()) if len(part) else float("nan") for part in known]


def by_rank(scan_id: str, title: str, scans: Mapping[str, Float64s]) -> Figure:
    """Return the mean score of artificial and train by that of the holdout, in equal bins."""
    real = scans["holdout"]
    kept = np.flatnonzero(np.isfinite(real))
    number = min(RANKS, len(kept))
    bins = np.array_split(kept[np.argsort(real[kept], kind="stable")], number)
    x = axis([real[part].mean() for part in bins])
    series = []
    for name in ("artificial", "train"):
        scores = np.nan_to_num(scans[name])
        series.append(_line(name, x, [float(ratio(scores[b].sum(), len(b))) for b in bins]))
    return Figure(
        id=f"selection.{scan_id}_agreement",
        title=f"{title}: the same sites in another panel",
        reading="Artificial on train: sites that stand out among real people stand out as much "
        "among artificial ones. A flatter line has lost the signal.",
        kind="lines",
        x_label="mean score among people of the holdout",
        y_label="mean score of the same sites",
        series=series,
        diagonal=True,
    )


# -- Selection -------------------------------------------------------------------------------------


COMMON = 0.05
"""Sites at which alleles are at least as frequent as this in the holdout are cores."""
MOST_CORES = 2_000
FEWEST_CARRIERS = 10
"""Haplotypes with either allele behind a score of iHS: five people at least."""
SPARSE = 50_000
"""Homozygosity says nothing where half the distances between sites are longer, in bp."""
WINDOW, STEP = 20, 10
"""Sites of a window of PBS, and from one window to the next."""

TITLES = {"ihs": "iHS", "ihs_within": "iHS within a group", "xpehh": "XP-EHH", "pbs": "PBS"}


@dataclass(frozen=True, eq=False)
class Scan:
    """One statistic of the three panels.

    Attributes
    ----------
    who
        Whom it was computed on; why there is nothing, where `values` is empty.
    at
        The site of each value, ``float64``.
    values
        By panel: shape ``(n_scans, len(at))``, NaN where undefined.
    """

    who: str
    at: Float64s
    values: dict[str, Float64s]

    @classmethod
    def none(cls, reason: str) -> Scan:
        """Return a scan that could not be computed."""
        return cls(reason, np.empty(0), {})


class Selection(Metric):
    """Metric 9, its second part: scans for selection."""

    id = "selection"
    topic = "usefulness"
    name = "Scans for selection"
    description = (
        "Whether iHS, XP-EHH and PBS point to the same regions among artificial people as among "
        "real ones."
    )
    citations = cite(
        yelmen2021="scans of artificial genomes for selection, on chromosome 15",
        voight2006="the integrated haplotype score (iHS)",
        sabeti2007="extended haplotype homozygosity across populations (XP-EHH)",
        yi2010="the population branch statistic (PBS)",
        bhatia2013="Hudson's estimator of F_ST as a ratio of averages",
        kunsch1989="resampling blocks of neighbouring sites",
    )

    def compute(self, comparison: Comparison) -> MetricResult:
        """Scan the three panels; see `Metric.compute`."""
        scans = {key: _enough(scan) for key, scan in _scans(comparison).items()}
        left_out = _reasons(scans)
        if len(left_out) == len(scans):
            raise NotApplicable(" ".join(dict.fromkeys(left_out.values())))
        shown = {key: scan for key, scan in scans.items() if scan.values}
        return MetricResult(
            metric=self.id,
            name=self.name,
            description=self.description,
            measures=[m for key in shown for m in _measures(comparison, key, shown[key])],
            figures=[f for key in shown for f in _figures(comparison, key, shown[key])],
            citations=[citation.text() for citation in self.citations],
            notes=[
                *(f"No {TITLES[key]}. {reason}" for key, reason in left_out.items()),
                f"Cores of iHS and XP-EHH: at most {MOST_CORES:,} sites, evenly spread over those "
                f"with a frequency of {COMMON:.0%} or more in the holdout; at most {MOST_PEOPLE} "
                "people of a group and panel, drawn at random. iHS is standardised in bins of "
                "each panel's own allele frequency, where either allele has "
                f"{FEWEST_CARRIERS} carriers or more, XP-EHH over the region. ALT stands for the "
                "derived allele. Distances are in cM where sites have them, in bp otherwise.",
                f"PBS: windows of {WINDOW} sites, single sites where they are far apart; the mean "
                "of the three groups' branches. A score that a panel does not have, and the "
                "holdout has, counts as 0.",
                f"Intervals draw {BLOCKS} blocks of consecutive sites with replacement; people "
                "are not drawn, since a person drawn twice would be homozygous with themselves.",
            ],
        )


def _reasons(scans: dict[str, Scan]) -> dict[str, str]:
    """Return why scans could not be computed."""
    return {key: scan.who for key, scan in scans.items() if not scan.values}


def _scans(comparison: Comparison) -> dict[str, Scan]:
    """Return every scan, or why there is none."""
    sites = comparison.holdout.sites
    column, labels = chosen(comparison)
    groups = haplotypes_of(comparison, column, labels)
    sparse = sites.median_gap() > SPARSE
    few = Scan.none(
        f"It needs {'three' if len(labels) == 2 else 'two or three'} populations that all panels "
        f"have as labels, of {LEAST} people or more each."
    )
    pbs_scan = _pbs(groups, labels, sites, sparse) if len(labels) == 3 else few
    if sparse or not len(cores := _cores(comparison)):
        missing = Scan.none(
            f"Half the sites lie more than {SPARSE // 1_000} kb from the next: haplotype "
            "homozygosity says nothing there. It needs denser sites."
            if sparse
            else f"No site has a frequency of {COMMON:.0%} or more in the holdout."
        )
        return {"ihs": missing, "ihs_within": missing, "xpehh": missing, "pbs": pbs_scan}
    every, threads = everyone(comparison), comparison.threads
    first = {name: haplotypes[0] for name, haplotypes in groups.items()} if labels else {}
    return {
        "ihs": _ihs(every, "All people together.", sites, cores, threads),
        "ihs_within": _ihs(first, f"Group: {labels[0]}.", sites, cores, threads) if labels else few,
        "xpehh": _xpehh(groups, labels, sites, cores, threads) if labels else few,
        "pbs": pbs_scan,
    }


def _enough(scan: Scan) -> Scan:
    """Return the scan, or that the holdout has too few scores to compare with."""
    if not scan.values or np.isfinite(scan.values["holdout"]).all(axis=0).sum() >= FEWEST:
        return scan
    return Scan.none(
        f"Fewer than {FEWEST} scores of the holdout are defined: haplotypes are alike up to the "
        "ends of the region, or little varies. It needs a longer region."
    )


def _cores(comparison: Comparison) -> Indices:
    frequency = comparison.holdout.frequencies()
    common = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= COMMON)
    number = min(len(common), MOST_CORES)
    return common[(np.arange(number) + 0.5).astype(np.intp) * len(common) // max(number, 1)]


def _ihs(
    people: dict[str, Haplotypes], who: str, sites: Sites, cores: Indices, threads: int
) -> Scan:
    values = {}
    for name, h in people.items():
        carriers = h[:, cores].sum(axis=0, dtype=np.int64)
        enough = np.minimum(carriers, len(h) - carriers) >= FEWEST_CARRIERS
        scores = np.where(enough, ihs(h, sites, cores, threads), np.nan)
        values[name] = standardised(scores, frequency_bins(carriers / len(h)))[None]
    return Scan(who, cores.astype(np.float64), values)


def _xpehh(groups: Groups, labels: list[str], sites: Sites, cores: Indices, threads: int) -> Scan:
    values = {
        name: standardised(xpehh(h[0], h[1], sites, cores, threads))[None]
        for name, h in groups.items()
    }
    return Scan(f"Groups: {labels[0]} against {labels[1]}.", cores.astype(np.float64), values)


def _pbs(groups: Groups, labels: list[str], sites: Sites, sparse: bool) -> Scan:
    start, end = windows(sites, 1, 1) if sparse else windows(sites, WINDOW, STEP)
    values = {}
    for name, parts in groups.items():
        frequency = np.array([h.mean(axis=0) for h in parts])
        values[name] = pbs(frequency, np.array([len(h) for h in parts]), start, end)
    return Scan(f"Groups: {', '.join(labels)}.", (start + end - 1) / 2, values)


def _measures(comparison: Comparison, key: str, scan: Scan) -> list[Measure]:
    """Return agreement of artificial, and of train, with the holdout."""
    agreements = {
        name: agreement(
            scan.values[name],
            scan.values["holdout"],
            comparison.replicates,
            # The same blocks for artificial and train.
            comparison.rng("bootstrap", "selection", key),
        )
        for name in COMPARED
    }
    return [
        measure(
            f"selection.{key}",
            f"Selection: rank correlation of {TITLES[key]} with real scans",
            *(agreements[name][0] for name in COMPARED),
            unit="Spearman r over the region",
            best=1.0,
            toward="higher",
            bounds=(-1.0, 1.0),
            key=key != "ihs_within",
            note=scan.who,
        ),
        measure(
            f"selection.{key}_top",
            f"Selection: strongest {TOP:.0%} of {TITLES[key]} in common with real scans",
            *(agreements[name][1] for name in COMPARED),
            unit="share of sites",
            best=1.0,
            toward="higher",
            bounds=(0.0, 1.0),
            note=scan.who,
        ),
    ]


def _figures(comparison: Comparison, key: str, scan: Scan) -> list[Figure]:
    """Return the scan along the genome and by rank."""
    first = {name: values[0] for name, values in scan.values.items()}
    title = f"{TITLES[key]} ({scan.who.removesuffix('.')})"
    sites = comparison.holdout.sites
    if key.startswith("ihs"):
        sizes = {name: np.abs(values) for name, values in first.items()}
        lines = along(key, title, "mean |iHS|", sites, scan.at, sizes)
    else:
        lines = along(key, title, f"mean {TITLES[key]}", sites, scan.at, first)
    return [lines, by_rank(key, title, first)]


ITEM = Selection
