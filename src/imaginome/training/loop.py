"""The loop that all iterative fits share: steps, held-out stopping, checkpoints, progress."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from imaginome.results.emergence import Emergence
from imaginome.tensors import Tensors
from imaginome.training.checkpoints import Checkpoint
from imaginome.training.control import FitControl
from imaginome.training.emergence import PREFIX, Recorder
from imaginome.training.plan import Trainee, TrainingPlan

BEST = "best."


@dataclass
class History:
    """Held-out figures along the training: one dictionary a measurement, with its ``step``.

    `emergence` holds the frames of a trainee that has any; they are no part of the notes.
    """

    records: list[dict[str, float]] = field(default_factory=list)
    best_step: int = 0
    best_value: float = math.nan
    emergence: Emergence | None = field(default=None, compare=False, repr=False)

    def notes(self) -> dict[str, Any]:
        """Return the history as JSON-ready notes."""
        best = None if math.isnan(self.best_value) else self.best_value
        return {"records": self.records, "best_step": self.best_step, "best_value": best}

    @classmethod
    def from_notes(cls, notes: dict[str, Any]) -> History:
        """Rebuild the history from notes."""
        best = math.nan if notes["best_value"] is None else notes["best_value"]
        return cls(notes["records"], notes["best_step"], best)


def train(name: str, trainee: Trainee, plan: TrainingPlan, control: FitControl) -> History:
    """Train until the plan ends or held-out evidence says stop; leave the best weights.

    An interrupted training goes on from the checkpoint in `control` and ends in the same bytes.

    Parameters
    ----------
    name
        What the progress bar calls it.
    trainee, plan, control
        What is trained, for how long, and the control of the fit.
    """
    sign = 1.0 if plan.toward == "lower" else -1.0
    history, best, start = History(), dict[str, Any](), 0
    recorder = Recorder(trainee, plan)
    stored = control.checkpoints.load() if control.checkpoints else None
    if stored is not None:
        history, best, start = _restored(stored, trainee, recorder)
        control.progress.note(f"{name}: resumed after step {start}")

    def save(step: int) -> None:
        if control.checkpoints:
            tensors = {**trainee.state(), **{BEST + k: v for k, v in best.items()}}
            notes = {**history.notes(), **recorder.notes()}
            control.checkpoints.save(Checkpoint(step, {**tensors, **recorder.tensors()}, notes))

    done = start
    recorder.take(start)
    with control.progress.task(name, plan.steps, done=start) as task:
        for index in range(start, plan.steps):
            if _exhausted(history, plan):
                break
            trainee.step(index)
            done = index + 1
            if done % plan.measure_every == 0 or done == plan.steps:
                figures = trainee.held_out()
                history.records.append({**figures, "step": float(done)})
                value = figures[plan.objective]
                if math.isnan(history.best_value) or sign * value < sign * history.best_value:
                    history.best_value, history.best_step = value, done
                    best = {k: v.copy() for k, v in trainee.weights().items()}
                recorder.take(done, figures)
                task.advance(1, **figures)
            else:
                recorder.take(done)
                task.advance(1)
            if control.checkpoints and control.checkpoints.due():
                save(done)
    recorder.take(done, always=True)
    if best:
        trainee.load_weights(best)
        recorder.take(history.best_step, _figures_at(history, history.best_step), always=True)
    history.emergence = recorder.emergence(history.best_step)
    control.progress.note(
        f"{name}: best held-out {plan.objective.replace('_', ' ')} {history.best_value:.6g} "
        f"at step {history.best_step}"
    )
    return history


def _restored(
    stored: Checkpoint, trainee: Trainee, recorder: Recorder
) -> tuple[History, Tensors, int]:
    """Set trainee and recorder to a checkpoint; return history, best weights and step."""
    best = {k.removeprefix(BEST): v for k, v in stored.tensors.items() if k.startswith(BEST)}
    own = {k: v for k, v in stored.tensors.items() if not k.startswith((BEST, PREFIX))}
    trainee.load_state(own)
    recorder.load(stored.tensors, stored.notes)
    return History.from_notes(stored.notes), best, stored.step


def _figures_at(history: History, step: int) -> dict[str, float]:
    return next(record for record in history.records if record["step"] == step)


def _exhausted(history: History, plan: TrainingPlan) -> bool:
    if not plan.patience or not history.records:
        return False
    since = sum(1 for record in history.records if record["step"] > history.best_step)
    return since >= plan.patience
