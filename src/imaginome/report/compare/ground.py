"""Whether runs can be compared: the same sites, the same real people, judged alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from imaginome.report.compare.read import Entry
from imaginome.results import Measure, PanelSizes, Status

HEADLINES: dict[Status, str] = {
    "pass": "Judged alike: the same sites and the same real people",
    "caution": "Judged nearly alike: mind what differs",
    "fail": "Not comparable: judged on different panels",
    "unknown": "Not known whether they were judged alike",
}
AGREEING = 0.5
"""Share of ceilings that agree where the real people are the same; a new version of a metric may
change its own."""


@dataclass(frozen=True)
class Ground:
    """What the runs have in common, and what they do not.

    Attributes
    ----------
    status
        ``pass``: values can be ranked; ``caution``: they can, with care; ``fail``: they cannot;
        ``unknown``: nothing tells.
    lines
        What differs, then what agrees, in words.
    """

    status: Status
    lines: list[str]

    @property
    def headline(self) -> str:
        """Return the judgement in words."""
        return HEADLINES[self.status]

    @property
    def ranked(self) -> bool:
        """Say whether values of different runs may be set in an order."""
        return self.status != "fail"


def ground(entries: list[Entry]) -> Ground:
    """Say whether runs can be compared.

    The ceilings tell whether train and holdout were the same people: they do not depend on what
    is judged, and other people would give others. Other sites, or a panel known by its SHA-256
    to be another one while the ceilings differ too, cannot be compared at all.
    """
    agree, shared = _ceilings(entries)
    same_people = shared > 0 and agree >= AGREEING * shared
    sites = _differ(entries, lambda sizes: sizes.sites)
    panels = len({one.panel for one in entries if one.panel}) > 1
    other = bool(sites) or (panels and not same_people)
    differing = [*sites, *_differing(entries, panels, same_people, agree, shared)]
    status: Status = (
        "fail" if other else "caution" if differing else "pass" if shared else "unknown"
    )
    return Ground(status, [*differing, *_common(entries, agree, shared, same_people)])


def same_ceiling(one: Measure, other: Measure) -> bool:
    """Say whether two ceilings are the same number; one that is missing contradicts nothing."""
    a, b = one.ceiling.value, other.ceiling.value
    if a is None or b is None:
        return True
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)


def _ceilings(entries: list[Entry]) -> tuple[int, int]:
    """Return how many ceilings agree in all runs, of how many measures that all have."""
    columns = [entry.measures for entry in entries]
    shared = [
        [column[item] for column in columns]
        for item in columns[0]
        if all(item in column and column[item].ceiling.value is not None for column in columns)
    ]
    return sum(all(same_ceiling(row[0], m) for m in row) for row in shared), len(shared)


def _differing(
    entries: list[Entry], panels: bool, same_people: bool, agree: int, shared: int
) -> list[str]:
    lines = []
    if shared and not same_people:
        lines.append(
            f"Ceilings differ ({agree} of {shared} agree): the real people were not the same, were "
            "divided by another seed or reduced to another number. "
            "Differences of a ceiling's width mean nothing."
        )
    if panels:
        lines.append("The real panels are different files, by their SHA-256.")
    lines += _differ(entries, lambda s: s.train, "numbers of train individuals")
    lines += _differ(entries, lambda s: s.holdout, "numbers of holdout individuals")
    lines += _differ(entries, lambda s: s.artificial, "numbers of artificial individuals")
    lines += _words("seeds", {one.name: _of(one, "seed") for one in entries})
    lines += _words("versions of imaginome", {one.name: _of(one, "version") for one in entries})
    return lines + _missing(entries)


def _common(entries: list[Entry], agree: int, shared: int, same_people: bool) -> list[str]:
    sizes = _sizes(entries[0])
    lines = []
    if same_people:
        lines.append(
            f"Ceilings agree on {agree} of {shared} measures: "
            "train and holdout are the same people."
        )
    if not shared:
        lines.append("No measure was computed for all of them, so no ceiling can tell.")
    if sizes is not None and not _differ(entries, lambda s: (s.sites, s.train, s.holdout)):
        lines.append(
            f"{sizes.sites:,} sites; {sizes.train:,} train and "
            f"{sizes.holdout:,} holdout individuals."
        )
    unknown = [entry.name for entry in entries if not entry.facts]
    if unknown:
        lines.append(
            f"How {_listed(unknown)} came about was not recorded: whether the holdout was seen "
            "there is not known."
        )
    return lines


def _differ(
    entries: list[Entry], of: Callable[[PanelSizes], object], what: str = "numbers of sites"
) -> list[str]:
    by_run = {one.name: sizes for one in entries if (sizes := _sizes(one)) is not None}
    return _words(what, {name: of(sizes) for name, sizes in by_run.items()})


def _words(what: str, values: dict[str, object]) -> list[str]:
    """Say which value each run has, unless all have the same."""
    by_value: dict[object, list[str]] = {}
    for name, value in values.items():
        by_value.setdefault(value, []).append(name)
    if len(by_value) < 2:
        return []
    parts = [f"{_text(value)} ({_listed(names)})" for value, names in by_value.items()]
    return [f"Different {what}: {', '.join(parts)}."]


def _missing(entries: list[Entry]) -> list[str]:
    lines = []
    for what, absent in (
        ("evaluated: no metrics.json", [e.name for e in entries if e.evaluation is None]),
        ("audited: no audit.json", [e.name for e in entries if e.audit is None]),
    ):
        if absent:
            lines.append(f"Not {what} ({_listed(absent)}).")
    return lines


def _sizes(entry: Entry) -> PanelSizes | None:
    result = entry.evaluation or entry.audit
    return result.sizes if result else None


def _of(entry: Entry, field: str) -> object:
    return getattr(entry.evaluation or entry.audit, field)


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
