"""Options, each declared once: with the field of a request that it decides.

A request (`RunRequest`, `ReadOptions`) is a frozen dataclass whose fields are made by `declared`.
From the declarations follow the parameters of the command line (``cli/shared.py``), the command
that repeats a request (`words`) and the record of what decides its results (`decisive`). A new
option is a new field, and nothing else::

    seed: int = declared(1, Option("--seed", "Root seed: same seed, same bytes.", least=0))

The command line reads declarations before it knows its verb, so modules with requests import no
numerics. Nor do they defer annotations: the type of a field is that of its option.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_origin

_DECLARED, _GROUP = "declared", "group"
_OF_FIELD: Any = object()


@dataclass(frozen=True)
class Option:
    """One option as it is typed.

    Attributes
    ----------
    flags
        Its spellings, apart by blanks; a command that repeats a request takes the first.
    help
        What it does, in a sentence.
    kind, default
        Type of what is typed, and its value where nothing is; by default those of the field.
    metavar
        What stands for its value in the help; None leaves that to the type.
    panel
        Under which heading the help lists it; None is the general one.
    least
        Smallest number.
    problem
        Returns what is wrong with a value; empty where nothing is.
    """

    flags: str
    help: str
    kind: Any = _OF_FIELD
    default: Any = _OF_FIELD
    metavar: str | None = None
    panel: str | None = None
    least: float | None = None
    problem: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Declaration:
    """How a field is typed, written in a command, and recorded; see `declared`."""

    options: Mapping[str, Option]
    read: Callable[..., Any]
    write: Callable[[Any], list[str]]
    record: Callable[[Any], Any]
    decides: bool
    always: bool
    optional: bool
    verbs: tuple[str, ...]


def declared(
    default: Any,
    option: Option | None = None,
    *,
    read: Callable[..., Any] | None = None,
    write: Callable[[Any], list[str]] | None = None,
    record: Callable[[Any], Any] | None = None,
    decides: bool = True,
    always: bool = False,
    optional: bool = False,
    verbs: tuple[str, ...] = (),
    **options: Option,
) -> Any:
    """Return a field of a request with the option, or the several options, that decide it.

    A field that is True by default has an option that switches it off; one that holds a tuple has
    an option that may be repeated.

    Parameters
    ----------
    default
        Default of the field.
    option, options
        One, called as the field is, or several by the names of their parameters.
    read
        Makes the value of the field of what was typed: of one value unless that is None, or of
        several in their order.
    write
        Returns the words of a command that give this value.
    record
        Returns what a record says of it, JSON-ready.
    decides
        Whether results depend on it; else neither commands nor records tell it.
    always
        Whether a command tells it where it has its default too.
    optional
        Whether a record leaves it out where it is None.
    verbs
        Verbs beside `run` that take it.
    """

    def of(field: dataclasses.Field[Any]) -> Declaration:
        own = {field.name: _completed(option, field)} if option else options
        flag = next(iter(own.values())).flags.split()[0]
        return Declaration(
            own,
            _one(read or _unchanged(default)) if option else read or _unchanged(default),
            write or (lambda value: _flagged(flag, value)),
            record or (lambda value: list(value) if isinstance(value, tuple) else value),
            decides,
            always,
            optional,
            verbs,
        )

    return dataclasses.field(default=default, metadata={_DECLARED: of})


def group(kind: type[Any], *, verbs: tuple[str, ...] = ()) -> Any:
    """Return a field that is itself a request, with options of its own."""
    return dataclasses.field(default_factory=kind, metadata={_GROUP: (kind, verbs)})


def declarations(kind: type[Any]) -> Iterator[tuple[str, Declaration]]:
    """Yield the fields that options decide, in their order, without those of groups."""
    for field in dataclasses.fields(kind):
        if _DECLARED in field.metadata:
            yield field.name, field.metadata[_DECLARED](field)


def groups(kind: type[Any]) -> dict[str, tuple[type[Any], tuple[str, ...]]]:
    """Return the fields that are groups: their class, and the verbs beside `run` that take it."""
    found = dataclasses.fields(kind)
    return {field.name: field.metadata[_GROUP] for field in found if _GROUP in field.metadata}


def words(request: Any) -> list[str]:
    """Return the words of a command that give the fields of a request, without those of groups."""
    defaults = {field.name: field.default for field in dataclasses.fields(request)}
    said: list[str] = []
    for name, one in declarations(type(request)):
        value = getattr(request, name)
        if one.decides and value is not None and (one.always or value != defaults[name]):
            said += one.write(value)
    return said


def decisive(request: Any) -> dict[str, Any]:
    """Return what decides results by the name of its field, JSON-ready, without groups."""
    found = {}
    for name, one in declarations(type(request)):
        value = getattr(request, name)
        if one.decides and not (one.optional and value is None):
            found[name] = one.record(value)
    return found


def _completed(option: Option, field: dataclasses.Field[Any]) -> Option:
    """Return an option with kind and default, where they are not its own those of its field."""
    kind, default = option.kind, option.default
    if kind is _OF_FIELD:
        kind = list[str] if get_origin(field.type) is tuple else field.type
    if default is _OF_FIELD:
        default = field.default
        default = False if default is True else [] if isinstance(default, tuple) else default
    return replace(option, kind=kind, default=default)


def _unchanged(default: Any) -> Callable[[Any], Any]:
    """Return what reads a value that stays as it was typed."""
    if default is True:
        return lambda off: not off
    return tuple if isinstance(default, tuple) else lambda value: value


def _one(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _flagged(flag: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [flag]
    if isinstance(value, tuple):
        return [word for one in value for word in (flag, str(one))]
    return [flag, f"{value:g}" if isinstance(value, float) else str(value)]
