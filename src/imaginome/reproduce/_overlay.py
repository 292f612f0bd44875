"""One figure of many: the curves of every set beside the one curve of real people."""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.results import Figure, Role, Series

REAL: tuple[Role, ...] = ("real", "holdout", "train")


@dataclass(frozen=True)
class Drawn:
    """A figure of one set; `role` says whether the set is ours or a published one."""

    name: str
    role: Role
    figure: Figure


def overlay(drawn: list[Drawn]) -> Figure:
    """Lay figures of the same id over each other.

    Series of real people, and those that are the same in all figures, are taken once, from the
    first; the others carry the name of their set. Intervals of sets are left out, and bars of
    many sets become points: what overlaps cannot be read.

    Parameters
    ----------
    drawn
        At least one figure.
    """
    first = drawn[0].figure
    shared = [s for s in first.series if _shared(s, drawn)]
    own = [_named(s, one) for one in drawn for s in one.figure.series if not _shared(s, drawn)]
    # Real people first: they are what everything else is compared with.
    changes: dict[str, object] = {"series": [*shared, *own]}
    if first.kind == "bars" and len(drawn) > 1:
        changes |= {"kind": "points", "reading": first.reading.replace("Bars", "Points")}
    return first.model_copy(update=changes)


def _shared(series: Series, drawn: list[Drawn]) -> bool:
    if series.role in REAL:
        return True
    return len(drawn) > 1 and all(series in one.figure.series for one in drawn)


def _named(series: Series, one: Drawn) -> Series:
    others = [s for s in one.figure.series if s.role not in REAL]
    plain = len(others) == 1
    name = one.name if plain else f"{one.name}: {series.name}"
    return series.model_copy(update={"name": name, "role": one.role, "low": None, "high": None})
