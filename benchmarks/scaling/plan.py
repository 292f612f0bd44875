"""Which sizes are measured: one thing varied at a time around a base point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from imaginome.errors import SettingsError
from imaginome.panel import Panel


@dataclass(frozen=True)
class Size:
    """One point: sites, train individuals, and the generator's own size (None: has none)."""

    sites: int
    people: int
    units: int | None


AXES = ("sites", "people", "units")


@dataclass(frozen=True)
class Plan:
    """A base point, and the values that each axis takes while the others stay there."""

    base: Size
    values: dict[str, tuple[int, ...]]

    def along(self, axis: str) -> list[Size]:
        """Return the points of one axis in order of size; the base point is one of them."""
        base = getattr(self.base, axis)
        if base is None:
            return []
        wanted = sorted({*self.values[axis], base})
        return [replace(self.base, **{axis: value}) for value in wanted]

    def sizes(self) -> list[Size]:
        """Return every point once, the base point first."""
        points = [self.base, *(size for axis in AXES for size in self.along(axis))]
        return list(dict.fromkeys(points))


def part(panel: Panel, sites: int, people: int) -> Panel:
    """Return so many individuals at so many sites: the first ones, repeated where too few.

    Repeated sites follow each other on the genome. Individuals are taken evenly from all
    populations, and nobody twice.

    Raises
    ------
    SettingsError
        When more people are asked for than there are.
    """
    if not 0 < people <= panel.n_individuals or sites < 1:
        raise SettingsError(
            f"{people} individuals at {sites} sites cannot be taken from a train panel of "
            f"{panel.n_individuals} individuals",
            "ask for fewer with --people and --base, or lower --holdout",
        )
    return _repeated(panel.take_individuals(_evenly(panel, people)), sites)


def _evenly(panel: Panel, people: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    home = panel.samples.population
    order = np.arange(panel.n_individuals)
    if home is not None:
        order = np.argsort(home.astype(str), kind="stable")
    chosen = np.arange(people) * panel.n_individuals // people
    return np.sort(order[chosen])


def _repeated(panel: Panel, sites: int) -> Panel:
    columns = np.arange(sites)
    window = panel.take_sites(columns % panel.n_sites)
    position = panel.sites.position
    span = int(position.max() - position.min()) + 1
    places = window.sites.position + span * (columns // panel.n_sites)
    return replace(window, sites=replace(window.sites, position=places))


def positive(given: Iterable[int], name: str) -> tuple[int, ...]:
    """Return the sizes of an option as they are.

    Raises
    ------
    SettingsError
        When one is not positive.
    """
    values = tuple(given)
    if any(value < 1 for value in values):
        raise SettingsError(f"--{name} must be positive")
    return values
