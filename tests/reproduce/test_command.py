"""The verb ``reproduce``: what it asks for and how it fails."""

from __future__ import annotations

from typer.testing import CliRunner

from imaginome.cli.app import app
from imaginome.reproduce.registry import programmes


def call(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_only_programmes_are_programmes():
    assert programmes.ids() == ["yelmen2021"]


def test_missing_data_are_one_line(tmp_path):
    result = call("reproduce", "yelmen2021", "--data", tmp_path, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"imaginome: error: {tmp_path} lacks samples.tsv")
    assert len(result.stderr.splitlines()) == 1


def test_an_unknown_programme_is_wrong_usage(tmp_path):
    result = call("reproduce", "yelmen2020", "--data", tmp_path, "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "did you mean 'yelmen2021'" in result.stderr


def test_data_are_needed(tmp_path, monkeypatch):
    monkeypatch.delenv("IMAGINOME_PANELS", raising=False)
    assert call("reproduce", "yelmen2021", "-o", tmp_path / "out").exit_code == 2


def test_an_interrupt_says_how_to_go_on(tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("imaginome.reproduce.run.reproduce", interrupted)
    result = call("reproduce", "yelmen2021", "--data", tmp_path, "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr == "imaginome: error: interrupted; repeat the command to go on\n"
