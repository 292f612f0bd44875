"""Groups of options that verbs take over whole, by decorator."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Annotated, Any, TypeVar, get_origin, get_type_hints

import typer
from typer.models import OptionInfo

from imaginome.options import Option, declarations, groups

R = TypeVar("R")


def takes(
    name: str, build: Callable[..., Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a verb the keyword options of `build`; the verb receives `build` with its options.

    The verb calls it when it has refused everything that can be refused without it. The options
    stand in the help where the parameter stands in the verb.

    Parameters
    ----------
    name
        The verb's parameter that takes the function.
    build
        A function whose annotated keyword-only parameters are typer options; the verb may give
        it others.
    """

    def decorate(verb: Callable[..., Any]) -> Callable[..., Any]:
        added, own = _options(build), _resolved(verb)
        shared = {p.name for p in added} & {p.name for p in own}
        names = {p.name for p in added} - shared

        @wraps(verb)
        def wrapped(**values: Any) -> Any:
            given = {key: values.pop(key) for key in names}
            given.update({key: values[key] for key in shared})
            return verb(**values, **{name: partial(build, **given)})

        new = [p for p in added if p.name in names]
        parameters = [q for p in own for q in (new if p.name == name else [p])]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapped.__annotations__ = {p.name: p.annotation for p in parameters}
        del wrapped.__wrapped__
        return wrapped

    return decorate


def request_of(
    kind: type[R], verb: str | None = None, *, without: tuple[str, ...] = ()
) -> Callable[..., R]:
    """Return a function, for `takes`, that makes a request of the options that its fields declare.

    Parameters
    ----------
    kind
        A dataclass with declared fields; see `imaginome.options`.
    verb
        Only the options that this verb takes; None is `run`, which takes all.
    without
        Fields left out.
    """
    own = {
        name: one
        for name, one in declarations(kind)
        if name not in without and (verb is None or verb in one.verbs)
    }
    inner = {
        name: request_of(of)
        for name, (of, verbs) in groups(kind).items()
        if verb is None or verb in verbs
    }

    def build(**values: Any) -> R:
        made: dict[str, Any] = {}
        for name, one in own.items():
            made[name] = one.read(*(values.pop(option) for option in one.options))
        for name, make in inner.items():
            made[name] = make(**{key: values.pop(key) for key in _names(make)})
        return kind(**values, **made)

    parameters = []
    for field in kind.__dataclass_fields__:  # type: ignore[attr-defined]
        if field in own:
            parameters += [_parameter(*pair) for pair in own[field].options.items()]
        elif field in inner:
            parameters += _resolved(inner[field])
    build.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    build.__annotations__ = {p.name: p.annotation for p in parameters}
    return build


def option_of(kind: type[Any], field: str, name: str | None = None) -> OptionInfo:
    """Return one option that a field declares, for a verb that takes nothing else of a request."""
    return _typed(dict(declarations(kind))[field].options[name or field])


def _parameter(name: str, option: Option) -> inspect.Parameter:
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=option.default,
        annotation=Annotated[option.kind, _typed(option)],
    )


def _typed(option: Option) -> OptionInfo:
    """Return an option as typer wants it."""

    def check(value: Any) -> Any:
        if option.problem is not None and (wrong := option.problem(value)):
            raise typer.BadParameter(wrong)
        return value

    found = typer.Option(
        *option.flags.split(),
        help=option.help,
        metavar=option.metavar,
        rich_help_panel=option.panel,
        min=option.least,
        callback=check if option.problem else None,
    )
    assert isinstance(found, OptionInfo)
    return found


def _names(build: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(build).parameters)


def _options(build: Callable[..., Any]) -> list[inspect.Parameter]:
    return [p for p in _resolved(build) if get_origin(p.annotation) is Annotated]


def _resolved(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters with annotations as objects, not strings."""
    hints = get_type_hints(function, include_extras=True)
    return [
        p.replace(annotation=hints[p.name]) for p in inspect.signature(function).parameters.values()
    ]
