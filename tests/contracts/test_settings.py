"""Settings of every generator: typed from Python, text from the command line, the same in both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import imaginome
from imaginome.errors import SettingsError
from imaginome.models.registry import models
from imaginome.runs.fitting import create
from imaginome.settings import parse_settings, settings_text

IDS = models.ids()


def defaults(model_id: str) -> dict[str, object]:
    return dict(models.get(model_id).Settings())


@pytest.mark.parametrize("model_id", IDS)
def test_every_default_may_be_given_by_name(model_id):
    kind = models.get(model_id)
    given = defaults(model_id)
    assert create(model_id, **given).settings == kind().settings
    assert create(model_id, given).settings == kind(**given).settings == kind().settings
    for name, value in given.items():
        assert getattr(create(model_id, **{name: value}).settings, name) == value


@pytest.mark.parametrize("model_id", IDS)
def test_every_default_may_be_given_as_text(model_id):
    kind = models.get(model_id).Settings
    assert parse_settings(kind, settings_text(defaults(model_id))) == kind()


def test_none_is_written_as_none():
    assert create("gan", steps=None).settings.steps is None
    assert create("gan", ["steps=none"]).settings == create("gan", ["steps=None"]).settings
    assert create("gan", ["steps=30"], steps=None).settings.steps is None
    assert settings_text({"steps": None, "assort": False}) == ["steps=none", "assort=false"]
    with pytest.raises(SettingsError, match="clusters=none"):
        create("hmm", ["clusters=none"])
    with pytest.raises(SettingsError, match="steps="):
        create("gan", ["steps="])


def test_typed_values_stay_typed():
    assert create("hmm", clusters=np.int64(8), emission_prior=1).settings.clusters == 8
    for wrong in ({"clusters": "8"}, {"clusters": 8.5}, {"clusters": True}, {"calibrate": 1}):
        with pytest.raises(SettingsError, match=f"setting {next(iter(wrong))}="):
            create("hmm", **wrong)
    with pytest.raises(SettingsError, match="did you mean 'clusters'"):
        imaginome.Hmm(cluster=8)
    with pytest.raises(SettingsError, match="greater than or equal to 2"):
        imaginome.Hmm(clusters=1)


def test_a_generator_takes_its_own_settings_only():
    settings = models.get("hmm").Settings(clusters=8)
    assert imaginome.Hmm(settings).settings is settings
    for wrong in (models.get("gan").Settings(), 8):
        with pytest.raises(SettingsError, match="HmmSettings, or settings by name"):
            imaginome.Hmm(wrong)
    with pytest.raises(SettingsError, match="by name"):
        imaginome.Hmm(settings, clusters=9)


def test_a_run_records_typed_settings_as_text():
    request = imaginome.RunRequest(
        "panel.vcf.gz", Path("out"), model="gan", settings={"steps": None, "assort": False}
    )
    words = request.command()
    assert words[words.index("--set") :][:4] == ["--set", "steps=none", "--set", "assort=false"]
    assert request.identity()["settings"] == ["steps=none", "assort=false"]
