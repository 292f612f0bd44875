"""A phenotype learned with the genome: the same alleles go with it as among real people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.citations import cite
from imaginome.kernels.intervals import estimate, individual_weights
from imaginome.kernels.statistics import mean_error, moments, pearson, ratio
from imaginome.metrics.base import Metric, NotApplicable
from imaginome.metrics.comparison import SHOWN, Comparison
from imaginome.metrics.measures import Sample, estimated, measure, short
from imaginome.metrics.resample import PANELS, some
from imaginome.panel import Haplotypes, Panel, Sites, Strings, strings
from imaginome.results import Cell, Estimate, Figure, Measure, MetricResult, Table

# -- Odds ratios between people with and without a label -------------------------------------------


def allele_tables(
    haplotypes: Haplotypes, value: Strings, stratum: Strings, weights: npt.NDArray[np.floating]
) -> tuple[list[str], Float64s, Float64s]:
    """Count ALT alleles and haplotypes by label and stratum.

    Parameters
    ----------
    haplotypes
        ``uint8``, shape ``(2 * n_people, n_sites)``.
    value, stratum
        Label and stratum of each person.
    weights
        How often each person counts, shape ``(replicates, n_people)``.

    Returns
    -------
    tuple
        The labels, sorted; ALT counts, shape ``(n_labels, n_strata, replicates, n_sites)``; and
        numbers of haplotypes, shape ``(n_labels, n_strata, replicates)``.
    """
    people = haplotypes[0::2] + haplotypes[1::2]
    names = sorted(set(value))
    strata = sorted(set(stratum))
    counts = np.zeros((len(names), len(strata), len(weights), people.shape[1]))
    sizes = np.zeros(counts.shape[:3])
    for v, name in enumerate(names):
        for s, place in enumerate(strata):
            rows = np.flatnonzero((value == name) & (stratum == place))
            # Whole numbers below 2^24 in single precision: exact, whatever the threads.
            counts[v, s] = weights[:, rows].astype(np.float32) @ people[rows].astype(np.float32)
            sizes[v, s] = 2 * weights[:, rows].sum(axis=1)
    return names, counts, sizes


def log_odds(counts: Float64s, sizes: Float64s, case: int) -> Float64s:
    """Return the log odds ratio of ALT for one label against all others, within strata.

    The estimator of Mantel and Haenszel (1959): strata in which all people have the label, or
    none, have no say, so that differences between strata are no association. Where an allele goes
    with the label without exception, and odds would be infinite, half a haplotype is added to
    each cell (Haldane 1956) of the strata that tell something: an exaggerated effect is one.

    Parameters
    ----------
    counts, sizes
        From `allele_tables`.
    case
        Index of the label.

    Returns
    -------
    numpy.ndarray
        Natural logarithms, shape ``(replicates, n_sites)``; NaN where nothing can be said: the
        site is fixed wherever people with and without the label are.
    """
    alt, n = counts[case], sizes[case][..., None]
    other_alt, other_n = counts.sum(axis=0) - alt, sizes.sum(axis=0)[..., None] - n
    cells = (alt, other_n - other_alt, n - alt, other_alt)
    above, below = _sums(*cells)
    known, sure = (above > 0) | (below > 0), (above > 0) ^ (below > 0)
    if sure.any():
        tells = (n > 0) & (other_n > 0) & (alt + other_alt > 0) & (alt + other_alt < n + other_n)
        more = _sums(*(np.where(tells, cell + 0.5, 0.0) for cell in cells))
        above, below = np.where(sure, more[0], above), np.where(sure, more[1], below)
    return np.where(known, np.log(np.where(known, above, 1) / np.where(known, below, 1)), np.nan)


def _sums(a: Float64s, d: Float64s, b: Float64s, c: Float64s) -> tuple[Float64s, Float64s]:
    """Return the sums over strata of ``ad / total`` and ``bc / total`` of fourfold tables."""
    total = np.maximum(a + b + c + d, 1.0)
    return (a * d / total).sum(axis=0), (b * c / total).sum(axis=0)


# -- Effects of alleles on a phenotype in the three panels -----------------------------------------


LEAST = 20
"""A value that fewer people of a panel have is left out."""
COMMON = 0.05
"""Rarer alleles in the holdout are left out: few people would decide."""
STRONGEST = 5
APART = 250_000
"""Of sites nearer to each other than this many bp, the strongest stands for all."""
INTERVAL_SITES = 300
"""Intervals come from this many sites, drawn at random; values from all."""


@dataclass(frozen=True)
class Effects:
    """Log odds ratios of ALT for each value of the phenotype.

    Attributes
    ----------
    cases
        The values; of two only the rarer, whose odds ratios are those of the other turned round.
    sites, drawn
        Sites of `whole`, and which of these `spread` has.
    whole, spread
        Log odds ratios by panel, shapes ``(n_cases, n_sites)`` and
        ``(n_cases, replicates, n_drawn)``.
    strongest
        Case and place among `drawn` of the strongest associations in the holdout.
    precision
        One over the variance of the log odds ratio of each of these in the holdout.
    """

    cases: list[str]
    sites: Indices
    drawn: Indices
    whole: dict[str, Float64s]
    spread: dict[str, Float64s]
    strongest: list[tuple[int, int]]
    precision: Float64s


def phenotype_effects(comparison: Comparison) -> Effects:
    """Measure effects in all panels.

    Raises
    ------
    NotApplicable
        When a panel has no phenotype, or none that enough people have, or no allele is common, or
        all people of each population have the same.
    """
    panels = _people(comparison)
    kinds = sorted(set(_phenotype(panels["holdout"])))
    cases = kinds if len(kinds) > 2 else kinds[:1]
    if len(kinds) == 2:
        counts = Counter(_phenotype(panels["holdout"]))
        cases = [min(kinds, key=lambda kind: (counts[kind], kind))]
    frequency = comparison.holdout.frequencies()
    sites = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= COMMON)
    if len(sites) == 0:
        raise NotApplicable(f"no allele has a frequency of {COMMON:.0%} or more in the holdout")
    whole, score = {}, np.empty(0)
    for name in PANELS:
        everyone = np.ones((1, panels[name].n_individuals))
        effects, strength = _log_odds(panels[name], sites, cases, everyone)
        whole[name] = effects[:, 0]
        score = strength[:, 0] if name == "holdout" else score
    if not np.isfinite(whole["holdout"]).any():
        raise NotApplicable(
            "all people of a population have the same phenotype in the holdout: effects within "
            "populations cannot be told"
        )
    top = _strongest(comparison, sites, score)
    rng = comparison.rng("interval", "phenotype")
    drawn = np.union1d(some(len(sites), INTERVAL_SITES, rng), [j for _, j in top]).astype(np.intp)
    spread = {
        name: _log_odds(panel, sites[drawn], cases, _weights(comparison, name, panel))[0]
        for name, panel in panels.items()
    }
    strongest = [(case, int(np.searchsorted(drawn, j))) for case, j in top]
    odds = np.array([whole["holdout"][place] for place in top])
    precision = (np.array([score[place] for place in top]) / np.where(odds == 0, 1, odds)) ** 2
    return Effects(cases, sites, drawn, whole, spread, strongest, precision)


def _people(comparison: Comparison) -> dict[str, Panel]:
    """Return the people of each panel whose phenotype enough people of every panel have.

    Equally many of each value in each panel, the others left out at random: with more people of a
    rare one, errors would be smaller.
    """
    counts = []
    for name in PANELS:
        panel: Panel = getattr(comparison, name)
        if panel.samples.phenotype is None:
            raise NotApplicable(
                f"the people of the {name} panel have no phenotype: name a column of --samples "
                "with --phenotype, and learn it with the genome"
            )
        counts.append(Counter(_phenotype(panel)))
    sizes = {v: min(c[v] for c in counts) for v in sorted(counts[0]) if v}
    sizes = {value: size for value, size in sizes.items() if size >= LEAST}
    if len(sizes) < 2:
        raise NotApplicable(
            f"fewer than two values of the phenotype have {LEAST} people or more in train, "
            "holdout and artificial panel: compare more people, or merge values"
        )
    return {name: _equally_many(comparison, name, sizes) for name in PANELS}


def _equally_many(comparison: Comparison, name: str, sizes: dict[str, int]) -> Panel:
    panel: Panel = getattr(comparison, name)
    values = _phenotype(panel).astype(str)
    rng = comparison.rng("phenotype", "people", name)
    kept = [rng.permutation(np.flatnonzero(values == v))[:size] for v, size in sizes.items()]
    return panel.take_individuals(np.sort(np.concatenate(kept)))


def _phenotype(panel: Panel) -> Strings:
    phenotype = panel.samples.phenotype
    return strings([""] * panel.n_individuals) if phenotype is None else phenotype


def _strata(panel: Panel) -> Strings:
    """Return the finest label of ancestry: effects are measured within it."""
    for column in (panel.samples.population, panel.samples.superpopulation):
        if column is not None:
            return column
    return strings([""] * panel.n_individuals)


def _weights(comparison: Comparison, name: str, panel: Panel) -> Float32s:
    rng = comparison.rng("bootstrap", "phenotype", name)
    return individual_weights(panel.n_individuals, comparison.replicates, rng)


def _log_odds(
    panel: Panel, sites: Indices, cases: list[str], weights: npt.NDArray[np.floating]
) -> tuple[Float64s, Float64s]:
    """Return log odds ratios and their strength, ``(n_cases, replicates, n_sites)`` each."""
    rows = np.ascontiguousarray(panel.haplotypes[:, sites])
    names, counts, sizes = allele_tables(rows, _phenotype(panel), _strata(panel), weights)
    effects = np.array([log_odds(counts, sizes, names.index(case)) for case in cases])
    precision = np.array([_precision(counts, sizes, names.index(case)) for case in cases])
    return effects, np.nan_to_num(np.abs(effects)) * np.sqrt(precision)


def _precision(counts: Float64s, sizes: Float64s, case: int) -> Float64s:
    """Return one over the variance of a log odds ratio: Woolf's, added up over strata."""
    alt, n = counts[case], sizes[case][..., None]
    other_alt, other_n = counts.sum(axis=0) - alt, sizes.sum(axis=0)[..., None] - n
    # Half a haplotype more in each cell: a stratum without one says little, not nothing.
    cells = (alt, n - alt, other_alt, other_n - other_alt)
    return np.asarray((1 / sum(1 / (cell + 0.5) for cell in cells)).sum(axis=0))


