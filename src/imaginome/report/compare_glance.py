"""All key measures of all sets at a glance: multiples of the ceiling's gap."""

from __future__ import annotations

from collections.abc import Sequence

from imaginome.report.compare_rank import multiple_of, shared_keys
from imaginome.report.compare_read import Entry
from imaginome.report.compare_series import SetSeries
from imaginome.results import Figure, Series


def glance(entries: Sequence[Entry]) -> list[Figure]:
    """Return the figure, or nothing where no key measure is shared by all sets."""
    keys = shared_keys(entries)
    if not keys:
        return []
    labels: list[float | str] = list(reversed(keys))
    ones: list[float | str] = [1.0] * len(labels)
    real = Series(name="ceiling: real people", role="holdout", x=ones, y=list(labels))
    return [
        Figure(
            id="compare.keys",
            title="Key measures as multiples of the ceiling's gap",
            reading="At 1 a set is as near to people nobody saw as other real people are; at 4 its "
            "gap is four times as wide. Bars are 95% intervals. What is nearer than the ceiling "
            "counts as 1.",
            kind="points",
            x_label="gap, multiple of the ceiling's",
            y_label="",
            series=[real, *(_series(i, entry, keys) for i, entry in enumerate(entries))],
            x_log=True,
        )
    ]


def _series(place: int, entry: Entry, keys: list[str]) -> SetSeries:
    measures = entry.measures
    found = [multiple_of(measures[key]) for key in reversed(keys)]
    return SetSeries(
        place=place,
        name=entry.name,
        role="artificial",
        x=[float(one.value or 1.0) for one in found],
        y=list(reversed(keys)),
        x_low=[one.low for one in found],
        x_high=[one.high for one in found],
    )
