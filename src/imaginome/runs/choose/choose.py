"""The choice of a generator for a train panel: rounds of trials, then the rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from imaginome import __version__
from imaginome.citations import cite
from imaginome.errors import ModelError
from imaginome.models.shared.fitting import panel_digest
from imaginome.panel import Panel
from imaginome.progress import SILENT, Progress, Task
from imaginome.results import Choice, Compared
from imaginome.runs.choose.base import Size
from imaginome.runs.choose.budget import DEFAULT_BUDGET, budget_text
from imaginome.runs.choose.plan import ROUNDS, Contender, Plan, round_seconds
from imaginome.runs.choose.rule import (
    EQUAL,
    RACE,
    Ledger,
    Standing,
    Trial,
    decide,
    geometric_means,
    standings,
    still_running,
)
from imaginome.runs.choose.trials import Stage, attempt, stage

CITATIONS = cite(
    stone1974="models chosen by people whom they have not seen",
    breiman1984="the smaller of models that are equal within one standard error",
    maron1994="models far behind leave the race early",
)

# -- Words of a choice about itself ----------------------------------------------------------------


def outcome(trial: Trial) -> str:
    """Return one line on a trial, for the log."""
    name = f"round {trial.number + 1}, {' '.join([trial.model, *trial.settings])}"
    if trial.failed:
        return f"{name}: not possible, {trial.failed}"
    ratios = ", ".join(f"{measure} {ratio:.2f}x" for measure, ratio in trial.ratios.items())
    likelihood = f", ln P {np.mean(trial.likelihoods):.1f}" if trial.likelihoods else ""
    return f"{name}: {ratios}{likelihood} ({trial.seconds:.1f} s)"


def reason(chosen: Standing, all_standings: Sequence[Standing]) -> str:
    """Say in a sentence or two why this one was chosen."""
    own = chosen.contender.model
    known = [s for s in all_standings if math.isfinite(s.score)]
    sizes = [s for s in known if s.contender.model == own]
    best = min(s.score for s in sizes)
    text = "at best " if len(sizes) > 1 else ""
    text += (
        f"its artificial people are {math.exp(best):.2f} times as far from held-out people as "
        "real people are (mean of the measures)"
    )
    if others := [s for s in known if s.contender.model != own]:
        second = min(others, key=lambda s: s.score)
        text += (
            f"; of others {second.contender.model} is nearest, {math.exp(second.score):.2f} times"
        )
        if second.score <= best + math.log(EQUAL):
            both = second.likelihoods and chosen.likelihoods
            text += ", equal within " + f"{EQUAL - 1:.0%} and "
            text += "no likelier for held-out people" if both else "slower to fit"
    if len(sizes) > 1:
        how = "likelihood and score" if all(s.likelihoods for s in sizes) else "people"
        text += f". Of its {len(sizes)} sizes held-out {how} chose"
    return text + "."


def listed(plan: Plan, all_standings: Sequence[Standing], chosen: Standing) -> list[Compared]:
    """Return one row a contender, the best first, those who were not tried last."""
    order = sorted(all_standings, key=lambda s: s.score)
    rows = [_row(s, plan, s is chosen) for s in order]
    return rows + [_unseen(c) for c in plan.contenders if c.struck]


def notes(plan: Plan, rounds: int) -> list[str]:
    """Say how much was compared, and by which rule."""
    return [
        f"{rounds} of {ROUNDS} rounds. In each, a third of the train people judged what the "
        f"other two thirds taught, on a stretch of {plan.stretch:,} sites. The holdout had no part "
        "in it.",
        "Each measure is divided by its ceiling (real people against the same held-out people); "
        "the score is the geometric mean. Generators whose score is more than "
        f"{RACE:g} times the best leave after a round. The best generator is taken; among those "
        f"within {EQUAL - 1:.0%}, and among sizes, the quickest fit, unless a slower one is "
        "likelier for held-out people by more than one standard error and not farther from them; "
        "where likelihoods are not exact, the quickest of those with equal scores.",
        "Predicted times are those of a reference machine with two cores and count against the "
        "budget, not the clock: the same panel, seed and budget give the same choice.",
    ]


def _row(standing: Standing, plan: Plan, chosen: bool) -> Compared:
    c, trials = standing.contender, standing.trials
    failed = next((t.failed for t in trials if t.failed), "")
    logs = standing.likelihoods
    return Compared(
        **_named(c),
        struck=failed,
        rounds=len(trials),
        ratios={} if failed else geometric_means([t.ratios for t in trials]),
        score=math.exp(standing.score) if math.isfinite(standing.score) else None,
        log_likelihood=float(np.mean(logs)) if logs else None,
        trial_seconds=round(len(trials) * c.trial_seconds(plan.size), 1),
        seconds=round(math.fsum(t.seconds for t in trials), 1),
        chosen=chosen,
    )


def _unseen(contender: Contender) -> Compared:
    return Compared(**_named(contender), struck=contender.struck)


def _named(c: Contender) -> dict[str, object]:
    return {
        "model": c.model,
        "settings": list(c.settings),
        "tried_as": list(c.trial),
        "fit_seconds": round(c.seconds, 1),
    }


# -- The choice ------------------------------------------------------------------------------------


def choose(
    train: Panel,
    *,
    budget: float = DEFAULT_BUDGET,
    seed: int = 1,
    threads: int = 1,
    device: str = "auto",
    phenotype: bool = False,
    progress: Progress = SILENT,
    ledger: Path | None = None,
) -> Choice:
    """Choose a generator and its size by cross-validation within the train panel.

    The budget is counted on a reference machine, by predicted cost: the choice follows from
    panel, seed and budget, whatever the clock says and whatever the number of threads.

    Parameters
    ----------
    train
        The people to learn from; nobody else has a part in the choice.
    budget
        Seconds for trials and the fit that follows, on the reference machine.
    seed, threads, device, progress
        See `FitControl`.
    phenotype
        Whether only generators that learn phenotypes may be chosen.
    ledger
        File that keeps finished trials, and from which an interrupted choice goes on.

    Returns
    -------
    Choice
        Model and settings for `fitting.create`, with everything compared.

    Raises
    ------
    ModelError
        When there are too few people, or no trial gave a figure.
    CheckpointError
        When `ledger` belongs to another choice.
    """
    plan = Plan.of(Size.of(train), budget, phenotype=phenotype)
    card = {"choice": float(budget), "seed": seed, "phenotype": phenotype, "device": device}
    kept = Ledger(ledger, panel_digest(train, card))
    first = stage(train, plan, 0, seed, threads, device)
    progress.note(_opening(plan, budget, first))
    running, spent, rounds = plan.running, 0.0, 0
    with progress.task("choose a model") as task:
        while rounds < ROUNDS and _worth(running, plan, spent, rounds):
            on = first if rounds == 0 else stage(train, plan, rounds, seed, threads, device)
            _round(running, on, kept, progress, task)
            spent += round_seconds(running, plan.size)
            rounds += 1
            running = still_running(standings(running, kept.trials))
    all_standings = standings(plan.running, kept.trials)
    chosen = decide(all_standings)
    if chosen is None:
        failures = "; ".join(f"{t.model}: {t.failed}" for t in kept.trials if t.failed)
        raise ModelError(f"no model could be tried ({failures})", "name one with --model")
    choice = _recorded(plan, all_standings, chosen, rounds, spent, (train, budget, seed))
    progress.note(f"choose: {' '.join([choice.model, *choice.settings])}: {choice.reason}")
    progress.note(
        f"choose: trials took {choice.seconds or 0.0:.0f} s, predicted {spent:.0f} s; the fit is "
        f"predicted to take {chosen.contender.seconds:.0f} s"
    )
    return choice


def _worth(running: Sequence[Contender], plan: Plan, spent: float, rounds: int) -> bool:
    """Tell whether another round could change anything, and is affordable."""
    if rounds == 0:
        return True
    return len(running) > 1 and spent + round_seconds(running, plan.size) <= plan.seconds


def _round(
    running: Sequence[Contender], on: Stage, kept: Ledger, progress: Progress, task: Task
) -> None:
    for contender in running:
        trial = kept.find(contender.model, contender.trial, on.number)
        if trial is None:
            trial = kept.add(attempt(contender, on))
        progress.note(f"choose: {outcome(trial)}")
        task.advance()


def _opening(plan: Plan, budget: float, first: Stage) -> str:
    sizes = len(plan.running)
    return (
        f"choose: budget {budget_text(budget)}; {sizes} fits compared on {plan.stretch:,} sites, "
        f"{first.learn.n_individuals} people to learn from and {first.test.n_individuals} to judge "
        "by, all of train; 1x is as near to held-out people as real people are"
    )


def _recorded(
    plan: Plan,
    all_standings: Sequence[Standing],
    chosen: Standing,
    rounds: int,
    spent: float,
    inputs: tuple[Panel, float, int],
) -> Choice:
    train, budget, seed = inputs
    trials: list[Trial] = [trial for standing in all_standings for trial in standing.trials]
    return Choice(
        version=__version__,
        seed=seed,
        budget=budget,
        model=chosen.contender.model,
        settings=list(chosen.contender.settings),
        reason=reason(chosen, all_standings),
        compared=listed(plan, all_standings, chosen),
        rounds=rounds,
        individuals=train.n_individuals,
        sites=plan.stretch,
        all_sites=train.n_sites,
        predicted_seconds=round(spent, 1),
        seconds=round(math.fsum(trial.seconds for trial in trials), 1),
        notes=notes(plan, rounds),
        citations=[citation.text() for citation in CITATIONS],
    )
