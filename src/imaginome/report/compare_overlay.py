"""One figure of many: the curves of every set beside those of real people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from imaginome.report.compare_series import SetSeries
from imaginome.results import Figure, Series

ARTIFICIAL = re.compile(r"\bartificial\b", re.IGNORECASE)
ROLE = re.compile(r"\b(artificial|holdout|train|real)\b")
MOST_KINDS = 6
"""A figure whose sets have more curves than this each (one a population) is not overlaid."""


@dataclass(frozen=True)
class Drawn:
    """A figure of one set: which one, its name, and the figure."""

    place: int
    name: str
    figure: Figure


def overlays(drawn: Sequence[Drawn], *, alike: bool, attack: bool = False) -> list[Figure]:
    """Lay figures of the same id over each other.

    Parameters
    ----------
    drawn
        At least one figure, all of one id.
    alike
        Whether all sets stand beside the same real people: then those are drawn once, else each
        set brings its own, dotted.
    attack
        Whether an attack drew them: then only what is the same for all sets is no matter of them.

    Returns
    -------
    list
        One figure for each kind of curve that a set has (for example one a population), none
        where they are too many. Intervals of sets are left out, and bars become points: what
        overlaps cannot be read.
    """
    if drawn[0].figure.kind == "heatmaps":
        return [_side_by_side(drawn, alike)]
    own = {one.place: [s for s in one.figure.series if _own(s, drawn, attack)] for one in drawn}
    of = str if attack else _kind
    kinds = list(dict.fromkeys(of(s.name) for series in own.values() for s in series))
    if len(kinds) > MOST_KINDS:
        return []
    return [
        _overlay(
            kind if len(kinds) > 1 else "",
            drawn,
            {place: [s for s in series if of(s.name) == kind] for place, series in own.items()},
            _real(kind if len(kinds) > 1 and not attack else "", drawn, own),
            alike or attack,
        )
        for kind in kinds
    ]


def _real(
    kind: str, drawn: Sequence[Drawn], own: dict[int, list[Series]]
) -> dict[int, list[Series]]:
    """Return the series of each set that are of real people, or of nobody."""
    return {
        one.place: [
            s for s in one.figure.series if s not in own[one.place] and (not kind or _with(s, kind))
        ]
        for one in drawn
    }


def _overlay(
    kind: str,
    drawn: Sequence[Drawn],
    own: dict[int, list[Series]],
    real: dict[int, list[Series]],
    alike: bool,
) -> Figure:
    """Return one figure: real people first, for everything else is compared with them."""
    series = list(real[drawn[0].place]) if alike else _distinct(drawn, real)
    series += [_of_set(s, one) for one in drawn for s in own[one.place]]
    return _figure(drawn[0].figure, kind, series)


def _distinct(drawn: Sequence[Drawn], real: dict[int, list[Series]]) -> list[Series]:
    """Return the holdouts of all sets, each once and named by its sets.

    One that is the same for all sets keeps its own name, as if nothing differed.
    """
    found: list[tuple[Series, list[Drawn]]] = []
    for one in drawn:
        for series in real[one.place]:
            if series.role == "holdout":
                same = next((who for known, who in found if known == series), None)
                if same is None:
                    found.append((series, [one]))
                else:
                    same.append(one)
    return [series if len(who) == len(drawn) else _holdout_of(series, who) for series, who in found]


def _holdout_of(series: Series, who: list[Drawn]) -> Series:
    others = f" and {len(who) - 1} more" if len(who) > 1 else ""
    name = f"{series.name} of {who[0].name}{others}"
    if series.z is not None:
        return series.model_copy(update={"name": name})
    return SetSeries(place=who[0].place, name=name, role="holdout", x=series.x, y=series.y)


def _figure(first: Figure, kind: str, series: list[Series]) -> Figure:
    changes: dict[str, object] = {"series": series}
    if kind:
        changes |= {"title": f"{first.title}: {kind}", "id": f"{first.id}.{kind}"}
    if first.kind == "bars":
        changes |= {"kind": "points", "reading": first.reading.replace("Bars", "Points")}
    return first.model_copy(update=changes)


def _side_by_side(drawn: Sequence[Drawn], alike: bool) -> Figure:
    """Return heat maps of real people, once if they are the same, and one of each set."""
    real = {one.place: [s for s in one.figure.series if not _of_artificial(s)] for one in drawn}
    panels = list(real[drawn[0].place]) if alike else _distinct(drawn, real)
    for one in drawn:
        panels += [_titled(s, one) for s in one.figure.series if _of_artificial(s)]
    return drawn[0].figure.model_copy(update={"series": panels})


def _titled(series: Series, one: Drawn) -> Series:
    """Put the name of the set in the place of ``artificial``."""
    name = ARTIFICIAL.sub(lambda _: one.name, series.name)
    return series.model_copy(update={"name": name if one.name in name else one.name})


def _own(series: Series, drawn: Sequence[Drawn], attack: bool) -> bool:
    """Say whether a series is a matter of one set."""
    if attack:
        return len(drawn) == 1 or any(series not in one.figure.series for one in drawn)
    return _of_artificial(series)


def _of_artificial(series: Series) -> bool:
    return series.role == "artificial" or "artificial" in series.name


def _kind(name: str) -> str:
    """Return what a series is beside its role: ``artificial AFR`` is of ``AFR``."""
    return " ".join(ROLE.sub(" ", name, count=1).split()).strip(" ,:;()-")


def _with(series: Series, kind: str) -> bool:
    """Say whether a series of real people belongs to a kind of curve."""
    return _kind(series.name) in ("", kind) or series.role == "baseline"


def _of_set(series: Series, one: Drawn) -> SetSeries:
    return SetSeries(place=one.place, name=one.name, role="artificial", x=series.x, y=series.y)
