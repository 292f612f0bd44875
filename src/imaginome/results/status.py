"""The vocabulary of judgements: its order, its words, its marks and its colours.

There is one order, and what could not be judged is worse than a pass: nobody may take silence for
safety. Every view (terminal, page, notebook, datasheet, tables of several runs) takes words and
looks from here, so that one judgement looks the same wherever it is met.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

Status = Literal["fail", "caution", "unknown", "pass"]
"""What a judgement can be, worst first."""
WORST_FIRST: tuple[Status, ...] = get_args(Status)
GRAVE: tuple[Status, ...] = ("fail", "caution")
"""What speaks against a release, worst first."""


class Look(NamedTuple):
    """How a status is shown.

    Attributes
    ----------
    word, mark
        In a word, and by one sign where there is no room for it.
    colour
        In a notebook, readable on light and on dark; the page has its own in ``report.css``.
    style
        On a terminal, as rich writes styles.
    """

    word: str
    mark: str
    colour: str
    style: str


LOOKS: dict[Status, Look] = {
    "fail": Look("Fail", "✕", "#c8321a", "bold red"),
    "caution": Look("Caution", "!", "#a86a00", "yellow"),
    "unknown": Look("Not judged", "?", "#7a7f87", "dim"),
    "pass": Look("Pass", "✓", "#0a8560", "green"),
}
STATUS_WORDS: dict[Status, str] = {status: look.word for status, look in LOOKS.items()}


def severity(status: Status) -> int:
    """Return how bad a status is: 0 for a pass, more for what is worse."""
    return len(WORST_FIRST) - 1 - WORST_FIRST.index(status)


def worst_of(statuses: Iterable[Status]) -> Status:
    """Return the worst of several statuses; ``unknown`` where there is none."""
    return max(statuses, key=severity, default="unknown")


# -- The place of a measure against its ceiling ----------------------------------------------------


Level = Literal["far", "off", "unknown", "near", "at"]
"""Where a measure can stand, worst first; see `imaginome.results.standing`."""
FARTHEST_FIRST: tuple[Level, ...] = get_args(Level)


class Standpoint(NamedTuple):
    """What a level means: the status it stands for, its words, and those for a whole panel."""

    status: Status
    words: str
    headline: str


LEVELS: dict[Level, Standpoint] = {
    "far": Standpoint("fail", "far from the ceiling", "Easily told from real people"),
    "off": Standpoint("caution", "off the ceiling", "Recognisably different from real people"),
    "unknown": Standpoint("unknown", "not judged", "Not judged"),
    "near": Standpoint("pass", "near the ceiling", "Close to real people"),
    "at": Standpoint("pass", "at the ceiling", "As real as real people, by these measures"),
}


def distance(level: Level) -> int:
    """Return how bad a level is: 0 at the ceiling, more for what is farther or not known."""
    return len(FARTHEST_FIRST) - 1 - FARTHEST_FIRST.index(level)
