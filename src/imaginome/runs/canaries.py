"""Proof by attack: canaries enter the training by the toss of a coin, and are looked for.

A canary is an individual of whom nobody but the auditor knows whether they were in the training
panel. How often the auditor guesses rightly, from the model or from what it drew, bounds epsilon
from below (Steinke, Nasr and Jagielski 2023), whatever the generator. A bound above what a private
fit claims contradicts the claim.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from imaginome import __version__
from imaginome.arrays import Bools
from imaginome.citations import cite
from imaginome.dp.guarantee import DELTA, Guarantee
from imaginome.dp.noise import SYSTEM, NoiseSource
from imaginome.errors import SettingsError
from imaginome.models.base import Generator
from imaginome.panel import Panel
from imaginome.privacy.canaries import FEWEST, Kind, canary_scores, joined, with_canaries
from imaginome.privacy.scores.coin_guesses import Guesses, epsilon_bound, guess_coins
from imaginome.progress import SILENT, Progress
from imaginome.randomness import child_generator, child_seed
from imaginome.results import Result
from imaginome.runs.fitting import create, fit

CITATIONS = cite(steinke2023="right guesses about many coins of one run bound epsilon")
SHARES = (0.8, 0.4, 0.1)
"""Shares of canaries that are guessed about; decided before anything was fitted."""
LEVEL = 0.05
DRAWN = 10_000
"""Artificial individuals that are drawn to be looked at, on small panels."""
WORK = 50_000_000
"""Artificial individuals times sites, at most; but as many individuals as the panel has."""

MEANING = (
    "The bound holds with 95% confidence for this way of fitting, on panels of this kind. It is a "
    "lower bound: zero proves nothing, and a better attack may show more.",
    "The coins of the canaries are independent and fair, and nothing was chosen by looking at "
    "them: scores and numbers of guesses were fixed in advance and share the error.",
    "The model was fitted with canaries in its panel: it is for auditing and not for release.",
)


class CanaryTest(Result):
    """One way of guessing: what was looked at, and what the guesses prove."""

    score: str
    guesses: int
    right: int
    epsilon: float


class CanaryAudit(Result):
    """What canaries prove about a generator: the content of ``canaries.json``.

    Attributes
    ----------
    kind
        ``random``: people with an allele drawn by a coin at each site, on both haplotypes, unlike
        anybody; ``people``: individuals of the panel.
    canaries, included, fits
        Canaries, how many of them the coins put into the training panel (over all fits), fits.
    epsilon, confidence
        The lower bound, and how sure it is.
    most
        The largest bound that so many canaries could have shown.
    claim, delta
        Epsilon and delta that the fit claims; no claim where `claim` is None.
    contradicted
        Whether the bound lies above the claim.
    """

    version: str
    model: str
    settings: list[str]
    seed: int
    kind: Kind
    canaries: int
    included: int
    fits: int
    individuals: int
    sites: int
    epsilon: float
    confidence: float
    most: float
    claim: float | None
    delta: float
    contradicted: bool
    tests: list[CanaryTest]
    notes: list[str]
    citations: list[str]
    seconds: float


def in_one_line(found: CanaryAudit) -> str:
    """Return one line on what canaries proved."""
    bound = f"epsilon of {found.model} is at least {found.epsilon:.3g} (95% confidence)"
    if found.claim is None:
        return f"{bound}; nothing was claimed"
    word = "which CONTRADICTS" if found.contradicted else "which does not contradict"
    return f"{bound}, {word} the claim of {found.claim:g}"


@dataclass(frozen=True)
class CanaryPlan:
    """How canaries are made and fitted.

    Attributes
    ----------
    canaries, kind, fits
        See `CanaryAudit`; `canaries` is by fit.
    seed, threads, device, progress, guarantee, noise
        See `imaginome.runs.fitting.fit`.
    """

    canaries: int = 500
    kind: Kind = "random"
    fits: int = 1
    seed: int = 1
    threads: int = 1
    device: str = "auto"
    guarantee: Guarantee | None = None
    noise: NoiseSource = SYSTEM
    progress: Progress = field(default=SILENT)

    def __post_init__(self) -> None:
        """Check that there is something to guess."""
        if self.canaries < FEWEST or self.fits < 1:
            raise SettingsError(
                f"{self.canaries} canaries in {self.fits} fits prove nothing",
                f"give at least {FEWEST} canaries and one fit",
            )


def audit_with_canaries(
    panel: Panel,
    model: str,
    settings: Sequence[str] = (),
    plan: CanaryPlan | None = None,
) -> CanaryAudit:
    """Fit a generator to a panel with canaries, guess who was in, and bound epsilon.

    Parameters
    ----------
    panel
        Real people: what the generator would be fitted to.
    model, settings
        Id of the generator, and its settings as ``key=value``.
    plan
        How; the defaults of `CanaryPlan` when None.

    Raises
    ------
    SettingsError
        When there are too few canaries, or too few people for them.
    CapabilityError
        When a guarantee is asked for and the generator cannot be fitted privately.
    """
    started = time.perf_counter()
    plan = plan or CanaryPlan()
    base, canaries = with_canaries(panel, plan.canaries, plan.kind, plan.seed)
    included, found = _guessed(model, settings, base, canaries, plan)
    delta = plan.guarantee.delta if plan.guarantee else DELTA
    level = LEVEL / (len(SHARES) * len(found))
    tests = [
        _pooled(name, told, level, delta)
        for name, each in found.items()
        for told in zip(*each, strict=True)
    ]
    epsilon = max(test.epsilon for test in tests)
    most = max(test.guesses for test in tests)
    coins = plan.canaries * plan.fits
    claim = plan.guarantee.epsilon if plan.guarantee else None
    return CanaryAudit(
        version=__version__,
        model=model,
        settings=list(settings),
        seed=plan.seed,
        kind=plan.kind,
        canaries=plan.canaries,
        included=included,
        fits=plan.fits,
        individuals=base.n_individuals,
        sites=base.n_sites,
        epsilon=epsilon,
        confidence=1 - LEVEL,
        most=epsilon_bound(most, most, level, delta, coins),
        claim=claim if claim is not None and math.isfinite(claim) else None,
        delta=delta,
        contradicted=claim is not None and epsilon > claim,
        tests=tests,
        notes=list(MEANING),
        citations=[citation.text() for citation in CITATIONS],
        seconds=round(time.perf_counter() - started, 2),
    )


def _guessed(
    model: str, settings: Sequence[str], base: Panel, canaries: Panel, plan: CanaryPlan
) -> tuple[int, dict[str, list[list[Guesses]]]]:
    """Fit, draw and guess; return how many canaries were in, and guesses by score and fit."""
    found: dict[str, list[list[Guesses]]] = {}
    included = 0
    with plan.progress.task("canaries", plan.fits) as task:
        for k in range(plan.fits):
            inside = child_generator(plan.seed, "canaries", "coins", k).random(plan.canaries) < 0.5
            included += int(inside.sum())
            fitted = _fitted(create(model, settings), base, canaries, inside, plan, k)
            drawn = fitted.sample(
                _wanted(base), child_seed(plan.seed, "canaries", "draw", k), threads=plan.threads
            )
            unlike = plan.kind == "random"
            scored = canary_scores(fitted, drawn, base, canaries, plan.threads, unlike=unlike)
            for name, scores in scored.items():
                found.setdefault(name, []).append(guess_coins(scores, inside, SHARES))
            task.advance()
    return included, found


def _wanted(base: Panel) -> int:
    return max(base.n_individuals, min(DRAWN, WORK // base.n_sites))


def _pooled(name: str, told: Sequence[Guesses], level: float, delta: float) -> CanaryTest:
    """Add up guesses about the coins of independent fits."""
    guesses, right = sum(t.guesses for t in told), sum(t.right for t in told)
    bound = epsilon_bound(right, guesses, level, delta, sum(t.coins for t in told))
    return CanaryTest(score=name, guesses=guesses, right=right, epsilon=bound)


def _fitted(
    model: Generator[Any], base: Panel, canaries: Panel, inside: Bools, plan: CanaryPlan, k: int
) -> Generator[Any]:
    """Fit the generator to the panel and to the canaries whose coin fell so."""
    train = joined(base, canaries.take_individuals(np.flatnonzero(inside)))
    return fit(
        model,
        train,
        seed=child_seed(plan.seed, "canaries", "fit", k) % 2**31,
        threads=plan.threads,
        device=plan.device,
        guarantee=plan.guarantee,
        noise=plan.noise,
    )
