"""What allele frequencies alone betray: attacks on strangers who were given those of train.

``python -m benchmarks.floor PANEL --samples TABLE`` divides the people of a panel into thirds:
train, holdout, and strangers in the place of artificial people. At every site alleles of random
strangers are changed, as few as possible, until there are as many of each as in train: among
everybody, by superpopulation, or by population. Nothing else of train is in them. What attacks
find in them is the least to expect of a generator whose people have the frequencies of train.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from benchmarks.shared import command_line
from benchmarks.shared.page import heading, machine, row
from imaginome.arrays import Indices, Int64s
from imaginome.formats import read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Haplotypes, Panel
from imaginome.panel.split import split
from imaginome.privacy.audit import audit
from imaginome.randomness import child_generator

PLAIN = ("nothing", "everybody")
LEVELS = (*PLAIN, "superpopulation", "population")
ATTACKS = ("privacy-loss", "aats", "frequency")
COLUMNS = {
    "privacy-loss.loss": "privacy loss",
    "aats.truth": "AA_truth, train",
    "aats.truth_holdout": "AA_truth, holdout",
    "frequency.auc": "frequency attack, AUC",
}


def levels_of(panel: Panel) -> list[str]:
    """Return the levels that the labels of a panel allow."""
    return [
        level for level in LEVELS if level in PLAIN or getattr(panel.samples, level) is not None
    ]


def groups_of(panel: Panel, level: str) -> npt.NDArray[np.str_]:
    """Return the group of each haplotype; everybody is one where `level` is no label."""
    if level in PLAIN:
        return np.full(panel.n_haplotypes, level)
    return np.repeat(np.asarray(getattr(panel.samples, level), dtype=np.str_), 2)


def with_counts_of(train: Panel, strangers: Panel, level: str, seed: int) -> Panel:
    """Return the strangers with the allele counts of train, brought to their number, by group."""
    rng = child_generator(seed, "floor", level)
    made = strangers.haplotypes.copy()
    theirs, learnt = groups_of(strangers, level), groups_of(train, level)
    for group in np.unique(theirs):
        rows = np.flatnonzero(theirs == group)
        share = train.haplotypes[learnt == group].mean(axis=0)
        wanted = np.floor(share * len(rows) + rng.random(len(share))).astype(np.int64)
        _change(made, rows, np.minimum(wanted, len(rows)), rng)
    return replace(strangers, haplotypes=made)


def _change(
    made: Haplotypes,
    rows: Indices,
    wanted: Int64s,
    rng: np.random.Generator,
) -> None:
    """Change alleles of random rows until `wanted` of them carry ALT at each site."""
    carried = made[rows].sum(axis=0, dtype=np.int64)
    for site in np.flatnonzero(wanted != carried):
        more = int(wanted[site] - carried[site])
        able = rows[made[rows, site] == (0 if more > 0 else 1)]
        made[rng.choice(able, abs(more), replace=False), site] = 1 if more > 0 else 0


def measured(panel: Panel, level: str, seed: int, threads: int) -> list[float]:
    """Return what attacks find at one level, in the order of `COLUMNS`."""
    rest, train = split(panel, 1 / 3, seed)
    holdout, strangers = split(rest, 1 / 2, seed)
    if level != "nothing":
        strangers = with_counts_of(train, strangers, level, seed)
    comparison = Comparison.of(train, holdout, strangers, threads=threads)
    audited = audit(comparison, only=ATTACKS, power=False)
    values = {f.id: f.strength.value for attack in audited.attacks for f in attack.findings}
    return [np.nan if (value := values[column]) is None else value for column in COLUMNS]


def run(words: Sequence[str]) -> None:
    """Print the table of a panel."""
    given = _parser().parse_args(words)
    command_line.require(given.panel, given.samples, given.legend)
    panel = read_panel(given.panel, command_line.reading_of(given))
    seeds = range(given.seed, given.seed + given.seeds)
    people = panel.n_individuals // 3
    print(f"{panel.n_sites:,} sites, {people:,} people in train; {machine()}; seeds {list(seeds)}")
    print("\n".join(heading(["frequencies of train among", *COLUMNS.values()])))
    for level in levels_of(panel):
        values = np.array([measured(panel, level, seed, given.threads) for seed in seeds])
        mean, sd = values.mean(axis=0), values.std(axis=0)
        cells = [f"{m:.3f} ± {s:.3f}" for m, s in zip(mean, sd, strict=True)]
        print(row([level, *cells]), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = command_line.Parser("floor", description="What frequencies of train alone betray.")
    command_line.ask_for_panel(parser)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=6, help="how many; means and deviations")
    parser.add_argument("--threads", type=int, default=2)
    return parser


if __name__ == "__main__":
    command_line.main("floor", run, "nothing was kept")