def _strongest(comparison: Comparison, sites: Indices, score: Float64s) -> list[tuple[int, int]]:
    """Return case and place of the strongest sites, none close to a stronger one."""
    where = comparison.holdout.sites
    top: list[tuple[int, int]] = []
    for flat in np.argsort(-score, axis=None, kind="stable"):
        case, j = divmod(int(flat), score.shape[1])
        near = any(
            where.contig[sites[k]] == where.contig[sites[j]]
            and abs(int(where.position[sites[k]]) - int(where.position[sites[j]])) < APART
            for _, k in top
        )
        if not near:
            top.append((case, j))
        if len(top) == STRONGEST:
            break
    return top


# -- The strongest associations of a phenotype -----------------------------------------------------


def strongest_figure(effects: Effects, sites: Sites) -> Figure:
    """Return the log odds ratios at the strongest sites in each panel."""
    names: list[float | str] = list(_names(effects, sites))
    series = []
    for name in SHOWN:
        estimates = _estimates(effects, name)
        series.append(estimated(name, names, estimates))
    return Figure(
        id="phenotype.strongest",
        title="The strongest associations of the phenotype",
        reading="Artificial points at the height of the others: whoever scans artificial people "
        "finds the associations that real people have. The sites were chosen in the holdout, "
        "where chance exaggerates them; compare artificial with train.",
        kind="points",
        x_label="site",
        y_label="log odds ratio of ALT, within populations",
        series=series,
    )


