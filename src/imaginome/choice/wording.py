"""What a choice says of itself: rows, reason and notes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from imaginome.choice.ledger import Trial, geometric_means
from imaginome.choice.plan import ROUNDS, Contender, Plan
from imaginome.choice.rule import EQUAL, RACE, Standing
from imaginome.results import Compared


def outcome(trial: Trial) -> str:
    """Return one line on a trial, for the log."""
    name = f"round {trial.number + 1}, {' '.join([trial.model, *trial.settings])}"
    if trial.failed:
        return f"{name}: not possible, {trial.failed}"
    ratios = ", ".join(f"{measure} {ratio:.2f}x" for measure, ratio in trial.ratios.items())
    likelihood = f", ln P {np.mean(trial.likelihoods):.1f}" if trial.likelihoods else ""
    return f"{name}: {ratios}{likelihood} ({trial.seconds:.1f} s)"


def reason(chosen: Standing, found: Sequence[Standing]) -> str:
    """Say in a sentence or two why this one was chosen."""
    own = chosen.contender.model
    known = [s for s in found if math.isfinite(s.score)]
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


def listed(plan: Plan, found: Sequence[Standing], chosen: Standing) -> list[Compared]:
    """Return one row a contender, the best first, those who were not tried last."""
    order = sorted(found, key=lambda s: s.score)
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
