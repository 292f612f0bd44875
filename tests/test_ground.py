"""Random streams, registries and settings."""

import pytest
from pydantic import Field

from imaginome.errors import SettingsError, UnknownIdError
from imaginome.models.registry import models
from imaginome.randomness import child_generator, child_seed
from imaginome.settings import Settings, parse_settings


class Example(Settings):
    clusters: int = Field(8, ge=1, description="number of clusters")
    prior: float = Field(0.5, description="pseudo-count")


def test_streams_depend_on_purpose_not_on_order():
    first = child_generator(1, "a", 3).random(4).tolist()
    child_generator(1, "b").random(100)
    assert child_generator(1, "a", 3).random(4).tolist() == first
    others = [child_generator(1, "a", 4), child_generator(2, "a", 3), child_generator(1, "a")]
    assert all(other.random(4).tolist() != first for other in others)
    assert 0 <= child_seed(1, "x") < 2**63


def test_settings_from_words():
    assert parse_settings(Example, ["clusters=3"]) == Example(clusters=3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["clusters"], "no '='"),
        (["cluster=3"], "did you mean 'clusters'"),
        (["clusters=none"], "clusters=none"),
        (["clusters=0"], "greater than or equal to 1"),
    ],
)
def test_wrong_settings_say_what_is_wrong(words, said):
    with pytest.raises(SettingsError, match=said):
        parse_settings(Example, words)


def test_an_unknown_id_names_the_nearest():
    with pytest.raises(UnknownIdError, match="did you mean 'hmm'"):
        models.get("hnm")
