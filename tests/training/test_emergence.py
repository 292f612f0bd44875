"""Frames along a training: when they are taken, that taking them changes nothing, resumption."""

import numpy as np
import pytest

from imaginome.errors import ModelError
from imaginome.models.registry import load_model
from imaginome.panel import strings
from imaginome.panel.groups_of_ten import MEMBERS
from imaginome.results.emergence import ROWS, SITES, Emergence, shown
from imaginome.runs.fitting import create, fit
from imaginome.training.checkpoints import CheckpointStore
from imaginome.training.control import FitControl
from imaginome.training.emergence import frame_steps, place, real_groups
from imaginome.training.loop import train
from imaginome.training.plan import TrainingPlan
from tests.support.simulated import simulated_panel

PLAN = TrainingPlan(60, measure_every=4, objective="error", toward="lower")


class Noise:
    """Rows of noise that settle, site by site, on a pattern; with frames when it `shows`."""

    def __init__(self, control: FitControl, stop_at: int | None = None, n_sites: int = 30) -> None:
        self.control, self.stop_at = control, stop_at
        self.logits = np.zeros(n_sites)
        self.uniform = control.rng("frame").random((ROWS, n_sites))
        self.measured = 0

    def step(self, index: int) -> None:
        if index == self.stop_at:
            raise KeyboardInterrupt
        self.logits += self.control.rng("step", index).normal(0.02, 0.3, len(self.logits))

    def held_out(self) -> dict[str, float]:
        self.measured += 1
        return {"error": float(np.abs(self.logits - 1.0).mean()), "lost": float("nan")}

    def state(self):
        return {"logits": self.logits}

    def load_state(self, state) -> None:
        self.logits = state["logits"].copy()

    weights = state
    load_weights = load_state


class Showing(Noise):
    def frame(self):
        return (self.uniform < 1 / (1 + np.exp(-self.logits))).astype(np.uint8)


@pytest.mark.parametrize(("steps", "every"), [(60_000, 500), (3200, 64), (40, 1), (1, 1), (7, 7)])
def test_steps_are_log_spaced_and_few(steps, every):
    found = frame_steps(steps, every)
    assert found[0] == 0
    assert found[-1] == steps
    assert list(found) == sorted(set(found))
    assert len(found) <= 24
    assert all(step % every == 0 for step in found if every <= step < steps)
    if steps > 1000:
        assert len(found) >= 16
        assert {0, 1, 2, 3} <= set(found)


def test_taking_frames_changes_nothing_of_the_fit():
    control = FitControl(seed=3)
    plain, showing = Noise(control), Showing(control)
    without, found = train("n", plain, PLAN, control), train("n", showing, PLAN, control)
    assert plain.logits.tobytes() == showing.logits.tobytes()
    assert without.emergence is None
    np.testing.assert_equal(found.notes(), without.notes())


def test_frames_show_the_weights_of_their_step():
    control = FitControl(seed=3)
    found = train("n", Showing(control), PLAN, control).emergence
    assert found is not None
    again = Showing(control)
    done = 0
    for step, rows, figures in zip(found.steps, found.frames, found.figures, strict=True):
        while done < step:
            again.step(done)
            done += 1
        assert np.array_equal(rows, again.frame()), step
        assert figures["error"] == again.held_out()["error"]


def test_the_kept_and_the_last_step_are_there_though_training_stopped_early():
    plan = TrainingPlan(5000, measure_every=7, objective="error", toward="lower", patience=3)
    control = FitControl(seed=3)
    history = train("n", Showing(control), plan, control)
    found = history.emergence
    assert found is not None
    assert found.kept == history.best_step
    assert found.kept in found.steps
    assert found.steps[-1] == history.records[-1]["step"] < 5000


def test_measuring_is_shared_with_the_loop():
    control = FitControl(seed=3)
    trainee = Showing(control)
    history = train("n", trainee, PLAN, control)
    early = [step for step in frame_steps(60, 4) if step % 4]
    assert trainee.measured == len(history.records) + len(early) + 1


