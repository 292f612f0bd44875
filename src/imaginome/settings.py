"""Typed settings of models, metrics and attacks, and their ``key=value`` form."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from imaginome.errors import SettingsError


class Settings(BaseModel):
    """The base of all settings: frozen, closed, every field with a description and its unit."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


S = TypeVar("S", bound=Settings)


def parse_settings(kind: type[S], assignments: Iterable[str] = ()) -> S:
    """Build settings from ``key=value`` strings.

    Parameters
    ----------
    kind
        The settings class.
    assignments
        For example ``["clusters=64", "rounds=12"]``.

    Raises
    ------
    SettingsError
        For a string without ``=``, an unknown key or a value out of range.
    """
    values: dict[str, str] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals:
            raise SettingsError(f"setting '{assignment}' has no '='", "write --set key=value")
        if key not in kind.model_fields:
            near = get_close_matches(key, kind.model_fields, 1)
            guess = f"did you mean '{near[0]}'? " if near else ""
            raise SettingsError(
                f"there is no setting '{key}'", f"{guess}known: {', '.join(kind.model_fields)}"
            )
        values[key] = value
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SettingsError(f"setting {where}={first['input']}", first["msg"]) from None
