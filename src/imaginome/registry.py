"""Registries: an item is a module in a package, found by its name and imported when needed."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Generic, TypeVar

from imaginome.errors import UnknownIdError

T = TypeVar("T")
NO_ITEMS = frozenset({"base", "registry", "shared"})
"""Modules of a room of items that are none: the contract, the registry, and what items share."""


class Registry(Generic[T]):
    """The classes of one kind that live in one package, keyed by id.

    The module ``package/some_id.py``, or the package ``package/some_id/``, registers one item by
    defining ``ITEM``: the class. Its id, with ``-`` for ``_``, is the module's name. Everything
    there is an item but `NO_ITEMS`. Listing ids imports nothing.

    Parameters
    ----------
    package
        Dotted name of the package that holds the items.
    kind
        What an item is called in messages, for example ``"model"``.
    """

    def __init__(self, package: str, kind: str) -> None:
        self._package = package
        self._kind = kind

    def ids(self) -> list[str]:
        """Return the ids of all items, sorted."""
        package = importlib.import_module(self._package)
        return sorted(
            module.name.replace("_", "-")
            for module in pkgutil.iter_modules(package.__path__)
            if module.name not in NO_ITEMS
        )

    def get(self, item_id: str) -> type[T]:
        """Return the class with this id.

        Raises
        ------
        UnknownIdError
            When there is none; the message names the nearest ids.
        """
        known = self.ids()
        if item_id not in known:
            near = get_close_matches(item_id.lower(), known, 1)
            guess = f"did you mean '{near[0]}'? " if near else ""
            raise UnknownIdError(
                f"there is no {self._kind} '{item_id}'", f"{guess}known: {', '.join(known)}"
            )
        module = importlib.import_module(f"{self._package}.{item_id.replace('-', '_')}")
        item: type[T] = module.ITEM
        return item

    def __iter__(self) -> Iterator[type[T]]:
        """Import and yield every item, in the order of ids."""
        return (self.get(item_id) for item_id in self.ids())
