"""Known leaks and small random panels for the privacy tests."""

from dataclasses import replace

import numpy as np

from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples, Sites, strings
from imaginome.panel.split import split_individuals


def parts(panel: Panel, n: int, seed: int = 1) -> list[Panel]:
    """Divide a panel into n parts of equal size, populations in proportion."""
    shares = {str(i): 1 / n for i in range(n)}
    found = split_individuals(panel.samples, shares, np.random.default_rng(seed))
    return [panel.take_individuals(found[name]) for name in shares]


def mosaic(train: Panel, length: int, seed: int = 1) -> Panel:
    """Paste verbatim pieces of donors of one population: a known leak."""
    rng = np.random.default_rng(seed)
    population = np.repeat(train.samples.population.astype(str), 2)
    rows = np.empty_like(train.haplotypes)
    for i in range(len(rows)):
        donors = np.flatnonzero(population == population[i])
        at = 0
        while at < train.n_sites:
            to = at + max(1, int(rng.exponential(length)))
            rows[i, at:to] = train.haplotypes[rng.choice(donors), at:to]
            at = to
    return Panel(rows, train.sites, nameless(train.n_individuals))


def nameless(n: int) -> Samples:
    return Samples(strings([f"IMG{i:06d}" for i in range(n)]))


def tiny(haplotypes: np.ndarray, prefix: str, cm: bool = False) -> Panel:
    """A panel of given rows, on one contig, with or without a genetic map."""
    rows = np.asarray(haplotypes, dtype=np.uint8)
    m = rows.shape[1]
    sites = Sites(
        strings(["1"] * m),
        np.arange(1, m + 1, dtype=np.int64) * 100,
        strings(["."] * m),
        strings(["A"] * m),
        strings(["G"] * m),
        np.cumsum(np.arange(m) % 3 + 0.5) if cm else None,
    )
    samples = Samples(strings([f"{prefix}{i}" for i in range(len(rows) // 2)]))
    return Panel(rows, sites, samples)


def random_comparison(
    sizes=(6, 6, 5), n_sites: int = 25, seed: int = 0, contigs: int = 1, cm: bool = False, **options
) -> Comparison:
    """Three small random panels of the same frequencies; sizes count individuals."""
    rng = np.random.default_rng(seed)
    frequency = rng.random(n_sites)
    train, holdout, artificial = (
        tiny(rng.random((2 * n, n_sites)) < frequency, prefix, cm)
        for n, prefix in zip(sizes, "THS", strict=True)
    )
    if contigs > 1:
        names = strings(np.sort(np.arange(n_sites) % contigs))
        train, holdout, artificial = (
            replace(panel, sites=replace(panel.sites, contig=names))
            for panel in (train, holdout, artificial)
        )
    return Comparison.of(train, holdout, artificial, **options)


def diverse(n_individuals: int, n_sites: int = 1500, seed: int = 3) -> Panel:
    """Mosaics of 40 founders with mutations of their own: no two haplotypes are the same."""
    rng = np.random.default_rng(seed)
    founders = rng.random((40, n_sites)) < rng.beta(0.5, 1.0, n_sites)
    switch = rng.random((2 * n_individuals, n_sites)) < 0.01
    switch[:, 0] = True
    donors = rng.integers(0, len(founders), switch.shape)
    latest = np.maximum.accumulate(np.where(switch, np.arange(n_sites), 0), axis=1)
    rows = founders[np.take_along_axis(donors, latest, axis=1), np.arange(n_sites)]
    rows ^= rng.random(rows.shape) < 0.01
    panel = tiny(rows, "D")
    population = strings(["A"] * n_individuals)
    return panel.with_samples(Samples(panel.samples.id, population=population))
