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
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from imaginome import __version__
from imaginome._canary_scores import looks
from imaginome.errors import SettingsError
from imaginome.fitting import create, fit
from imaginome.models.base import Generator
from imaginome.panel import Panel, Samples, strings
from imaginome.privacy._model_citations import STEINKE_2023
from imaginome.privacy._one_run import Guesses, epsilon_bound, guess_coins
from imaginome.progress import SILENT, Progress
from imaginome.randomness import child_generator, child_seed
from imaginome.results import Result
from imaginome.training.guarantee import DELTA, Guarantee
from imaginome.training.noise import SYSTEM, NoiseSource

Kind = Literal["random", "people"]
Mask = npt.NDArray[np.bool_]

SHARES = (0.8, 0.4, 0.1)
"""Shares of canaries that are guessed about; decided before anything was fitted."""
LEVEL = 0.05
FEWEST = 20
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


def told(found: CanaryAudit) -> str:
    """Return one line on what canaries proved."""
    bound = f"epsilon of {found.model} is at least {found.epsilon:.3g} (95% confidence)"
    if found.claim is None:
        return f"{bound}; nothing was claimed"
    word = "which CONTRADICTS" if found.contradicted else "which does not contradict"
    return f"{bound}, {word} the claim of {found.claim:g}"


@dataclass(frozen=True)
class Toss:
    """How canaries are made and fitted.

    Attributes
    ----------
    canaries, kind, fits
        See `CanaryAudit`; `canaries` is by fit.
    seed, threads, device, progress, guarantee, noise
        See `imaginome.fitting.fit`.
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
    toss: Toss | None = None,
) -> CanaryAudit:
    """Fit a generator to a panel with canaries, guess who was in, and bound epsilon.

    Parameters
    ----------
    panel
        Real people: what the generator would be fitted to.
    model, settings
        Id of the generator, and its settings as ``key=value``.
    toss
        How; the defaults of `Toss` when None.

    Raises
    ------
    SettingsError
        When there are too few canaries, or too few people for them.
    CapabilityError
        When a guarantee is asked for and the generator cannot be fitted privately.
    """
    started = time.perf_counter()
    toss = toss or Toss()
    base, canaries = _canaries(panel, toss)
    found: dict[str, list[list[Guesses]]] = {}
    included = 0
    delta = toss.guarantee.delta if toss.guarantee else DELTA
    with toss.progress.task("canaries", toss.fits) as task:
        for k in range(toss.fits):
            inside = child_generator(toss.seed, "canaries", "coins", k).random(toss.canaries) < 0.5
            included += int(inside.sum())
            fitted = _fitted(create(model, settings), base, canaries, inside, toss, k)
            drawn = fitted.sample(
                _wanted(base), child_seed(toss.seed, "canaries", "draw", k), threads=toss.threads
            )
            unlike = toss.kind == "random"
            scored = looks(fitted, drawn, base, canaries, toss.threads, unlike=unlike)
            for name, scores in scored.items():
                found.setdefault(name, []).append(guess_coins(scores, inside, SHARES))
            task.advance()
    level = LEVEL / (len(SHARES) * len(found))
    tests = [
        _pooled(name, told, level, delta)
        for name, each in found.items()
        for told in zip(*each, strict=True)
    ]
    epsilon = max(test.epsilon for test in tests)
    most = max(test.guesses for test in tests)
    coins = toss.canaries * toss.fits
    claim = toss.guarantee.epsilon if toss.guarantee else None
    return CanaryAudit(
        version=__version__,
        model=model,
        settings=list(settings),
        seed=toss.seed,
        kind=toss.kind,
        canaries=toss.canaries,
        included=included,
        fits=toss.fits,
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
        citations=[STEINKE_2023.text()],
        seconds=round(time.perf_counter() - started, 2),
    )


def _wanted(base: Panel) -> int:
    return max(base.n_individuals, min(DRAWN, WORK // base.n_sites))


def _pooled(name: str, told: Sequence[Guesses], level: float, delta: float) -> CanaryTest:
    """Add up guesses about the coins of independent fits."""
    guesses, right = sum(t.guesses for t in told), sum(t.right for t in told)
    bound = epsilon_bound(right, guesses, level, delta, sum(t.coins for t in told))
    return CanaryTest(score=name, guesses=guesses, right=right, epsilon=bound)


def _canaries(panel: Panel, toss: Toss) -> tuple[Panel, Panel]:
    """Return who is always in the training panel, and the canaries."""
    rng = child_generator(toss.seed, "canaries", toss.kind)
    if toss.kind == "random":
        like = rng.integers(panel.n_individuals, size=toss.canaries)
        rows = rng.integers(0, 2, (toss.canaries, panel.n_sites), dtype=np.uint8)
        return panel, Panel(np.repeat(rows, 2, axis=0), panel.sites, _named(panel.samples, like))
    alone = _without_kin(panel.samples)
    if len(alone) < toss.canaries or panel.n_individuals - toss.canaries < FEWEST:
        raise SettingsError(
            f"{toss.canaries} of {panel.n_individuals} people cannot be canaries",
            "give fewer --canaries, or --kind random; kin cannot be canaries",
        )
    chosen = np.sort(rng.choice(alone, toss.canaries, replace=False))
    others = np.setdiff1d(np.arange(panel.n_individuals), chosen)
    return panel.take_individuals(others), panel.take_individuals(chosen)


def _named(samples: Samples, like: npt.NDArray[np.int64]) -> Samples:
    """Return samples of their own names and families, labelled like some others."""
    columns = {
        name: None if getattr(samples, name) is None else getattr(samples, name)[like]
        for name in Samples.LABELS
    }
    if columns["family"] is not None:
        columns["family"] = strings([""] * len(like))
    return Samples(strings([f"CANARY{i:06d}" for i in range(1, len(like) + 1)]), **columns)


def _without_kin(samples: Samples) -> npt.NDArray[np.intp]:
    """Return the individuals who are alone in their family."""
    if samples.family is None:
        return np.arange(len(samples))
    names, counts = np.unique(samples.family.astype(str), return_counts=True)
    many = {name for name, count in zip(names, counts, strict=True) if name and count > 1}
    return np.flatnonzero([str(name) not in many for name in samples.family])


def _fitted(
    model: Generator[Any], base: Panel, canaries: Panel, inside: Mask, toss: Toss, k: int
) -> Generator[Any]:
    """Fit the generator to the panel and to the canaries whose coin fell so."""
    train = _joined(base, canaries.take_individuals(np.flatnonzero(inside)))
    return fit(
        model,
        train,
        seed=child_seed(toss.seed, "canaries", "fit", k) % 2**31,
        threads=toss.threads,
        device=toss.device,
        guarantee=toss.guarantee,
        noise=toss.noise,
    )


def _joined(one: Panel, other: Panel) -> Panel:
    columns = {
        name: None
        if getattr(one.samples, name) is None
        else np.concatenate([getattr(one.samples, name), getattr(other.samples, name)])
        for name in Samples.LABELS
    }
    names = np.concatenate([one.samples.id, other.samples.id])
    rows = np.concatenate([one.haplotypes, other.haplotypes])
    return Panel(rows, one.sites, Samples(names, **columns))
