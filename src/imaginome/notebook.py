"""Who shows what in a notebook: formatters by class, named here and imported when first needed.

What is shown knows nothing of who shows it: a panel or a result asks here, and its plain text
does where nobody answers. The package itself (``imaginome/__init__.py``) names the formatters.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Literal, overload

Form = Literal["html", "bundle"]
"""HTML, or a dictionary of MIME types, as in `_repr_html_` and `_repr_mimebundle_`."""

_FORMATTERS: dict[tuple[Form, str], str] = {}


def show_with(form: Form, kind: str, formatter: str) -> None:
    """Name the function that shows things of a class and of those derived from it.

    Parameters
    ----------
    form
        What the function returns.
    kind, formatter
        Dotted names of the class and of a function of one argument; neither is imported now.
    """
    _FORMATTERS[form, kind] = formatter


@overload
def in_notebook(form: Literal["html"], thing: object) -> str | None: ...


@overload
def in_notebook(form: Literal["bundle"], thing: object) -> dict[str, Any] | None: ...


def in_notebook(form: Form, thing: object) -> Any:
    """Return what a notebook shows of a thing; None where its plain text will do."""
    for kind in type(thing).__mro__:
        formatter = _FORMATTERS.get((form, f"{kind.__module__}.{kind.__qualname__}"))
        if formatter is not None:
            module, _, name = formatter.rpartition(".")
            return getattr(import_module(module), name)(thing)
    return None