def strongest_table(effects: Effects, sites: Sites) -> Table:
    """Return the same as a table, with intervals."""
    columns = ["site", "id", "phenotype"]
    for name in SHOWN:
        columns += [name, f"{name}, low", f"{name}, high"]
    panels = [_estimates(effects, name) for name in SHOWN]
    rows = []
    for k, (case, j) in enumerate(effects.strongest):
        site = effects.sites[effects.drawn[j]]
        row: list[Cell] = [_place(sites, site), str(sites.id[site]), effects.cases[case]]
        for estimates in panels:
            e = estimates[k]
            row += [None if v is None else short(v) for v in (e.value, e.low, e.high)]
        rows.append(row)
    return Table(
        id="phenotype.strongest",
        title="Log odds ratios at the strongest sites of the holdout",
        columns=columns,
        rows=rows,
    )


def _estimates(effects: Effects, name: str) -> list[Estimate]:
    estimates = []
    for case, j in effects.strongest:
        value = float(effects.whole[name][case, effects.drawn[j]])
        estimates.append(estimate(value, effects.spread[name][case, :, j]))
    return estimates


def _names(effects: Effects, sites: Sites) -> list[str]:
    many = len(effects.cases) > 1
    return [
        _place(sites, effects.sites[effects.drawn[j]]) + (f" {effects.cases[case]}" * many)
        for case, j in effects.strongest
    ]


def _place(sites: Sites, site: int) -> str:
    return f"{sites.contig[site]}:{sites.position[site]}"


# -- A phenotype learned with the genome -----------------------------------------------------------


class Phenotype(Metric):
    """Odds ratios of alleles for a phenotype that was learned with the genome."""

    id = "phenotype"
    topic = "usefulness"
    name = "Phenotype"
    description = "Whether alleles go with the phenotype as they do among real people."
    citations = cite(
        yelmen2021="artificial genomes with a phenotype learned together (eye colour)",
        mantel1959="the odds ratio within strata",
        haldane1956="half an allele more in each cell, where odds would be infinite",
        efron1979="intervals by resampling individuals",
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
