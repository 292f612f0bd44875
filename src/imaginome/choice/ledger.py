"""Finished trials on disk, so that an interrupted choice goes on to the same end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field, ValidationError

from imaginome.errors import CheckpointError
from imaginome.outputs import write_text
from imaginome.results import Result


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


def geometric_means(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the geometric mean of each measure that all of them have."""
    names = [name for name in found[0] if all(name in one for one in found)]
    return {n: math.exp(math.fsum(math.log(one[n]) for one in found) / len(found)) for n in names}


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
        found = (t for t in self.trials if (t.model, t.settings, t.number) == wanted)
        return next(found, None)

    def add(self, trial: Trial) -> Trial:
        """Keep a finished trial."""
        self.trials.append(trial)
        if self._path is not None:
            write_text(self._path, self._trials.model_dump_json(indent=1) + "\n", force=True)
        return trial


def _read(path: Path, fingerprint: str) -> Trials:
    try:
        found = Trials.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise CheckpointError(f"{path} is damaged ({error})", "start over with --force") from None
    if found.fingerprint != fingerprint:
        raise CheckpointError(
            f"{path} belongs to another panel, seed or budget",
            "repeat the first command exactly, or start over with --force",
        )
    return found
