"""Choose a generator for a train panel: rounds of trials, then the rule."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from imaginome import __version__
from imaginome.choice.base import Size
from imaginome.choice.budget import DEFAULT_BUDGET, budget_text
from imaginome.choice.citations import CITATIONS
from imaginome.choice.ledger import Ledger, Trial
from imaginome.choice.plan import ROUNDS, Contender, Plan, round_seconds
from imaginome.choice.rule import Standing, decide, standings, still_running
from imaginome.choice.trials import Stage, attempt, stage
from imaginome.choice.wording import listed, notes, outcome, reason
from imaginome.errors import ModelError
from imaginome.fitting import panel_digest
from imaginome.panel import Panel
from imaginome.progress import SILENT, Progress, Task
from imaginome.results import Choice


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
    found = standings(plan.running, kept.trials)
    chosen = decide(found)
    if chosen is None:
        failures = "; ".join(f"{t.model}: {t.failed}" for t in kept.trials if t.failed)
        raise ModelError(f"no model could be tried ({failures})", "name one with --model")
    choice = _recorded(plan, found, chosen, rounds, spent, (train, budget, seed))
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
        found = kept.find(contender.model, contender.trial, on.number)
        if found is None:
            found = kept.add(attempt(contender, on))
        progress.note(f"choose: {outcome(found)}")
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
    found: Sequence[Standing],
    chosen: Standing,
    rounds: int,
    spent: float,
    asked: tuple[Panel, float, int],
) -> Choice:
    train, budget, seed = asked
    trials: list[Trial] = [trial for standing in found for trial in standing.trials]
    return Choice(
        version=__version__,
        seed=seed,
        budget=budget,
        model=chosen.contender.model,
        settings=list(chosen.contender.settings),
        reason=reason(chosen, found),
        compared=listed(plan, found, chosen),
        rounds=rounds,
        individuals=train.n_individuals,
        sites=plan.stretch,
        all_sites=train.n_sites,
        predicted_seconds=round(spent, 1),
        seconds=round(math.fsum(trial.seconds for trial in trials), 1),
        notes=notes(plan, rounds),
        citations=[citation.text() for citation in CITATIONS],
    )
