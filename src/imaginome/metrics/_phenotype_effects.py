"""Effects of alleles on a phenotype in the three panels, with replicates."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from imaginome.arrays import Float32s, Float64s, Indices
from imaginome.metrics._odds import allele_tables, log_odds
from imaginome.metrics._resample import PANELS, some
from imaginome.metrics.base import NotApplicable
from imaginome.metrics.bootstrap import individual_weights
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Strings, strings

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
        found, strength = _log_odds(panels[name], sites, cases, everyone)
        whole[name] = found[:, 0]
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
    found = panel.samples.phenotype
    return strings([""] * panel.n_individuals) if found is None else found


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
    found = np.array([log_odds(counts, sizes, names.index(case)) for case in cases])
    precision = np.array([_precision(counts, sizes, names.index(case)) for case in cases])
    return found, np.nan_to_num(np.abs(found)) * np.sqrt(precision)


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
    found: list[tuple[int, int]] = []
    for flat in np.argsort(-score, axis=None, kind="stable"):
        case, j = divmod(int(flat), score.shape[1])
        near = any(
            where.contig[sites[k]] == where.contig[sites[j]]
            and abs(int(where.position[sites[k]]) - int(where.position[sites[j]])) < APART
            for _, k in found
        )
        if not near:
            found.append((case, j))
        if len(found) == STRONGEST:
            break
    return found
