"""The ground of all results: estimates, figures and tables as data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from imaginome.display import in_notebook

Role = Literal["artificial", "real", "train", "holdout", "baseline", "neutral"]
Cell = str | int | float | None


class Result(BaseModel):
    """The base of all results: closed, and NaN or infinity written as null."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="null")

    def as_file(self) -> str:
        """Return the text of a file that holds the result."""
        return self.model_dump_json(indent=1) + "\n"

    def _repr_html_(self) -> str | None:
        """Show the result in a notebook."""
        return in_notebook("html", self)


class Estimate(Result):
    """A value with its 95% interval; null where it could not be computed."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Series(Result):
    """One line, set of bars or heat map of a figure.

    Series of one `group` are shown together and the reader chooses which group; those without
    one are always shown.

    `x` and `y` have equal length, `low` and `high` (optional) are an interval around `y`. For a
    heat map `z` has ``len(y)`` rows of ``len(x)`` values.
    """

    name: str
    role: Role = "neutral"
    group: str = ""
    x: list[float | str]
    y: list[float | str | None]
    low: list[float | None] | None = None
    high: list[float | None] | None = None
    z: list[list[float | None]] | None = None


class Figure(Result):
    """A figure as data.

    Attributes
    ----------
    kind
        ``lines`` and ``points`` share axes; ``bars`` are grouped by `x`; ``heatmaps`` are laid
        side by side on common axes; ``rows`` are heat maps of allele frequencies, one below
        the other.
    reading
        One sentence on how to read it.
    """

    id: str
    title: str
    reading: str
    kind: Literal["lines", "points", "bars", "heatmaps", "rows"]
    x_label: str
    y_label: str
    series: list[Series]
    x_log: bool = False
    y_log: bool = False
    diagonal: bool = False

    def __repr__(self) -> str:
        """Tell what it is, not all its numbers."""
        return f"Figure({self.id})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Draw the figure in a notebook."""
        return in_notebook("bundle", self) or {}


class Table(Result):
    """A table: `rows` of cells in the order of `columns`."""

    id: str
    title: str
    columns: list[str]
    rows: list[list[Cell]]

    def __repr__(self) -> str:
        """Tell what it is, not all its cells."""
        return f"Table({self.id}, {len(self.rows)} rows)"
