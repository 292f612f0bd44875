"""One trial: fit to some people of train, draw, and measure against others of train."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from imaginome.errors import ModelError
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.metrics.items.classifier.metric import tree_areas
from imaginome.models.base import Generator
from imaginome.panel import Panel
from imaginome.panel.split import split_individuals
from imaginome.randomness import child_generator, child_seed
from imaginome.results.gap import over
from imaginome.runs.choose.plan import MOST_PEOPLE, ROUNDS, Contender, Plan
from imaginome.runs.choose.rule import Trial, geometric_means
from imaginome.runs.fitting import create, fit

FEWEST_PEOPLE = 20
METRICS = ("frequency", "linkage", "three-point", "structure")
MEASURES = {
    "allele frequency": "frequency.mae",
    "linkage": "linkage.mae",
    "three sites": "three_point.mae",
    "structure": "structure.sliced",
}
"""Name of a measure of the choice to its id; the trees of `classifier` come beside these."""
SMALLEST, LARGEST = 0.1, 1000.0
JUDGED_PEOPLE, GROUP = 50, 5
MOST_DRAWS, ENOUGH_PEOPLE = 3, 600
"""Draws are judged one by one, until they have shown this many people."""


@dataclass(frozen=True)
class Stage:
    """The people and sites of one round, and what its trials are given.

    Attributes
    ----------
    learn, test
        Different people of the train panel at one stretch of sites.
    number
        Of the round, from 0.
    seed, threads, device
        See `FitControl`.
    """

    learn: Panel
    test: Panel
    number: int
    seed: int
    threads: int
    device: str


def stage(train: Panel, plan: Plan, number: int, seed: int, threads: int, device: str) -> Stage:
    """Return a round: one fold of the people to test, the others to learn; families together.

    Raises
    ------
    ModelError
        When there are too few people to divide.
    """
    if train.n_individuals < FEWEST_PEOPLE:
        raise ModelError(
            f"a train panel of {train.n_individuals} individuals is too small to compare models on",
            f"name one with --model, or give at least {FEWEST_PEOPLE} individuals to train",
        )
    rng = child_generator(seed, "choice", "people")
    some = np.arange(train.n_individuals)
    if len(some) > MOST_PEOPLE:
        some = np.sort(rng.choice(len(some), MOST_PEOPLE, replace=False))
    people = train.take_individuals(some)
    names = [f"fold {i}" for i in range(ROUNDS)]
    parts = split_individuals(people.samples, dict.fromkeys(names, 1 / ROUNDS), rng)
    tested = parts[names[number]]
    learnt = np.setdiff1d(np.arange(len(some)), tested)
    window = plan.stretch_of(train.n_sites, number)
    learn, test = (people.take_individuals(rows).take_sites(window) for rows in (learnt, tested))
    return Stage(learn, test, number, seed, threads, device)


def attempt(contender: Contender, on: Stage) -> Trial:
    """Fit, draw and measure; a generator that refuses the panel has failed, with its reason."""
    since = time.perf_counter()
    result: dict[str, Any] = {}
    try:
        seed = child_seed(on.seed, "choice", "fit", on.number)
        generator = create(contender.model, contender.trial)
        model = fit(generator, on.learn, seed=seed, threads=on.threads, device=on.device)
        result["ratios"] = _ratios(model, on, seed)
        result["likelihoods"] = _likelihoods(model, on)
    except ModelError as error:
        result = {"failed": error.message}
    return Trial(
        model=contender.model,
        settings=list(contender.trial),
        number=on.number,
        seconds=round(time.perf_counter() - since, 2),
        **result,
    )


def _ratios(model: Generator[Any], on: Stage, seed: int) -> dict[str, float]:
    """Return each measure as a multiple of its ceiling: geometric means over a few draws.

    A single draw of as many people as few judge would decide by its luck.
    """
    n = on.test.n_individuals
    draws = max(1, min(MOST_DRAWS, ENOUGH_PEOPLE // n))
    made = model.sample(draws * n, seed, threads=on.threads)
    ratios = []
    for draw in range(draws):
        people = made.take_individuals(np.arange(draw, draws * n, draws))
        # Nobody reads the intervals of a trial: two replicates are the fewest that give one.
        comparison = Comparison.of(
            on.learn,
            on.test,
            people,
            seed=child_seed(seed, "draw", draw),
            threads=on.threads,
            replicates=2,
        )
        ratios.append(_of_one(comparison.balanced()))
    return geometric_means(ratios)


def _of_one(comparison: Comparison) -> dict[str, float]:
    """Return each measure as a multiple of its ceiling, where both could be computed."""
    evaluation = evaluate(comparison, only=METRICS)
    measures = {m.id: m for metric in evaluation.metrics for m in metric.measures}
    pairs = {
        name: (measures[i].artificial.value, measures[i].ceiling.value)
        for name, i in MEASURES.items()
        if i in measures
    }
    areas = tree_areas(comparison)
    # An area below one half is chance, as one half is.
    pairs["classifier"] = tuple(np.maximum(areas[n], 0.5).item() for n in ("artificial", "train"))
    ratios = {name: over(*pair) for name, pair in pairs.items()}
    return {n: min(LARGEST, max(SMALLEST, r)) for n, r in ratios.items() if r is not None}


def _likelihoods(model: Generator[Any], on: Stage) -> list[float]:
    """Return mean log-likelihoods of groups of held-out people, in an order of their own."""
    if "log_likelihood" not in model.abilities:
        return []
    rng = child_generator(on.seed, "choice", "groups", on.number)
    people = rng.permutation(on.test.n_individuals)[:JUDGED_PEOPLE]
    rows = on.test.take_individuals(people).haplotypes
    logs = model.log_likelihood(rows, threads=on.threads).reshape(-1, 2).sum(axis=1)
    groups = np.array_split(logs, max(1, len(people) // GROUP))
    return [float(group.mean() / 2) for group in groups]
