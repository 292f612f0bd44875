"""Series of many sets on one figure: each set keeps its colour, line and marker everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from imaginome.results import Figure, Series

DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot")
SYMBOLS = (
    "circle",
    "square",
    "triangle-up",
    "star",
    "cross",
    "hexagon",
    "triangle-down",
    "pentagon",
)
COLOURS = (2, 3, 4, 5, 6, 7, 8, 9, 0)
"""Places in the palette's groups; real people have the blue."""


class SetSeries(Series):
    """A series that belongs to one of several sets.

    Attributes
    ----------
    place
        Number of the set, counted from 0 in the order of the command.
    x_low, x_high
        An interval around `x`, drawn where the figure is one of points.
    """

    place: int
    x_low: list[float | None] | None = None
    x_high: list[float | None] | None = None

    @property
    def colour(self) -> str:
        """Return the token of the set's colour."""
        return f"@group#{COLOURS[self.place % len(COLOURS)]}"

    @property
    def dash(self) -> str:
        """Return the set's line; real people's own curves are dotted."""
        if self.role == "holdout":
            return "dot"
        turn, step = divmod(self.place, len(COLOURS))
        return DASHES[(step + 2 * turn) % len(DASHES)]

    @property
    def symbol(self) -> str:
        """Return the set's marker."""
        return SYMBOLS[self.place % len(SYMBOLS)]


@dataclass(frozen=True)
class Drawn:
    """A figure of one set: which one, its name, and the figure."""

    place: int
    name: str
    figure: Figure


def of_artificial(series: Series) -> bool:
    """Say whether a series of a metric is of artificial people, perhaps beside real ones."""
    return series.role == "artificial" or "artificial" in series.name
