"""Demonstrated power: which known leaks the attacks find on this very panel.

The holdout is cut in two by individual. One half stays what it is; the other are real people
whom nobody saw and who are in no panel. Attacks must stay silent when those are given out as
artificial, and are told what they find when a known leak is planted into them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from imaginome.kernels.threads import map_pieces
from imaginome.metrics.comparison import Comparison
from imaginome.panel import Panel, Samples
from imaginome.panel.split import split_individuals
from imaginome.privacy.base import Attack
from imaginome.privacy.leaks.base import artificial_people
from imaginome.privacy.leaks.registry import leaks
from imaginome.privacy.policy import Policy
from imaginome.progress import SILENT, Progress
from imaginome.results import (
    GRAVE,
    AttackResult,
    Detection,
    Estimate,
    Finding,
    PanelSizes,
    Power,
    severity,
)

FEWEST = 40
"""Holdout people below which nothing can be shown with half of them."""
MOST_WORK = 6_500_000
"""Individuals times sites of each panel in which leaks are planted: about 20 CPU seconds a leak."""
SAFE = ""


@dataclass(frozen=True)
class _Trial:
    """One attack on one panel."""

    kind: type[Attack]
    leak: str
    comparison: Comparison


def demonstrated_power(
    comparison: Comparison,
    kinds: Sequence[type[Attack]],
    policy: Policy,
    progress: Progress = SILENT,
) -> Power:
    """Plant every known leak and tell which attacks find it.

    Parameters
    ----------
    comparison
        The panels of the audit; the artificial one only says how many people and which labels.
    kinds
        The attacks. Those with the model are left out: a leak would have to be learnt.
    policy
        Thresholds, those of the audit.
    progress
        Who is told how far it is.

    Returns
    -------
    Power
        Without detections where the holdout is too small, with a note that says so.
    """
    started = time.perf_counter()
    if comparison.holdout.n_individuals < FEWEST:
        return _unknown(comparison)
    ground = power_ground(comparison)
    panels = _panels(ground, comparison.artificial.samples)
    kinds = [k for k in kinds if k.access == "panel" and not k().missing(ground)]
    trials = [_Trial(kind, leak, panel) for leak, panel in panels.items() for kind in kinds]
    results = _attack(trials, policy, comparison.threads, progress)
    n = ground.artificial.n_individuals
    return Power(
        sizes=ground.sizes(),
        leaks=[leak().told(n) for leak in leaks],
        **_detections(trials, results),
        notes=_notes(comparison.sizes(), ground.sizes()),
        seconds=round(time.perf_counter() - started, 2),
    )


def found_by(power: Power, attack: str) -> list[str]:
    """Return the leaks that an attack finds here."""
    return [d.leak for d in power.detections if d.attack == attack and d.found]


def unfound(power: Power) -> list[str]:
    """Return the names of leaks that no attack finds here, but for the weakest."""
    found = {d.leak for d in power.detections if d.found}
    return [leak.name for leak in power.leaks if leak.id not in found and not leak.weakest]


def power_ground(comparison: Comparison) -> Comparison:
    """Return the comparison in which leaks are planted: real people stand for artificial ones.

    Half of train, half of the holdout, and the other half of the holdout as the artificial
    panel, each of at most `MOST_WORK` individuals times sites and, the last, no more people
    than are artificial. Families stay together, populations in proportion.
    """
    most = max(FEWEST // 2, MOST_WORK // comparison.holdout.n_sites)
    rng = comparison.rng("power", "parts")
    train, _ = _two_parts(comparison.train, most, rng)
    holdout, safe = _two_parts(comparison.holdout, most, rng)
    fewest = min(safe.n_individuals, comparison.artificial.n_individuals)
    safe = safe.take_individuals(np.sort(rng.permutation(safe.n_individuals)[:fewest]))
    return replace(
        comparison,
        train=train,
        holdout=holdout,
        artificial=safe.with_samples(artificial_people(safe.samples)),
        threads=1,
        evidence=None,
    )


def _two_parts(panel: Panel, most: int, rng: np.random.Generator) -> tuple[Panel, Panel]:
    """Return two parts of equal size, halves unless that is more than `most` people."""
    share = min(0.5, most / panel.n_individuals)
    shares = {"first": share, "second": share}
    if share < 0.5:
        shares["rest"] = 1 - 2 * share
    found = split_individuals(panel.samples, shares, rng)
    return panel.take_individuals(found["first"]), panel.take_individuals(found["second"])


def _panels(ground: Comparison, like: Samples) -> dict[str, Comparison]:
    """Return the comparison with safe people (`SAFE`), and once for each leak.

    Leaks are planted by population; then only those labels stay that the artificial people of
    the audit have too.
    """
    made = {SAFE: ground.artificial}
    for kind in leaks:
        rng = ground.rng("power", "leak", kind.id)
        made[kind.id] = kind().plant(ground.train, ground.artificial, rng)
    return {
        leak: replace(ground, artificial=panel.with_samples(_labelled(panel.samples, like)))
        for leak, panel in made.items()
    }


def _labelled(samples: Samples, like: Samples) -> Samples:
    return Samples(
        samples.id,
        population=None if like.population is None else samples.population,
        superpopulation=None if like.superpopulation is None else samples.superpopulation,
    )


def _attack(
    trials: Sequence[_Trial], policy: Policy, threads: int, progress: Progress
) -> list[AttackResult]:
    """Run all trials, several at a time, each on one thread."""
    with progress.task("power: known leaks", len(trials)) as task:

        def work(trial: _Trial) -> AttackResult:
            result = trial.kind().run(trial.comparison, policy)
            task.advance()
            return result

        return map_pieces(work, trials, threads)


def _detections(
    trials: Sequence[_Trial], results: Sequence[AttackResult]
) -> dict[str, list[Detection]]:
    """Return detections of leaks, and of people whom nobody saw.

    A finding that is raised by people whom nobody saw finds no leak.
    """
    safe, alarmed = [], set()
    for trial, result in zip(trials, results, strict=True):
        if trial.leak == SAFE:
            safe.append(_detection(trial, result.findings))
            alarmed |= {f.id for f in result.findings if f.status in GRAVE}
    found = [
        _detection(trial, [f for f in result.findings if f.id not in alarmed])
        for trial, result in zip(trials, results, strict=True)
        if trial.leak != SAFE
    ]
    return {"detections": found, "safe": safe}


def _detection(trial: _Trial, findings: Sequence[Finding]) -> Detection:
    """Return what an attack found, by its most telling finding."""
    if not findings:
        nothing = Estimate(value=None)
        return Detection(
            attack=trial.kind.id,
            leak=trial.leak,
            finding="",
            strength=nothing,
            status="unknown",
            found=False,
        )
    best = max(findings, key=_telling)
    return Detection(
        attack=trial.kind.id,
        leak=trial.leak,
        finding=best.id,
        strength=best.strength,
        baseline=best.baseline,
        status=best.status,
        found=best.status in GRAVE,
    )


def _telling(finding: Finding) -> tuple[int, bool, int, bool, float]:
    """Order findings by status, then what is key, then how far it lies above guessing.

    Of those that are not grave, one without a number tells nothing and comes last.
    """
    value, low = finding.strength.value, finding.strength.low
    above = -np.inf
    if value is not None and low is not None:
        above = (value - (finding.baseline or 0.0)) / max(value - low, 1e-9)
    bad = severity(finding.status)
    return bad if finding.status in GRAVE else 0, value is not None, bad, finding.key, above


def _unknown(comparison: Comparison) -> Power:
    n = comparison.holdout.n_individuals
    note = f"The holdout has {n} people; power can be shown from {FEWEST} on."
    return Power(sizes=comparison.sizes(), leaks=[], detections=[], safe=[], notes=[note])


def _notes(whole: PanelSizes, part: PanelSizes) -> list[str]:
    return [
        f"Leaks were planted into {part.artificial:,} people of the holdout, and looked for with "
        f"{part.train:,} of {whole.train:,} train and {part.holdout:,} of {whole.holdout:,} "
        "holdout people. The audit itself looks at more people.",
        "A leak is found when a finding asks for caution or fails under the policy in force, and "
        "did not do so for the same people without the leak.",
        "Attacks with the model were not tried: a leak would have to be learnt by a model.",
    ]
