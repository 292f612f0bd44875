"""Artificial people who betray somebody are taken out, or drawn again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from imaginome.arrays import Bools, Indices
from imaginome.errors import ComparisonError, ModelError
from imaginome.metrics.comparison import Comparison
from imaginome.models.base import Generator
from imaginome.panel import Panel, Samples
from imaginome.privacy.policy import Policy
from imaginome.privacy.scores.risks import ENOUGH_PEOPLE, Risks, enough
from imaginome.progress import SILENT, Progress
from imaginome.randomness import child_seed

ROUNDS = 10


@dataclass(frozen=True, eq=False)
class Redacted:
    """An artificial panel without risky people.

    Attributes
    ----------
    panel
        Those who stay, or were drawn instead.
    comparison
        The same people beside train and holdout, at their common sites.
    removed
        How many people were taken out or drawn again, over all rounds.
    """

    panel: Panel
    comparison: Comparison
    removed: int


def risky_people(comparison: Comparison, policy: Policy | None = None) -> Bools:
    """Return which artificial people have a haplotype that is named as risky.

    Returns
    -------
    numpy.ndarray
        ``bool``, shape ``(n_artificial,)``; see `imaginome.privacy.attacks.records`.

    Raises
    ------
    ComparisonError
        When train or holdout has too few people to know what chance does.
    """
    if not enough(comparison):
        raise ComparisonError(
            "too few people in train or holdout to tell who is risky",
            f"give at least {ENOUGH_PEOPLE} in each",
        )
    return Risks.of(comparison).people((policy or Policy()).risky_fdr)


def redact(artificial: Panel, comparison: Comparison, policy: Policy | None = None) -> Redacted:
    """Take risky people out, again until nobody more is named. Those who stay keep their names.

    Who is taken out is decided with train and holdout: the panel that stays is as safe as the
    measure of risk is good, and an audit on the same holdout is on the side of leniency.

    Parameters
    ----------
    artificial
        The artificial panel at all its sites.
    comparison
        The same people beside train and holdout.
    policy
        Its false-discovery rate decides who is risky; the default when None.

    Raises
    ------
    ComparisonError
        When too few people are there to judge, or fewer than two would stay.
    """
    stay = np.arange(artificial.n_individuals)
    rest = comparison
    for _ in range(ROUNDS):
        risky = risky_people(rest, policy)
        if not risky.any():
            break
        stay = stay[~risky]
        if len(stay) < 2:
            raise ComparisonError(
                f"{artificial.n_individuals - len(stay)} of {artificial.n_individuals} "
                "artificial people are risky: nothing is left to write",
                "the model copies: fit another",
            )
        rest = comparison.take(artificial=stay)
    removed = artificial.n_individuals - len(stay)
    return Redacted(artificial.take_individuals(stay), rest, removed)


def draw_clean(
    generator: Generator[Any],
    n: int,
    seed: int,
    compare: Callable[[Panel], Comparison],
    *,
    policy: Policy | None = None,
    population: str | None = None,
    phenotype: str | None = None,
    threads: int = 1,
    progress: Progress = SILENT,
) -> Redacted:
    """Draw `n` people none of whom is risky: those who are, are drawn again with the same labels.

    Parameters
    ----------
    generator
        A fitted model; not one with a guarantee, which choosing among its people would void.
    n, seed, population, phenotype, threads
        See `Generator.sample`. Replacements of each round have a seed of their own, so the same
        seed gives the same people.
    compare
        Puts an artificial panel beside train and holdout.
    policy
        Its false-discovery rate decides who is risky; the default when None.
    progress
        Who is told how far it is.

    Raises
    ------
    ModelError
        When the model has a guarantee, or there are still risky people after ten rounds.
    """
    if generator.spending is not None:
        raise ModelError(
            "choosing people by looking at the train panel voids the guarantee of this model",
            "leave out --exclude-risky",
        )
    labels = {"population": population, "phenotype": phenotype}
    made = generator.sample(n, seed, threads=threads, **labels)
    removed = 0
    with progress.task("look for risky people") as task:
        for round_ in range(ROUNDS):
            comparison = compare(made)
            risky = np.flatnonzero(risky_people(comparison, policy))
            task.advance(risky=len(risky))
            if len(risky) == 0:
                return Redacted(made, comparison, removed)
            removed += len(risky)
            made = _drawn_again(generator, made, risky, (seed, round_), labels, threads)
    raise ModelError(
        f"after {ROUNDS} rounds {len(risky)} of {n} artificial people are still risky",
        "the model copies: fit another, or draw fewer people",
    )


def _drawn_again(
    generator: Generator[Any],
    made: Panel,
    risky: Indices,
    turn: tuple[int, int],
    labels: dict[str, str | None],
    threads: int,
) -> Panel:
    """Put new people with the labels of the old into the places of the risky ones."""
    rows = made.haplotypes.copy()
    seed, round_ = turn
    for number, (wanted, people) in enumerate(_by_labels(generator, made.samples, risky, labels)):
        fresh = generator.sample(
            len(people), child_seed(seed, "drawn again", round_, number), threads=threads, **wanted
        )
        rows[2 * people], rows[2 * people + 1] = fresh.haplotypes[0::2], fresh.haplotypes[1::2]
    return replace(made, haplotypes=rows)


def _by_labels(
    generator: Generator[Any],
    samples: Samples,
    people: Indices,
    labels: dict[str, str | None],
) -> list[tuple[dict[str, str | None], Indices]]:
    """Divide people by their labels; all at once where the generator draws none."""
    if not generator.draws_labels:
        return [(labels, people)]
    keys = [
        tuple(None if column is None else str(column[i]) for column in _columns(samples))
        for i in people
    ]
    return [
        (
            dict(zip(labels, key, strict=True)),
            people[np.array([other == key for other in keys])],
        )
        for key in sorted(set(keys), key=str)
    ]


def _columns(samples: Samples) -> tuple[Any, Any]:
    return samples.population, samples.phenotype