def test_resumed_frames_are_the_same(tmp_path):
    control = FitControl(seed=3)
    whole = train("n", Showing(control), PLAN, control).emergence
    for stop_at in (1, 23):
        path = tmp_path / f"{stop_at}.safetensors"
        store = CheckpointStore(path, "f", every=0.0)
        control = FitControl(seed=3, checkpoints=store)
        with pytest.raises(KeyboardInterrupt):
            train("n", Showing(control, stop_at), PLAN, control)
        again = train("n", Showing(control), PLAN, control).emergence
        assert whole is not None
        assert again is not None
        assert_same(whole, again)


def assert_same(one: Emergence, other: Emergence) -> None:
    for name in ("steps", "frames", "groups"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.dtype == second.dtype
        assert np.array_equal(first, second), name
    for figures, same in zip(one.figures, other.figures, strict=True):
        np.testing.assert_equal(figures, same)
    assert (one.objective, one.kept, one.where) == (other.objective, other.kept, other.where)


def test_wide_panels_show_a_stretch_in_the_middle():
    control = FitControl(seed=3)
    trainee = Showing(control, n_sites=900)
    found = train("n", trainee, TrainingPlan(2, 1, "error", "lower"), control).emergence
    assert found is not None
    assert found.frames.shape[1:] == (ROWS, SITES)
    assert shown(900) == slice(194, 706)
    assert shown(30) == slice(0, 30)


def test_written_and_read_is_the_same(tmp_path, panel):
    model = fit(create("hmm", ["clusters=5", "rounds=3", "full_rounds=2"]), panel, seed=2)
    model.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    assert model.emergence is not None
    assert loaded.emergence is not None
    assert_same(model.emergence, loaded.emergence)
    assert loaded.emergence.where == "all 120 sites, 1:500 to 1:60,000"
    assert (tmp_path / "m" / "emergence.safetensors").stat().st_size < 60_000


def test_models_without_frames_load_and_damaged_ones_are_refused(tmp_path, panel):
    model = fit(create("hmm", ["clusters=5", "rounds=3", "full_rounds=2"]), panel, seed=2)
    model.save(tmp_path / "m")
    path = tmp_path / "m" / "emergence.safetensors"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "m")
    path.unlink()
    assert load_model(tmp_path / "m").emergence is None


def test_the_chain_of_the_hmm_shows_nothing_before_it_learnt(panel):
    model = fit(create("hmm", ["clusters=5", "rounds=3", "full_rounds=2"]), panel, seed=2)
    assert model.emergence is not None
    # Its clusters start at single haplotypes of the train panel.
    assert model.emergence.steps[0] == 1


def test_groups_of_ten_are_means_of_many():
    rows = simulated_panel(n_individuals=100, n_sites=40).haplotypes
    found = real_groups(rows, np.random.default_rng(1))
    assert len(rows) // MEMBERS - 2 <= len(found) <= len(rows) // MEMBERS
    # Nearly all rows are in one group: their mean is that of the panel, up to rounding.
    assert np.abs(found.mean(axis=0) / 4 - rows.mean(axis=0)).max() < 0.15


def test_an_allele_of_one_person_is_not_seen():
    rows = simulated_panel(n_individuals=60, n_sites=40).haplotypes
    for carrier in range(0, len(rows), 7):
        alone = rows.copy()
        alone[:, 5] = 0
        alone[[carrier, carrier ^ 1], 5] = 1
        assert real_groups(alone, np.random.default_rng(1))[:, 5].sum() == 0


def test_too_few_people_make_no_group():
    rows = simulated_panel(n_individuals=4, n_sites=20).haplotypes
    assert real_groups(rows, np.random.default_rng(1)).shape == (0, 20)


def test_the_place_names_both_ends():
    sites = simulated_panel(n_individuals=2, n_sites=600).sites
    sites.contig[:] = strings(["1"] * 300 + ["2"] * 300)
    assert place(sites) == "512 of 600 sites, 1:22,500 to 2:278,000"
