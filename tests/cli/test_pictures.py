"""Pictures of a training: from the folder of a run, and of a model later."""

from __future__ import annotations

import pytest

from tests.support.commands import PICTURES, call, example, said


@pytest.fixture(scope="module")
def fitted(files, tmp_path_factory):
    """The folder of a model that shows its training."""
    out = tmp_path_factory.mktemp("fitted") / "model"
    words = ["--set", "clusters=5", "--set", "rounds=4", "--set", "full_rounds=2", "-q"]
    call("fit", files / "panel.vcf.gz", "--model", "hmm", *words, "-o", out)
    return out


def test_the_example_works(fitted, tmp_path, monkeypatch):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model").symlink_to(fitted)
    monkeypatch.chdir(tmp_path)
    call(*example("emergence"))
    names = {path.name for path in (tmp_path / "emergence").iterdir()}
    assert {"emergence.gif", "1-start.png", "4-kept.png", "5-real.png"} <= names
    assert "exists" in said(call(*example("emergence"), code=1))
    call(*example("emergence"), "--force")


def test_a_folder_of_somebody_else_is_never_replaced(fitted, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "something else" in said(call("emergence", fitted, "-o", tmp_path, "--force", code=1))
    assert (tmp_path / "thesis.txt").exists()


def test_a_model_without_steps_says_so(finished, tmp_path):
    line = said(call("emergence", finished / "model", "-o", tmp_path / "e", code=1))
    assert "no frames of its training" in line
    assert not (tmp_path / "e").exists()


def test_a_run_leaves_pictures_and_its_report_plays_them(fitted, files, tmp_path):
    words = ["--set", "clusters=5", "--set", "rounds=4", "--set", "full_rounds=2", "-q"]
    words += ["--replicates", "10", "--samples", files / "samples.tsv", "--model", "hmm"]
    words += ["--metric", "frequency", "--attack", "copies"]
    out = tmp_path / "out"
    call("run", files / "panel.vcf.gz", *words, "-o", out, code=(0, 3))
    assert (out / PICTURES / "emergence.gif").exists()
    page = (out / "report.html").read_text("utf-8")
    assert 'id="emergence-play"' in page
    call("report", out, "-o", tmp_path / "again.html")
    assert 'id="emergence-play"' in (tmp_path / "again.html").read_text("utf-8")
