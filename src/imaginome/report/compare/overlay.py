"""One figure of many: curves of all sets beside those of real people, maps side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imaginome.report.figures.series import Drawn, SetSeries, of_artificial
from imaginome.results import Figure, Series

# -- Maps of several sets side by side -------------------------------------------------------------


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
    labels = list(dict.fromkeys(v for column in columns for v in column if v is not None))
    alike = all(list(column) == list(columns[0]) for column in columns)
    return [] if alike or not all(isinstance(v, str) for v in labels) else labels


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


# -- One figure of many ----------------------------------------------------------------------------


ROLE = re.compile(r"\b(artificial|holdout|train|real)\b")


def overlay(drawn: Sequence[Drawn], *, alike: bool, attack: bool = False) -> Figure:
    """Lay figures of the same id over each other; maps stand side by side.

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
    Figure
        Where a set has several curves (one a population) the reader chooses which are shown.
        Intervals of sets are left out, and bars become points: what overlaps cannot be read.
    """
    if drawn[0].figure.kind in ("heatmaps", "rows"):
        return side_by_side(drawn, alike=alike)
    of = str if attack else _own_kind
    own = {one.place: [s for s in one.figure.series if _own(s, drawn, attack)] for one in drawn}
    kinds = {of(s.name) for series in own.values() for s in series}
    real = {one.place: [s for s in one.figure.series if s not in own[one.place]] for one in drawn}
    shown = real[drawn[0].place] if alike or attack else _distinct(drawn, real)
    series = [*shown, *(_of_set(s, one) for one in drawn for s in own[one.place])]
    if len(kinds) > 1:
        names = [of(s.name) for one in drawn for s in own[one.place]]
        kept = [
            *((s, _kind(s.name)) for s in shown),
            *zip(series[len(shown) :], names, strict=True),
        ]
        series = [_chosen(s, kind, kinds) for s, kind in kept]
    return _changed(drawn[0].figure, series)


def _chosen(series: Series, kind: str, kinds: set[str]) -> Series:
    """Show a series with those of its kind; always where it is of none, or already has a group."""
    if series.group or kind not in kinds:
        return series
    return series.model_copy(update={"group": kind})


def _changed(first: Figure, series: list[Series]) -> Figure:
    changes: dict[str, object] = {"series": series}
    if first.kind == "bars":
        changes |= {"kind": "points", "reading": first.reading.replace("Bars", "Points")}
    return first.model_copy(update=changes)


def _distinct(drawn: Sequence[Drawn], real: dict[int, list[Series]]) -> list[Series]:
    """Return the holdouts of all sets, each once and named by its sets.

    One that is the same for all sets keeps its own name, as if nothing differed.
    """
    holdouts: list[tuple[Series, list[Drawn]]] = []
    for one in drawn:
        for series in real[one.place]:
            if series.role == "holdout":
                same = next((who for known, who in holdouts if known == series), None)
                if same is None:
                    holdouts.append((series, [one]))
                else:
                    same.append(one)
    return [
        series if len(who) == len(drawn) else _holdout_of(series, who) for series, who in holdouts
    ]


def _holdout_of(series: Series, who: list[Drawn]) -> SetSeries:
    others = f" and {len(who) - 1} more" if len(who) > 1 else ""
    return _set_series(series, f"{series.name} of {who[0].name}{others}", who[0].place)


def _own(series: Series, drawn: Sequence[Drawn], attack: bool) -> bool:
    """Say whether a series is a matter of one set."""
    if attack:
        if series.role == "baseline":
            return False
        return len(drawn) == 1 or any(series not in one.figure.series for one in drawn)
    return of_artificial(series)


def _own_kind(name: str) -> str:
    """Return what a series of a set is beside being artificial; its name where it is no more."""
    words = name.replace("artificial", " ", 1).split()
    return " ".join(words).strip(" ,:;()-") or name


def _kind(name: str) -> str:
    """Return what a series is beside its role: ``artificial AFR`` is of ``AFR``."""
    return " ".join(ROLE.sub(" ", name, count=1).split()).strip(" ,:;()-")


def _of_set(series: Series, one: Drawn) -> SetSeries:
    return _set_series(series.model_copy(update={"role": "artificial"}), one.name, one.place)


def _set_series(series: Series, name: str, place: int) -> SetSeries:
    return SetSeries(
        place=place, name=name, role=series.role, group=series.group, x=series.x, y=series.y
    )
