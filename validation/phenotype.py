"""Whether the associations of a phenotype that is learned with the genome survive.

A trait with known causal sites (one strong, two weak) is simulated on a real panel, learned from
the train people by each generator, and looked for among artificial people::

    python validation/phenotype.py ../shared/data/kgp-805/real.hapt.gz \
        --samples ../shared/data/samples.tsv --model independent --model mosaic --seed 1

Prints a Markdown table: log odds ratio of each causal site and of sites without effect, within
populations, with 95% intervals, among holdout, train and artificial people; and the difference
of the last two from the holdout.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from imaginome.formats import ReadOptions, read_panel
from imaginome.kernels.intervals import individual_weights
from imaginome.metrics.items.phenotype import allele_tables, log_odds
from imaginome.panel import Panel, strings
from imaginome.panel.split import split
from imaginome.randomness import child_generator, child_seed
from imaginome.runs.fitting import create, fit, require_phenotype

EFFECTS = {
    "strong": 6.0,
    "weak": 1.8,
    "weak, protective": 1 / 1.8,
    "null": 1.0,
    "another null": 1.0,
}
"""Odds ratio of carrying one more ALT allele."""
COMMON = 0.2
REPLICATES = 400


@dataclass(frozen=True)
class Trait:
    """Causal (and null) sites by name, and who has blue eyes."""

    sites: dict[str, int]
    panel: Panel


def simulate(panel: Panel, seed: int) -> Trait:
    """Give everyone blue or brown eyes by a logistic model of their genotypes at known sites."""
    rng = child_generator(seed, "trait")
    sites = dict(zip(EFFECTS, _causal_sites(panel, rng), strict=True))
    people = panel.haplotypes[0::2].astype(float) + panel.haplotypes[1::2]
    score = np.zeros(len(people))
    for name, j in sites.items():
        score += np.log(EFFECTS[name]) * (people[:, j] - people[:, j].mean())
    blue = rng.random(len(people)) < 1 / (1 + np.exp(-score))
    eyes = strings(["blue" if one else "brown" for one in blue])
    return Trait(sites, panel.with_samples(replace(panel.samples, phenotype=eyes)))


def _causal_sites(panel: Panel, rng: np.random.Generator) -> list[int]:
    """Draw sites that are common in every superpopulation, on different contigs where possible."""
    samples = panel.samples
    groups = samples.superpopulation if samples.superpopulation is not None else samples.population
    rarest = np.full(panel.n_sites, 0.5)
    for label in sorted(set(groups)) if groups is not None else [None]:
        rows = np.arange(panel.n_individuals) if label is None else np.flatnonzero(groups == label)
        p = panel.take_individuals(rows).frequencies()
        rarest = np.minimum(rarest, np.minimum(p, 1 - p))
    order = rng.permutation(np.argsort(-rarest)[: max(60, int((rarest >= COMMON).sum()))])
    chosen: list[int] = []
    for fresh in (True, False):
        used = {panel.sites.contig[j] for j in chosen}
        for j in order:
            if len(chosen) < len(EFFECTS) and j not in chosen:
                if fresh and panel.sites.contig[j] in used:
                    continue
                chosen.append(int(j))
                used.add(panel.sites.contig[j])
    return chosen


def effects(panel: Panel, sites: list[int], rng: np.random.Generator) -> np.ndarray:
    """Return log odds ratios of blue eyes, within populations: the first row, then replicates."""
    n = panel.n_individuals
    weights = np.vstack([np.ones((1, n)), individual_weights(n, REPLICATES, rng)])
    population = panel.samples.population
    stratum = strings([""] * n) if population is None else population
    rows = panel.haplotypes[:, sites]
    names, counts, sizes = allele_tables(rows, panel.samples.phenotype, stratum, weights)
    return log_odds(counts, sizes, names.index("blue"))


def interval(values: np.ndarray) -> str:
    """Return a value and its interval from replicates, centred on it."""
    value, spread = values[0], values[1:]
    low, high = np.nanquantile(spread, [0.025, 0.975]) - np.nanmean(spread) + value
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"


def main() -> None:
    """Simulate, learn, draw and compare."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("panel", type=Path)
    parser.add_argument("--samples", type=Path, required=True)
    parser.add_argument("--model", action="append", required=True)
    parser.add_argument("--set", action="append", default=[], help="settings, for all models")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    words = parser.parse_args()
    panel = read_panel(words.panel, ReadOptions(samples_table=words.samples))
    trait = simulate(panel, words.seed)
    train, holdout = split(trait.panel, 0.5, words.seed)
    sites = list(trait.sites.values())
    log_odds_ratios = {
        name: effects(part, sites, child_generator(words.seed, "effects", name))
        for name, part in (("holdout", holdout), ("train", train))
    }
    for model in words.model:
        generator = create(model, words.set)
        require_phenotype(generator)
        since = time.perf_counter()
        fitted = fit(generator, train, seed=words.seed, threads=words.threads)
        print(f"{model}: fitted in {time.perf_counter() - since:.0f} s")
        seed = child_seed(words.seed, "generate")
        made = fitted.sample(train.n_individuals, seed, threads=words.threads)
        log_odds_ratios[model] = effects(made, sites, child_generator(words.seed, "effects", model))
    print(f"\n{train.n_individuals} train, {holdout.n_individuals} holdout, seed {words.seed}\n")
    print("| site | odds ratio in the model of the trait | who | log odds ratio | less holdout |")
    print("|---|---|---|---|---|")
    for k, name in enumerate(trait.sites):
        for who, values in log_odds_ratios.items():
            apart = (
                ""
                if who == "holdout"
                else interval(values[:, k] - log_odds_ratios["holdout"][:, k])
            )
            truth = f"{EFFECTS[name]:.2f} ({np.log(EFFECTS[name]):+.2f})"
            print(f"| {name} | {truth} | {who} | {interval(values[:, k])} | {apart} |")


if __name__ == "__main__":
    main()
