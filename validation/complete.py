"""How well generators impute hidden sites, beside Beagle with the real train panel.

A panel is divided by individual; generators learn from train; holdout people are known at every
tenth common site, phased, as an array would have them, and completed at all others::

    python validation/complete.py ../shared/data/kgp-chr15-10k/real.vcf.gz \
        --samples ../shared/data/samples.tsv --model hmm --model markov --seed 1

Prints a Markdown table: r2 of expected and true minor-allele counts, all genotypes of a frequency
bin together as in the metric `imputation`, with 95% intervals over the imputed people; seconds;
and what was run on.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from imaginome import provenance
from imaginome.arrays import Float32s, Indices
from imaginome.formats import ReadOptions, read_panel
from imaginome.kernels.intervals import individual_weights
from imaginome.metrics.items.imputation.beagle import Markers, impute
from imaginome.metrics.items.imputation.metric import BINS, Masked, accuracy, array_sites
from imaginome.metrics.resample import some
from imaginome.models.base import Generator
from imaginome.models.registry import load_model
from imaginome.panel import Panel
from imaginome.panel.split import split
from imaginome.randomness import child_generator, child_seed
from imaginome.runs.fitting import create, fit

REPLICATES = 200
GIVEN = ", population given"


@dataclass(frozen=True, eq=False)
class Task:
    """Who learns, who is imputed, and at which sites they are known."""

    train: Panel
    targets: Panel
    array: Indices
    masked: Masked
    seed: int
    threads: int

    @classmethod
    def of(cls, panel: Panel, people: int, seed: int, threads: int) -> Task:
        """Divide the panel; draw the people to impute; choose the array by train alone."""
        train, holdout = split(panel, 0.5, seed)
        rng = child_generator(seed, "complete", "targets")
        targets = holdout.take_individuals(some(holdout.n_individuals, people, rng))
        array = array_sites(train)
        frequency = np.mean([train.frequencies(), holdout.frequencies()], axis=0)
        masked = Masked.of(targets.haplotypes, frequency, array)
        return cls(train, targets, array, masked, seed, threads)

    def beagle(self) -> Float32s:
        """Impute by Beagle from the real train panel."""
        markers = Markers.of(self.train.sites)
        given = (self.targets.haplotypes, self.array, markers)
        return impute([self.train.haplotypes], *given, seed=child_seed(self.seed, "beagle"))[0]

    def completed(self, model: Generator[Any], labelled: bool) -> Float32s:
        """Complete by a generator; add the two haplotypes of each person."""
        known = np.zeros(self.train.n_sites, dtype=bool)
        known[self.array] = True
        labels = np.repeat(self.targets.samples.population, 2) if labelled else None
        completion = model.complete(
            self.targets.haplotypes,
            known,
            population=None if labels is None else list(labels),
            threads=self.threads,
        )
        return completion.dosages[0::2] + completion.dosages[1::2]

    def scores(self, dosages: Float32s) -> list[str]:
        """Return r2 of each bin with its interval, as text; the same replicates for everyone."""
        n = len(self.masked.truth)
        rng = child_generator(self.seed, "complete", "bootstrap")
        drawn = individual_weights(n, REPLICATES, rng)
        weights = np.concatenate([np.ones((1, n), dtype=np.float32), drawn])
        r2 = accuracy(self.masked, dosages, weights)
        low, high = np.nanquantile(r2[1:], [0.025, 0.975], axis=0)
        return [f"{r:.3f} ({a:.3f}-{b:.3f})" for r, a, b in zip(r2[0], low, high, strict=True)]


def row(name: str, task: Task, dosages: Float32s, since: float) -> None:
    """Print one row of the table."""
    seconds = time.perf_counter() - since
    print(f"| {name} | {' | '.join(task.scores(dosages))} | {seconds:.0f} |", flush=True)


def complete_by(words: str, task: Task) -> None:
    """Fit or load a generator, and print its rows."""
    name, *settings = words.split()
    if Path(words).is_dir():
        model = load_model(Path(words))
    else:
        model = fit(create(name, settings), task.train, seed=task.seed, threads=task.threads)
    labelled = "population" in model.abilities and bool(model.frame.populations)
    for known in (False, True) if labelled else (False,):
        since = time.perf_counter()
        dosages = task.completed(model, known)
        shown = " ".join([model.id, *settings])
        row(f"`{shown}`{GIVEN if known else ''}", task, dosages, since)


def main() -> None:
    """Impute by everyone who is asked, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("panel", type=Path)
    parser.add_argument("--samples", type=Path)
    parser.add_argument(
        "--model",
        action="append",
        required=True,
        help="an id, with settings as in 'hmm clusters=128', or a folder that `fit` left",
    )
    parser.add_argument("--people", type=int, default=10**9, help="most people to impute")
    parser.add_argument("--sites", type=int, help="only the first sites")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    words = parser.parse_args()
    panel = read_panel(words.panel, ReadOptions(samples_table=words.samples))
    panel = panel.take_sites(np.arange(panel.n_sites)[: words.sites])
    task = Task.of(panel, words.people, words.seed, words.threads)
    print(
        f"{task.train.n_individuals:,} people in train; {task.targets.n_individuals:,} of the "
        f"holdout, known at {len(task.array):,} of {panel.n_sites:,} sites; seed {words.seed}; "
        f"{provenance.machine()}; {datetime.now(UTC).date().isoformat()}\n"
    )
    print(f"| imputed by | {' | '.join(BINS)} | seconds |\n|---|{'---|' * (len(BINS) + 1)}")
    print(f"| masked sites | {' | '.join(f'{n:,}' for n in task.masked.counts())} | |")
    since = time.perf_counter()
    row("Beagle, real train", task, task.beagle(), since)
    for name in words.model:
        complete_by(name, task)


if __name__ == "__main__":
    main()
