"""Typed settings of models, metrics and attacks, and their ``key=value`` form.

From Python a setting has the type that its field says: nothing is turned into text and read again.
Text is what the command line gives; ``none`` there is the None of a setting that may have none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import NoneType
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from imaginome.errors import SettingsError

NONE = "none"
"""How None is written as text, in capitals or not."""


class Settings(BaseModel):
    """The base of all settings: frozen, closed, every field with a description and its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


S = TypeVar("S", bound=Settings)
Given = Sequence[str] | Mapping[str, Any]
"""Settings as they are given: ``key=value`` strings, or values by name that keep their types."""


def read_settings(kind: type[S], given: Given = ()) -> S:
    """Build settings from whichever form they are given in.

    Raises
    ------
    SettingsError
        As `typed_settings` and `parse_settings` do.
    """
    if isinstance(given, Mapping):
        return typed_settings(kind, given)
    return parse_settings(kind, given)


def typed_settings(kind: type[S], values: Mapping[str, Any]) -> S:
    """Build settings from values by name; a value has to be of the type of its setting.

    Parameters
    ----------
    kind
        The settings class.
    values
        For example ``{"clusters": 64, "steps": None}``. Whole numbers may stand for others, and
        numbers of numpy for those of Python; text never stands for a number.

    Raises
    ------
    SettingsError
        For an unknown key, a value of another type or one out of range.
    """
    for key in values:
        _refuse_unknown(kind, key)
    # Numbers of numpy, told by what they can: the command line reads this module before numpy.
    plain = {k: v.item() if hasattr(v, "item") else v for k, v in values.items()}
    try:
        return kind.model_validate(plain, strict=True)
    except ValidationError as error:
        raise _told(error) from None


def parse_settings(kind: type[S], assignments: Iterable[str] = ()) -> S:
    """Build settings from ``key=value`` strings.

    Parameters
    ----------
    kind
        The settings class.
    assignments
        For example ``["clusters=64", "steps=none"]``.

    Raises
    ------
    SettingsError
        For a string without ``=``, an unknown key, a value that is none of its setting or one
        out of range.
    """
    values: dict[str, str | None] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise SettingsError(f"setting '{assignment}' has no '='", "write --set key=value")
        _refuse_unknown(kind, key)
        nothing = value.lower() == NONE and _may_be_none(kind, key)
        values[key] = None if nothing else value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise _told(error) from None


def setting_text(value: object) -> str:
    """Return a value as `parse_settings` reads it."""
    if value is None:
        return NONE
    return str(value).lower() if isinstance(value, bool) else str(value)


def settings_text(given: Given) -> list[str]:
    """Return settings of either form as ``key=value`` strings."""
    if isinstance(given, Mapping):
        return [f"{key}={setting_text(value)}" for key, value in given.items()]
    return list(given)


def _may_be_none(kind: type[Settings], key: str) -> bool:
    return NoneType in get_args(kind.model_fields[key].annotation)


def _refuse_unknown(kind: type[Settings], key: str) -> None:
    if key in kind.model_fields:
        return
    near = get_close_matches(key, kind.model_fields, 1)
    guess = f"did you mean '{near[0]}'? " if near else ""
    known = ", ".join(kind.model_fields) or "none"
    raise SettingsError(f"there is no setting '{key}'", f"{guess}known: {known}")


def _told(error: ValidationError) -> SettingsError:
    """Return the first thing that is wrong, on one line."""
    first = error.errors()[0]
    where = str(first["loc"][0]) if first["loc"] else "settings"
    return SettingsError(f"setting {where}={first['input']}", first["msg"])
