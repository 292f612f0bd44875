"""What is compared within a budget: which fits are affordable, on which part of the panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from imaginome.models.registry import models
from imaginome.runs.choose.base import Size
from imaginome.runs.choose.budget import COMPARING
from imaginome.runs.choose.registry import proposers

ROUNDS = 3
STRETCHES = (2000, 1400, 1000, 700, 500, 350, 250)
"""Sites of a stretch: the longest whose first round leaves time for a second."""
MOST_PEOPLE = 1500
JUDGING, JUDGED_ALLELE = 1.0, 1e-6
"""Seconds to measure what a trial drew: always, and an allele of the fitted people."""


@dataclass(frozen=True)
class Contender:
    """A generator with settings that might be chosen.

    Attributes
    ----------
    model, settings
        The fit that would be made.
    seconds
        Its predicted time.
    trial
        Settings of its trials.
    place
        Its place among the proposals of the generator.
    struck
        Why it was not tried; empty where it is.
    """

    model: str
    settings: tuple[str, ...]
    seconds: float
    trial: tuple[str, ...]
    place: int
    struck: str = ""

    def trial_seconds(self, size: Size) -> float:
        """Return the predicted time of a trial on a panel of this size, judged."""
        proposal = proposers.get(self.model)().proposals(size)[self.place]
        return proposal.trial_seconds + JUDGING + JUDGED_ALLELE * size.cells


@dataclass(frozen=True)
class Plan:
    """Contenders, and the stretch of sites on which a round compares them.

    Attributes
    ----------
    contenders
        Everyone, those who are struck too.
    stretch
        Number of sites of each trial.
    size
        What a trial is fitted to.
    seconds
        What trials may take, all together, as predicted.
    """

    contenders: tuple[Contender, ...]
    stretch: int
    size: Size
    seconds: float

    @classmethod
    def of(cls, size: Size, budget: float, *, phenotype: bool = False) -> Plan:
        """Return the plan for a train panel of `size` and a budget in seconds.

        It follows from these numbers alone: no clock has a part in it.
        """
        contenders = _contenders(size, budget, phenotype)
        people = min(size.haplotypes // 2, MOST_PEOPLE)
        learnt = 2 * (people * (ROUNDS - 1) // ROUNDS)
        comparing = COMPARING * budget
        whole = [size.sites] if size.sites <= STRETCHES[0] else []
        lengths = [*whole, *(s for s in STRETCHES if s < size.sites)]
        running = [c for c in contenders if not c.struck]
        for length in lengths:
            part = Size(learnt, length, size.classes)
            if 2 * round_seconds(running, part) <= comparing:
                break
        affordable = _strike_dearest(contenders, part, comparing)
        return cls(tuple(affordable), part.sites, part, comparing)

    @property
    def running(self) -> list[Contender]:
        """Those who are tried."""
        return [c for c in self.contenders if not c.struck]

    def stretch_of(self, n_sites: int, number: int) -> slice:
        """Return the sites of a round: stretches lie evenly over the panel."""
        start = (n_sites - self.stretch) * number // max(1, ROUNDS - 1)
        return slice(start, start + self.stretch)


def round_seconds(contenders: Sequence[Contender], size: Size) -> float:
    """Return the predicted time of one trial of each."""
    return sum(contender.trial_seconds(size) for contender in contenders)


def _contenders(size: Size, budget: float, phenotype: bool) -> list[Contender]:
    """Return one contender for each different trial: its longest training that fits."""
    contenders = []
    for model in proposers.ids():
        if phenotype and "phenotype" not in models.get(model).capabilities:
            continue
        numbered = enumerate(proposers.get(model)().proposals(size))
        for trial, group in groupby(numbered, key=lambda pair: pair[1].trial):
            choices = [
                Contender(model, p.settings, p.seconds, trial, i, p.refused) for i, p in group
            ]
            contenders.append(_longest(choices, (1 - COMPARING) * budget))
    return contenders


def _longest(choices: list[Contender], seconds: float) -> Contender:
    if any(c.struck for c in choices):
        return next(c for c in choices if c.struck)
    fitting = [c for c in choices if c.seconds <= seconds]
    if fitting:
        return max(fitting, key=lambda c: c.seconds)
    least = min(choices, key=lambda c: c.seconds)
    return _struck(least, f"its fit is predicted to take {least.seconds:.0f} s of {seconds:.0f} s")


def _strike_dearest(contenders: list[Contender], size: Size, seconds: float) -> list[Contender]:
    """Strike the dearest trials until one round fits; the cheapest contender always stays."""
    left = list(contenders)
    while True:
        running = [c for c in left if not c.struck]
        if len(running) <= 1 or round_seconds(running, size) <= seconds:
            return left
        dearest = max(running, key=lambda c: c.trial_seconds(size))
        why = f"a trial is predicted to take {dearest.trial_seconds(size):.0f} s"
        left[left.index(dearest)] = _struck(dearest, f"{why}, trials of all have {seconds:.0f} s")


def _struck(contender: Contender, why: str) -> Contender:
    return replace(contender, struck=why)
