"""The rule: the generator by its artificial people, its size by held-out likelihood."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from imaginome.choice.ledger import Trial
from imaginome.choice.plan import Contender

RACE = 1.5
"""Generators whose score is more than this many times the best one's leave after a round."""
EQUAL = 1.05
"""Generators within this factor of the best score are equal: something else decides."""


@dataclass(frozen=True)
class Standing:
    """What the trials of one contender come to.

    Attributes
    ----------
    contender, trials
        Who, and its finished trials in the order of rounds.
    score
        Natural logarithm of the geometric mean of all ratios; infinite where there is none.
    """

    contender: Contender
    trials: tuple[Trial, ...]
    score: float

    @classmethod
    def of(cls, contender: Contender, trials: Sequence[Trial], common: set[str]) -> Standing:
        """Add up the trials of a contender over the measures in `common`."""
        own = [t for t in trials if (t.model, tuple(t.settings)) == _key(contender)]
        logs = [math.log(t.ratios[name]) for t in own for name in sorted(common) if not t.failed]
        failed = any(t.failed for t in own) or not logs
        return cls(contender, tuple(own), math.inf if failed else math.fsum(logs) / len(logs))

    @property
    def likelihoods(self) -> list[float]:
        """Mean log-likelihoods of groups of held-out people, over all rounds."""
        return [value for trial in self.trials for value in trial.likelihoods]


def standings(contenders: Sequence[Contender], trials: Sequence[Trial]) -> list[Standing]:
    """Return what the trials come to, over the measures that every trial has."""
    known = [set(t.ratios) for t in trials if not t.failed]
    common = set.intersection(*known) if known else set()
    return [Standing.of(contender, trials, common) for contender in contenders]


def still_running(found: Sequence[Standing]) -> list[Contender]:
    """Return the contenders of the generators that another round could still make the best."""
    best = _best_scores(found)
    limit = min(best.values()) + math.log(RACE)
    kept = {model for model, score in best.items() if score <= limit and math.isfinite(score)}
    return [s.contender for s in found if s.contender.model in kept and math.isfinite(s.score)]


def decide(found: Sequence[Standing]) -> Standing | None:
    """Return the chosen one of those tried in all rounds; None where no trial gave a figure.

    Generators within `EQUAL` of the best score are equal. Among these and all their sizes
    held-out likelihood decides if all have an exact one, see `_by_likelihood`. Where some have
    none, the quickest generator is taken, and of its sizes the one that likelihood names or,
    again, the quickest of equals.
    """
    rounds = max((len(s.trials) for s in found), default=0)
    whole = [s for s in found if len(s.trials) == rounds and math.isfinite(s.score)]
    if not whole:
        return None
    best = _best_scores(whole)
    equal = [s for s in whole if best[s.contender.model] <= _limit(best.values())]
    equal.sort(key=lambda s: s.contender.seconds)
    if all(s.likelihoods for s in equal):
        return _by_likelihood(equal)
    near = (s for s in equal if s.score == best[s.contender.model])
    model = next(near).contender.model
    sizes = [s for s in equal if s.contender.model == model]
    if all(s.likelihoods for s in sizes):
        return _by_likelihood(sizes)
    return next(s for s in sizes if s.score <= _limit(s.score for s in sizes))


def _limit(scores: Iterable[float]) -> float:
    """Return the worst score that is equal to the best."""
    return min(scores) + math.log(EQUAL)


def _by_likelihood(fits: Sequence[Standing]) -> Standing:
    """Walk from the quickest fit to slower ones, each of which has to earn its place.

    It must be likelier for held-out people than the one so far, by more than one standard error
    (Breiman et al. 1984), and its artificial people must be as near to them, within `EQUAL`.
    """
    best = fits[0]
    for standing in fits[1:]:
        gain = np.array(standing.likelihoods) - np.array(best.likelihoods)
        error = gain.std(ddof=1) / math.sqrt(len(gain)) if len(gain) > 1 else 0.0
        if gain.mean() > error and standing.score <= _limit([best.score]):
            best = standing
    return best


def _best_scores(found: Sequence[Standing]) -> dict[str, float]:
    best: dict[str, float] = {}
    for s in found:
        best[s.contender.model] = min(s.score, best.get(s.contender.model, math.inf))
    return best


def _key(contender: Contender) -> tuple[str, tuple[str, ...]]:
    return contender.model, contender.trial
