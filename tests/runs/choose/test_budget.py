"""Budgets as people write them, and what they cannot be combined with."""

from __future__ import annotations

import pytest

from imaginome.errors import SettingsError
from imaginome.runs.choose.budget import budget_text, parse_budget, refuse_mixture


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("20m", 1200), ("1h", 3600), ("1.5h", 5400), ("1h30m", 5400), ("10s", 10)],
)
def test_a_time_is_read(text, seconds):
    assert parse_budget(text) == seconds
    assert parse_budget(budget_text(parse_budget(text))) == seconds


@pytest.mark.parametrize(
    "text", ["", "20", "m", "-5m", "20 m", "20min", "1m!", "nan", "m20", "1e3s"]
)
def test_what_is_no_time_is_told(text):
    with pytest.raises(SettingsError, match="write --budget 20m"):
        parse_budget(text)


@pytest.mark.parametrize("text", ["0s", "9s", "0.1m", "1000000h"])
def test_too_little_and_too_much(text):
    with pytest.raises(SettingsError, match="between"):
        parse_budget(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(1200, "20m"), (90, "90s"), (7200, "2h"), (60, "1m")]
)
def test_the_largest_whole_unit_is_written(seconds, text):
    assert budget_text(seconds) == text


def test_settings_are_for_named_models_and_budgets_for_auto():
    refuse_mixture("auto", (), 60.0)
    refuse_mixture("hmm", ("clusters=8",), None)
    with pytest.raises(SettingsError, match="--set clusters=8"):
        refuse_mixture("auto", ("clusters=8",), None)
    with pytest.raises(SettingsError, match="--model hmm"):
        refuse_mixture("hmm", (), 60.0)
