"""Frames along a training, and real people beside them in groups that betray nobody.

A recorder only looks: it draws from no stream and changes no weight, so that a fit ends in the
same bytes with and without it. Its frames lie in the checkpoint, so that a resumed fit has them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from imaginome.arrays import UInt8s
from imaginome.panel import Haplotypes, Panel, Sites
from imaginome.panel.groups_of_ten import groups_of_ten
from imaginome.results.emergence import ROWS, SHADES, SITES, Emergence, packed, shown, unpacked
from imaginome.tensors import Tensors
from imaginome.training.control import FitControl
from imaginome.training.plan import Trainee, TrainingPlan

# -- Frames along a training -----------------------------------------------------------------------


FRAMES = 22
PREFIX = "emergence."


def frame_steps(steps: int, measure_every: int) -> tuple[int, ...]:
    """Return the steps after which a frame is taken: 0, the last and about 20 between.

    Log-spaced. Those beyond `measure_every` are moved to its multiples, where held-out figures
    are measured anyway.
    """
    spaced = np.geomspace(1, max(steps, 1), FRAMES).round().astype(int).tolist()
    late = [min(steps, round(step / measure_every) * measure_every) for step in spaced]
    moved = [
        after if step >= measure_every else step for step, after in zip(spaced, late, strict=True)
    ]
    return tuple(sorted({0, *moved, steps}))


class Recorder:
    """Takes the frames of one training; idle for a trainee without a method ``frame``.

    ``frame()`` returns ``uint8`` of shape ``(at most 64, n_sites)``: the same latent noise or
    the same chains at each call, decoded by the weights of the moment; or None where there is
    nothing to show yet. It changes no state and draws from no stream that a step draws from.
    """

    def __init__(self, trainee: Trainee, plan: TrainingPlan) -> None:
        self._frame: Callable[[], UInt8s | None] | None = getattr(trainee, "frame", None)
        self._measure = trainee.held_out
        self._objective = plan.objective
        self._wanted = frozenset(frame_steps(plan.steps, plan.measure_every))
        self._taken: dict[int, tuple[UInt8s, dict[str, float]]] = {}

    def take(
        self, step: int, figures: Mapping[str, float] | None = None, *, always: bool = False
    ) -> None:
        """Take the frame after `step` finished steps, if it is wanted and not there yet.

        Parameters
        ----------
        step
            Finished steps.
        figures
            Held-out figures, if they were measured at this step; else they are measured now.
        always
            Take it whether or not the step is one of `frame_steps`.
        """
        if self._frame is None or step in self._taken or not (always or step in self._wanted):
            return
        rows = self._frame()
        if rows is None:
            return
        alleles = np.array(rows[:ROWS, shown(rows.shape[1])], dtype=np.uint8)
        found = dict(self._measure() if figures is None else figures)
        found.pop("step", None)
        self._taken[step] = alleles, found

    def emergence(self, kept: int) -> Emergence | None:
        """Return all frames, or None where there are none."""
        if not self._taken:
            return None
        steps = sorted(self._taken)
        frames = np.stack([self._taken[step][0] for step in steps])
        return Emergence(
            np.array(steps, dtype=np.int64),
            frames,
            tuple(self._taken[step][1] for step in steps),
            self._objective,
            kept,
            np.zeros((0, frames.shape[2]), dtype=np.uint8),
        )

    # -- checkpoints ----------------------------------------------------------------------

    def tensors(self) -> Tensors:
        """Return the frames, packed, under names that begin with `PREFIX`."""
        if not self._taken:
            return {}
        return {PREFIX + "frames": packed(np.stack([rows for rows, _ in self._taken.values()]))}

    def notes(self) -> dict[str, Any]:
        """Return steps and figures, JSON-ready."""
        if not self._taken:
            return {}
        n_shown = next(iter(self._taken.values()))[0].shape[1]
        taken = [[step, figures] for step, (_, figures) in self._taken.items()]
        # As text: figures may be NaN, which a JSON reader turns back into the same number.
        return {"emergence": json.dumps({"n_shown": n_shown, "taken": taken})}

    def load(self, tensors: Tensors, notes: dict[str, Any]) -> None:
        """Take over what `tensors` and `notes` returned."""
        if PREFIX + "frames" not in tensors:
            return
        found = json.loads(notes["emergence"])
        frames = unpacked(tensors[PREFIX + "frames"], found["n_shown"])
        for rows, (step, figures) in zip(frames, found["taken"], strict=True):
            self._taken[step] = rows, figures


# -- Real people beside the frames, in groups of ten -----------------------------------------------


def real_groups(haplotypes: Haplotypes, rng: np.random.Generator) -> UInt8s:
    """Return as many groups of ten real people, in as many shades, as frames have."""
    return groups_of_ten(haplotypes, rng, most=ROWS, shades=SHADES)


def with_real_groups(emergence: Emergence, train: Panel, control: FitControl) -> Emergence:
    """Return the frames with groups of ten train people beside them, and their place in words."""
    part = shown(train.n_sites)
    real = real_groups(train.haplotypes[:, part], control.rng("emergence", "crowds"))
    return replace(emergence, groups=real, where=place(train.sites))


def place(sites: Sites) -> str:
    """Say which sites are shown: ``512 of 805 sites, 3:1,234 to 9:5,678``."""
    part = sites.take(shown(len(sites)))
    ends = [f"{part.contig[i]}:{part.position[i]:,}" for i in (0, -1)]
    count = f"{len(part)} of {len(sites):,}" if len(sites) > SITES else f"all {len(sites)}"
    return f"{count} sites, {ends[0]} to {ends[1]}"
