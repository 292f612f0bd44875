"""Groups of options that verbs take over whole, by decorator."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, get_type_hints


def takes(
    name: str, build: Callable[..., Any]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a verb the keyword options of `build`; the verb receives `build` with its options.

    The verb calls it when it has refused everything that can be refused without it.

    Parameters
    ----------
    name
        The verb's parameter that takes the function.
    build
        A function whose keyword-only parameters are typer options.
    """

    def decorate(verb: Callable[..., Any]) -> Callable[..., Any]:
        added = _resolved(build)
        own = [p for p in _resolved(verb) if p.name != name]
        names = {p.name for p in added} - {p.name for p in own}
        shared = {p.name for p in added} & {p.name for p in own}

        @wraps(verb)
        def wrapped(**values: Any) -> Any:
            given = {key: values.pop(key) for key in names}
            given.update({key: values[key] for key in shared})
            return verb(**values, **{name: partial(build, **given)})

        parameters = own + [p for p in added if p.name in names]
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
        wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        wrapped.__annotations__ = {p.name: p.annotation for p in parameters}
        del wrapped.__wrapped__
        return wrapped

    return decorate


def _resolved(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters with annotations as objects, not strings."""
    hints = get_type_hints(function, include_extras=True)
    return [
        p.replace(annotation=hints[p.name]) for p in inspect.signature(function).parameters.values()
    ]
