"""Maps of several sets side by side: real people, then each set at the same place everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imaginome.report.compare_series import Drawn, of_artificial
from imaginome.results import Figure, Series

ARTIFICIAL = re.compile(r"\bartificial\b", re.IGNORECASE)


def side_by_side(drawn: Sequence[Drawn], *, alike: bool) -> Figure:
    """Return maps of real people, once if they are the same for all sets, and those of each set.

    Where the reader chooses a group (a population), every group has the same places: a set that
    has no map of it leaves its place empty.

    Parameters
    ----------
    drawn
        At least one figure of maps, all of one id.
    alike
        Whether all sets stand beside the same real people.
    """
    fullest = max(drawn, key=lambda one: len(one.figure.series))
    groups = list(dict.fromkeys(s.group for s in fullest.figure.series))
    first = [s for s in fullest.figure.series if s.group == groups[0]]
    panels: list[Series] = []
    for group in groups:
        whole = group == groups[0]
        if alike:
            panels += [_at(fullest, s, group, whole) for s in first if not of_artificial(s)]
        for one in drawn:
            panels += [
                _titled(_at(one, s, group, whole), one)
                for s in first
                if of_artificial(s) or (not alike and s.role == "holdout")
            ]
    return drawn[0].figure.model_copy(update={"series": _on_common_labels(panels)})


def _on_common_labels(panels: list[Series]) -> list[Series]:
    """Give all maps whose axes are labels the same ones; cells that they lack are empty."""
    y = _labels([s.y for s in panels])
    x = _labels([s.x for s in panels])
    return [_spread(s, x or s.x, y or s.y) for s in panels]


def _labels(columns: Sequence[Sequence[float | str | None]]) -> list[float | str]:
    """Return all labels in order of their first use; nothing where they are numbers or agree."""
    found = list(dict.fromkeys(v for column in columns for v in column if v is not None))
    alike = all(list(column) == list(columns[0]) for column in columns)
    return [] if alike or not all(isinstance(v, str) for v in found) else found


def _spread(series: Series, x: Sequence[float | str], y: Sequence[float | str | None]) -> Series:
    if list(x) == series.x and list(y) == series.y:
        return series
    columns = {label: i for i, label in enumerate(series.x)}
    rows = dict(zip(series.y, series.z or [], strict=True))
    z = [[rows[b][columns[a]] if b in rows and a in columns else None for a in x] for b in y]
    return series.model_copy(update={"x": list(x), "y": list(y), "z": z})


def _at(one: Drawn, like: Series, group: str, whole: bool) -> Series:
    """Return a set's map of a group; an empty one where it has none.

    A set without groups has maps of everyone only.
    """
    wanted = (group, "") if whole else (group,)
    for series in one.figure.series:
        if series.group in wanted and series.name == like.name:
            return series.model_copy(update={"group": group})
    empty: list[list[float | None]] = [[None] * len(like.x) for _ in like.y]
    return like.model_copy(update={"group": group, "z": empty})


def _titled(series: Series, one: Drawn) -> Series:
    """Put the name of the set in the place of ``artificial``; real people are those of the set."""
    if not of_artificial(series):
        return series.model_copy(update={"name": f"{series.name} of {one.name}"})
    name = ARTIFICIAL.sub(lambda _: one.name, series.name)
    return series.model_copy(update={"name": name if one.name in name else one.name})
