"""Registries: an item is a module in a package, or what another distribution declares.

Items of other distributions ("plugins") are entry points of the group of their kind, such as
``imaginome.models``: the name is the id, the object the class. Listing ids imports none of them.
"""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Generic, TypeVar

from imaginome.errors import PluginError, UnknownIdError

T = TypeVar("T")
NO_ITEMS = frozenset({"base", "registry", "shared"})
"""Modules of a room of items that are none: the contract, the registry, and what items share."""
LOG = logging.getLogger("imaginome.plugins")
"""Says on stderr, on one line each, which plugins are left out and why."""


class Registry(Generic[T]):
    """The classes of one kind that live in one package or are declared elsewhere, keyed by id.

    The module ``package/some_id.py``, or the package ``package/some_id/``, registers one item by
    defining ``ITEM``: the class. Its id, with ``-`` for ``_``, is the module's name. Everything
    there is an item but `NO_ITEMS`. Listing ids imports nothing.

    Parameters
    ----------
    package
        Dotted name of the package that holds the items.
    kind
        What an item is called in messages, for example ``"model"``.
    contract, group
        The class that items of other distributions derive from, and the group of their entry
        points. Without a group there are none.
    """

    def __init__(
        self, package: str, kind: str, contract: type[T] | None = None, group: str = ""
    ) -> None:
        self._package = package
        self._kind = kind
        self._contract = contract
        self._group = group
        self._told: list[str] = []

    def ids(self) -> list[str]:
        """Return the ids of all items: ours, sorted, and then those of other distributions."""
        return [*self._ours, *self._plugins]

    def get(self, item_id: str) -> type[T]:
        """Return the class with this id.

        Raises
        ------
        UnknownIdError
            When there is none; the message names the nearest ids.
        PluginError
            When another distribution declares it, and it cannot be imported or is no such class.
        """
        if item_id in self._ours:
            module = importlib.import_module(f"{self._package}.{item_id.replace('-', '_')}")
            item: type[T] = module.ITEM
            return item
        if item_id in self._plugins:
            return self._loaded(self._plugins[item_id])
        known = self.ids()
        near = get_close_matches(item_id.lower(), known, 1)
        guess = f"did you mean '{near[0]}'? " if near else ""
        raise UnknownIdError(
            f"there is no {self._kind} '{item_id}'", f"{guess}known: {', '.join(known)}"
        )

    def __iter__(self) -> Iterator[type[T]]:
        """Import and yield every item, in the order of ids; say once which plugins do not work."""
        yield from (self.get(item_id) for item_id in self._ours)
        for item_id in self._plugins:
            try:
                item = self.get(item_id)
            except PluginError as error:
                self._tell(str(error))
                continue
            yield item

    def chosen(self, only: Sequence[str] = ()) -> list[type[T]]:
        """Return the classes of these ids; every one that works where none is named."""
        return [self.get(item_id) for item_id in only] if only else list(self)

    def problems(self) -> list[str]:
        """Return which plugins are left out and why, a line each, as far as they were needed."""
        return list(self._told)

    @cached_property
    def _ours(self) -> list[str]:
        package = importlib.import_module(self._package)
        return sorted(
            module.name.replace("_", "-")
            for module in pkgutil.iter_modules(package.__path__)
            if module.name not in NO_ITEMS
        )

    @cached_property
    def _plugins(self) -> dict[str, EntryPoint]:
        """Entry points by id, sorted; of those that claim one id, only the first counts."""
        if not self._group:
            return {}
        known: dict[str, EntryPoint] = {}
        declared = entry_points(group=self._group)
        for entry in sorted(declared, key=lambda one: (one.name, _owner(one), one.value)):
            if entry.name in self._ours or entry.name in known:
                other = known.get(entry.name)
                whose = _owner(other) if other else "imaginome"
                if other is None or (_owner(other), other.value) != (_owner(entry), entry.value):
                    self._tell(f"{self._named(entry)} is left out: {whose} has one of this id")
            else:
                known[entry.name] = entry
        return known

    def _loaded(self, entry: EntryPoint) -> type[T]:
        """Import what an entry point names, and see that it is what it is declared to be."""
        hint = f"update or uninstall {_owner(entry)}"
        try:
            item = entry.load()
        except Exception as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise PluginError(f"{self._named(entry)} cannot be imported ({why})", hint) from error
        if wrong := self._wrong(item, entry.name):
            raise PluginError(f"{self._named(entry)} {wrong}", hint)
        kind: type[T] = item
        return kind

    def _wrong(self, item: Any, item_id: str) -> str:
        """Return why something is no item of this id; empty where it is one."""
        contract = self._contract or object
        if not (inspect.isclass(item) and issubclass(item, contract)):
            return f"is no {contract.__name__}"
        if inspect.isabstract(item):
            return f"lacks {', '.join(sorted(getattr(item, '__abstractmethods__', ())))}"
        own = getattr(item, "id", None)
        return "" if own == item_id else f"calls itself {own!r}"

    def _named(self, entry: EntryPoint) -> str:
        return f"{self._kind} '{entry.name}' of {_owner(entry)} ({entry.value})"

    def _tell(self, line: str) -> None:
        if line not in self._told:
            self._told.append(line)
            LOG.warning("%s", line)


def _owner(entry: EntryPoint) -> str:
    """Return the distribution that declares an entry point."""
    return entry.dist.name if entry.dist else "an unknown distribution"
