"""One figure of many: the curves of every set beside the one curve of real people."""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.results import Figure, Role, Series


@dataclass(frozen=True)
class Drawn:
    """A figure of one set.

    Attributes
    ----------
    name, role
        Name of the set; the role says whether it is ours or a published one.
    attack
        Whether an attack drew it: then real people are compared with the set, and only what is
        the same for all sets is no matter of the set.
    """

    name: str
    role: Role
    figure: Figure
    attack: bool = False


def overlay(drawn: list[Drawn]) -> Figure:
    """Lay figures of the same id over each other.

    What does not depend on the set (real people, guessing) is taken once; the other series carry
    the name of their set. Intervals of sets are left out, and bars of many sets become points:
    what overlaps cannot be read.

    Parameters
    ----------
    drawn
        At least one figure.
    """
    first = drawn[0].figure
    shared: dict[str, Series] = {}
    own: list[Series] = []
    for one in drawn:
        mine = [s for s in one.figure.series if _own(s, drawn)]
        own += [_named(s, one, len(mine)) for s in mine]
        for series in one.figure.series:
            if series not in mine:
                shared.setdefault(series.name, series)
    # Real people first: they are what everything else is compared with.
    changes: dict[str, object] = {"series": [*shared.values(), *own]}
    if first.kind == "bars" and len(drawn) > 1:
        changes |= {"kind": "points", "reading": first.reading.replace("Bars", "Points")}
    return first.model_copy(update=changes)


def _own(series: Series, drawn: list[Drawn]) -> bool:
    """Say whether a series is a matter of one set."""
    if drawn[0].attack:
        return len(drawn) == 1 or any(series not in one.figure.series for one in drawn)
    return series.role == "artificial" or "artificial" in series.name


def _named(series: Series, one: Drawn, count: int) -> Series:
    name = one.name if count == 1 else f"{one.name}: {series.name}"
    return series.model_copy(update={"name": name, "role": one.role, "low": None, "high": None})
