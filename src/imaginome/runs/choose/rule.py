"""Finished trials, and the rule that decides between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import Field, ValidationError

from imaginome.errors import CheckpointError
from imaginome.outputs import write_text
from imaginome.results import Result
from imaginome.runs.choose.plan import Contender

# -- Finished trials on disk -----------------------------------------------------------------------


class Trial(Result):
    """What one trial of one contender found.

    Attributes
    ----------
    model, settings, number
        Which contender, as it was tried, in which round (from 0).
    ratios
        Held-out measures as multiples of their ceilings.
    likelihoods
        Mean log-likelihood of a haplotype in each group of at least five held-out people; empty
        where the generator has no exact one.
    failed
        Why there is nothing; empty where there is.
    seconds
        What it took here.
    """

    model: str
    settings: list[str]
    number: int
    ratios: dict[str, float] = Field(default_factory=dict)
    likelihoods: list[float] = Field(default_factory=list)
    failed: str = ""
    seconds: float = 0.0


class Trials(Result):
    """All finished trials of one choice."""

    fingerprint: str
    trials: list[Trial] = Field(default_factory=list)


def geometric_means(ratios: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the geometric mean of each measure that all of them have."""
    names = [name for name in ratios[0] if all(name in one for one in ratios)]
    return {n: math.exp(math.fsum(math.log(one[n]) for one in ratios) / len(ratios)) for n in names}


class Ledger:
    """Trials by contender and round, kept in a file when there is one.

    Parameters
    ----------
    path
        Where they are kept; None keeps them in memory.
    fingerprint
        Identifies panel, seed and budget; trials of another choice are refused.

    Raises
    ------
    CheckpointError
        When the file is damaged or belongs to another choice.
    """

    def __init__(self, path: Path | None, fingerprint: str) -> None:
        self._path = path
        self._trials = Trials(fingerprint=fingerprint)
        if path is not None and path.exists():
            self._trials = _read(path, fingerprint)

    @property
    def trials(self) -> list[Trial]:
        """All finished trials, in the order in which they were made."""
        return self._trials.trials

    def find(self, model: str, settings: tuple[str, ...], number: int) -> Trial | None:
        """Return the trial of a contender in a round, if it was made."""
        wanted = (model, list(settings), number)
        matching = (t for t in self.trials if (t.model, t.settings, t.number) == wanted)
        return next(matching, None)

    def add(self, trial: Trial) -> Trial:
        """Keep a finished trial."""
        self.trials.append(trial)
        if self._path is not None:
            write_text(self._path, self._trials.as_file(), force=True)
        return trial


def _read(path: Path, fingerprint: str) -> Trials:
    try:
        trials = Trials.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CheckpointError(f"{path} is damaged ({error})", "start over with --force") from None
    if trials.fingerprint != fingerprint:
        raise CheckpointError(
            f"{path} belongs to another panel, seed or budget",
            "repeat the first command exactly, or start over with --force",
        )
    return trials


# -- The rule --------------------------------------------------------------------------------------
# The generator goes by its artificial people, its size by held-out likelihood.


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


def still_running(all_standings: Sequence[Standing]) -> list[Contender]:
    """Return the contenders of the generators that another round could still make the best."""
    best = _best_scores(all_standings)
    limit = min(best.values()) + math.log(RACE)
    kept = {model for model, score in best.items() if score <= limit and math.isfinite(score)}
    return [
        s.contender for s in all_standings if s.contender.model in kept and math.isfinite(s.score)
    ]


def decide(all_standings: Sequence[Standing]) -> Standing | None:
    """Return the chosen one of those tried in all rounds; None where no trial gave a figure.

    Generators within `EQUAL` of the best score are equal. Among these and all their sizes
    held-out likelihood decides if all have an exact one, see `_by_likelihood`. Where some have
    none, the quickest generator is taken, and of its sizes the one that likelihood names or,
    again, the quickest of equals.
    """
    rounds = max((len(s.trials) for s in all_standings), default=0)
    whole = [s for s in all_standings if len(s.trials) == rounds and math.isfinite(s.score)]
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


def _best_scores(all_standings: Sequence[Standing]) -> dict[str, float]:
    best: dict[str, float] = {}
    for s in all_standings:
        best[s.contender.model] = min(s.score, best.get(s.contender.model, math.inf))
    return best


def _key(contender: Contender) -> tuple[str, tuple[str, ...]]:
    return contender.model, contender.trial
