"""The training loop: stopping on held-out evidence, and resumption to the same state."""

import numpy as np
import pytest

from imaginome.errors import CheckpointError
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan

PLAN = TrainingPlan(40, measure_every=2, objective="error", toward="lower")


class Walk:
    """A random walk towards 0 whose state is all that it depends on."""

    def __init__(self, control: FitControl, stop_at: int | None = None) -> None:
        self.control = control
        self.stop_at = stop_at
        self.x = np.array([10.0])

    def step(self, index: int) -> None:
        if index == self.stop_at:
            raise KeyboardInterrupt
        self.x = 0.9 * self.x + self.control.rng("walk", index).normal(0, 0.3, 1)

    def held_out(self) -> dict[str, float]:
        return {"error": abs(float(self.x[0]) - 1.0)}

    def state(self):
        return {"x": self.x}

    def load_state(self, state) -> None:
        self.x = state["x"].copy()

    weights = state
    load_weights = load_state


def store(folder, fingerprint="f") -> CheckpointStore:
    return CheckpointStore(folder / "checkpoint.safetensors", fingerprint, every=0.0)


def test_the_best_weights_are_left():
    walk = Walk(FitControl(seed=3))
    history = train("walk", walk, PLAN, FitControl(seed=3))
    errors = [record["error"] for record in history.records]
    assert walk.held_out()["error"] == pytest.approx(min(errors))
    assert history.best_value == pytest.approx(min(errors))


def test_interrupted_and_resumed_is_the_same(tmp_path):
    whole = Walk(FitControl(seed=3))
    expected = train("walk", whole, PLAN, FitControl(seed=3))
    control = FitControl(seed=3, checkpoints=store(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        train("walk", Walk(control, stop_at=17), PLAN, control)
    again = Walk(control)
    resumed = train("walk", again, PLAN, FitControl(seed=3, checkpoints=store(tmp_path)))
    assert again.x.tobytes() == whole.x.tobytes()
    assert resumed == expected


def test_patience_stops_early():
    plan = TrainingPlan(1000, measure_every=1, objective="error", toward="lower", patience=5)
    history = train("walk", Walk(FitControl(seed=3)), plan, FitControl(seed=3))
    last = int(history.records[-1]["step"])
    assert last == history.best_step + 5 < 1000


def test_a_checkpoint_of_another_fit_is_refused(tmp_path):
    control = FitControl(seed=3, checkpoints=store(tmp_path, "mine"))
    train("walk", Walk(control), PLAN, control)
    with pytest.raises(CheckpointError, match="another panel, seed"):
        store(tmp_path, "other").load()


def test_a_damaged_checkpoint_is_refused(tmp_path):
    found = store(tmp_path)
    found.path.write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00 rubbish")
    with pytest.raises(CheckpointError, match="damaged"):
        found.load()
