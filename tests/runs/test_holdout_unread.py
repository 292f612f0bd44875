"""No model sees the holdout: what it learns and draws is the same whoever was held out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from imaginome.formats import ReadOptions, write_panel
from imaginome.formats.samples_table import samples_table_text
from imaginome.models.registry import models
from imaginome.panel import Panel, haplotype_rows
from imaginome.panel.split import split
from imaginome.runs import learning, pipeline
from imaginome.runs.pipeline import run
from imaginome.runs.request import RunRequest
from tests.support.generators import words

IDS = [*models.ids(), "auto"]


def inverted(panel: Panel) -> Panel:
    """Return the panel with every allele of the people who will be held out exchanged."""
    _, holdout = split(panel, 0.5, 1)
    rows = haplotype_rows(panel.samples.indices(holdout.samples.id))
    haplotypes = panel.haplotypes.copy()
    haplotypes[rows] ^= 1
    return replace(panel, haplotypes=haplotypes)


def learnt(panel: Panel, model_id: str, folder: Path) -> dict[str, bytes]:
    """Run the main job, and return the files of the model and the artificial people."""
    folder.mkdir()
    write_panel(panel, folder / "panel.hapt.gz")
    (folder / "samples.tsv").write_text(samples_table_text(panel.samples))
    request = RunRequest(
        str(folder / "panel.hapt.gz"),
        folder / "out",
        model_id,
        settings=words(model_id),
        budget=20.0 if model_id == "auto" else None,
        device="cpu",
        options=ReadOptions(samples_table=folder / "samples.tsv"),
        replicates=2,
        metrics=("frequency",),
        attacks=("aats",),
        power=False,
    )
    out = run(request).folder
    files = [out / "artificial.vcf.gz", out / "split.tsv", *sorted((out / "model").iterdir())]
    return {file.name: file.read_bytes() for file in files}


@pytest.fixture(autouse=True)
def no_report(monkeypatch):
    """Leave out pages and pictures: they come after the evaluation, and cost seconds."""
    monkeypatch.setattr(pipeline, "write_report", lambda *_, **__: None)
    monkeypatch.setattr("imaginome.report.emergence.stills.write_pictures", lambda *_, **__: None)


@pytest.mark.parametrize("model_id", ["independent", "markov", "mosaic"])
def test_a_model_that_cheats_is_caught(model_id, panel, tmp_path, monkeypatch):
    """The proof above is one only if it fails for a model that peeks at a single person."""
    held_out: list[Panel] = []
    honest_split, honest_fit = pipeline.split, learning.fit

    def looking(*words: Any) -> tuple[Panel, Panel]:
        train, holdout = honest_split(*words)
        held_out[:] = [holdout]
        return train, holdout

    def peeking(generator: Any, train: Panel, **words: Any) -> Any:
        haplotypes = train.haplotypes.copy()
        haplotypes[:2] = held_out[0].haplotypes[:2]
        return honest_fit(generator, replace(train, haplotypes=haplotypes), **words)

    monkeypatch.setattr(pipeline, "split", looking)
    monkeypatch.setattr(learning, "fit", peeking)
    one = learnt(panel, model_id, tmp_path / "one")
    other = learnt(inverted(panel), model_id, tmp_path / "other")
    assert one["split.tsv"] == other["split.tsv"]
    assert one["weights.safetensors"] != other["weights.safetensors"]


class TouchedError(Exception):
    """Somebody read the holdout too early."""


class Sealed(Panel):
    """A panel whose haplotypes nobody may touch while it is sealed."""

    sealed = False

    def __getattribute__(self, name: str) -> Any:
        """Refuse the haplotypes, whatever somebody wants of them."""
        if name == "haplotypes" and Sealed.sealed:
            raise TouchedError
        return super().__getattribute__(name)


@pytest.fixture
def seal(monkeypatch):
    """Seal the holdout from the split until panels are compared."""
    honest_split, honest_of = pipeline.split, pipeline.Comparison.of

    def sealing(*words: Any) -> tuple[Panel, Panel]:
        train, holdout = honest_split(*words)
        closed = Sealed(holdout.haplotypes, holdout.sites, holdout.samples)
        monkeypatch.setattr(Sealed, "sealed", True)
        return train, closed

    def opening(*panels: Panel, **words: Any) -> Any:
        assert Sealed.sealed
        # A choice compares people of train with each other: that opens nothing.
        if any(isinstance(panel, Sealed) for panel in panels):
            monkeypatch.setattr(Sealed, "sealed", False)
        return honest_of(*panels, **words)

    monkeypatch.setattr(pipeline, "split", sealing)
    monkeypatch.setattr(pipeline.Comparison, "of", opening)


@pytest.mark.parametrize("model_id", IDS)
def test_the_holdout_is_not_touched_and_its_genotypes_change_nothing(
    model_id, panel, tmp_path, seal
):
    """Nobody reads it before it is compared; whoever is in it, model and people are the same."""
    one = learnt(panel, model_id, tmp_path / "one")
    assert not Sealed.sealed
    other = learnt(inverted(panel), model_id, tmp_path / "other")
    assert not Sealed.sealed
    assert "weights.safetensors" in one
    assert one.keys() == other.keys()
    for name in one:
        assert one[name] == other[name], name


def test_a_touch_is_noticed(panel, tmp_path, monkeypatch, seal):
    sealing = pipeline.split

    def touching(*words: Any) -> tuple[Panel, Panel]:
        train, holdout = sealing(*words)
        assert np.asarray(holdout.haplotypes).any()
        return train, holdout

    monkeypatch.setattr(pipeline, "split", touching)
    with pytest.raises(TouchedError):
        learnt(panel, "independent", tmp_path / "one")
