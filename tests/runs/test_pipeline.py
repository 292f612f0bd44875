"""The main job as a library call: what it records, and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from imaginome.errors import CheckpointError, ModelError, OutputError, PanelError
from imaginome.formats import write_panel
from imaginome.models.registry import load_model
from imaginome.panel import strings
from imaginome.privacy.policy import Policy
from imaginome.report.folder import report_folder
from imaginome.runs.fitting import create, fit
from imaginome.runs.pipeline import run
from imaginome.runs.request import RunRequest, shown
from imaginome.training.control import FitControl


def request(panel, folder: Path, **changes) -> RunRequest:
    write_panel(panel, folder / "panel.hapt.gz", force=True)
    plain = RunRequest(str(folder / "panel.hapt.gz"), folder / "out", "independent")
    few = {"metrics": ("frequency",), "attacks": ("aats",), "power": False}
    return replace(plain, replicates=10, **few, **changes)


def test_every_input_has_its_digest_the_legend_too(panel, tmp_path):
    run(request(panel, tmp_path))
    record = json.loads((tmp_path / "out" / "run.json").read_text())
    inputs = {Path(name).name: digest for name, digest in record["request"]["inputs"].items()}
    assert set(inputs) == {"panel.hapt.gz", "panel.legend"}
    assert all(len(digest) == 64 for digest in inputs.values())
    # What to cite is recorded, so that the report can be drawn again with it.
    assert all(entry.startswith("@article{") for entry in record["cite"].values())
    page = tmp_path / "again.html"
    report_folder(tmp_path / "out", page)
    assert page.read_text("utf-8") == (tmp_path / "out" / "report.html").read_text("utf-8")


def test_urls_are_recorded_without_password_and_signature():
    url = "https://me:secret@example.org/a/panel.vcf.gz?token=abc#x"
    assert shown(url) == "https://example.org/a/panel.vcf.gz"
    assert shown("folder/panel.vcf.gz") == "folder/panel.vcf.gz"


def test_individuals_called_like_artificial_ones_are_refused(panel, tmp_path):
    ids = panel.samples.id.copy()
    ids[3] = "IMG000004"
    named = panel.with_samples(replace(panel.samples, id=strings(ids)))
    with pytest.raises(PanelError, match="'IMG000004' is called like an artificial"):
        run(request(named, tmp_path))
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.partial").exists()
    with pytest.raises(PanelError, match="IMG000004"):
        fit("independent", named)


@pytest.mark.parametrize("model", ["independent", "mosaic", "hmm"])
def test_populations_of_two_people(panel, model):
    labels = [f"tiny{i // 2}" for i in range(panel.n_individuals)]
    small = panel.with_samples(replace(panel.samples, population=strings(labels)))
    for seed in range(3):
        fitted = fit(create(model), small, seed=seed)
        assert fitted.sample(20, seed).n_individuals == 20


def test_a_run_that_fails_leaves_nothing(panel, tmp_path, monkeypatch):
    def exhausted(*_, **__):
        raise MemoryError

    monkeypatch.setattr("imaginome.runs.learning.fit", exhausted)
    with pytest.raises(MemoryError):
        run(request(panel, tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["panel.hapt.gz", "panel.legend"]


def test_resume_with_another_policy_is_refused(panel, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("imaginome.runs.pipeline.evaluate", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(request(panel, tmp_path))
    assert (tmp_path / "out.partial" / "model").is_dir()
    lax = Policy(loss_fail=0.9)
    with pytest.raises(OutputError, match="other policy"):
        run(request(panel, tmp_path), policy=lax, resume=True)
    # What a killed process may leave half-written must not reach the finished folder.
    (tmp_path / "out.partial" / ".123.partial.model").mkdir()
    (tmp_path / "out.partial" / ".123.partial.metrics.json").touch()
    run(request(panel, tmp_path), resume=True)
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]


def test_a_folder_of_somebody_else_is_never_replaced(panel, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputError, match="holds something else"):
        run(request(panel, tmp_path), force=True)
    assert (tmp_path / "out" / "thesis.txt").exists()


def test_constant_panels_cannot_be_learnt_from(panel):
    constant = replace(panel, haplotypes=np.zeros_like(panel.haplotypes))
    with pytest.raises(ModelError, match="are the same"):
        fit("independent", constant)


@pytest.mark.parametrize("card", ["[]", "{}", "not json", '{"model": "independent"}'])
def test_damaged_models_are_refused(panel, tmp_path, card):
    fit("independent", panel).save(tmp_path / "m")
    (tmp_path / "m" / "model.json").write_text(card)
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path / "m")


def test_unknown_devices_are_refused():
    with pytest.raises(ModelError, match="there is no device 'banana'"):
        FitControl(device="banana").torch_device()
    assert FitControl(device="cpu").torch_device() == "cpu"


def test_a_checkpoint_of_other_settings_is_refused(panel, tmp_path):
    def stop(*_, **__):
        raise KeyboardInterrupt

    checkpoint = tmp_path / "c.safetensors"
    first = create("hmm", ["clusters=4", "rounds=3"])
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("imaginome.models.hmm.fit.ChainTrainee.held_out", _stop_at_third(stop))
        fit(first, panel, checkpoint=checkpoint, checkpoint_seconds=0)
    assert checkpoint.exists()
    with pytest.raises(CheckpointError, match="another panel, seed"):
        fit(create("hmm", ["clusters=5", "rounds=3"]), panel, checkpoint=checkpoint)


def _stop_at_third(stop):
    calls = []

    def held_out(_):
        calls.append(1)
        if len(calls) == 3:
            stop()
        return {"log_likelihood": float(len(calls))}

    return held_out
