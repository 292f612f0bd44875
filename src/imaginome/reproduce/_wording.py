"""Numbers of a reproduction in words, the same on the page and in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, stdev

from imaginome.report.wording import known, number
from imaginome.reproduce.results import PanelResult, Reading, Score, SetFacts

QUICK = (
    "This is a quick run: fits of seconds, few people, few measures. It shows that everything "
    "works, and nothing about how good the models are."
)
PUBLISHED = (
    "Released sets were made from everyone in the panel, train and holdout alike. How real they "
    "are can be judged; their privacy cannot."
)


def spread(values: Sequence[float | None]) -> str:
    """Write values of several seeds as mean ± standard deviation; one value as it is."""
    finite = [v for v in values if known(v)]
    if not finite:
        return "–"
    text = number(fmean(finite))
    return text if len(finite) == 1 else f"{text} ± {number(stdev(finite), 2)}"


def compared(reading: Reading) -> str:
    """Write how a reading stands to its ceiling: a multiple, else a difference, else nothing."""
    if known(reading.multiple):
        return f"{number(reading.multiple, 2)}×"
    if known(reading.difference):
        return f"{'+' if reading.difference >= 0 else ''}{number(reading.difference, 2)}"
    return ""


def reading_text(score: Score, set_id: str) -> str:
    """Write what a set reaches in a measure, and beside it how that stands to the ceiling."""
    reading = reading_of(score, set_id)
    if reading is None:
        return "–"
    beside = compared(reading)
    text = spread(reading.values)
    return f"{text} ({beside})" if beside and text != "–" else text


def reading_of(score: Score, set_id: str) -> Reading | None:
    """Return what a set reaches in a measure; None where it was not computed."""
    return next((one for one in score.readings if one.set == set_id), None)


def seconds_text(values: Sequence[float]) -> str:
    """Write times of several seeds."""
    return f"{fmean(values):.0f} s" if values else "–"


def made_by(facts: SetFacts) -> str:
    """Say how a set was made."""
    if facts.skipped:
        return f"not judged: {facts.skipped}"
    if facts.kind == "published":
        return "released with its paper"
    settings = " ".join(facts.settings)
    return f"`{facts.model}`" + (f" with `{settings}`" if settings else ", defaults")


def sizes(panel: PanelResult) -> str:
    """Say how many people and sites were compared."""
    return (
        f"{panel.train:,} people in train, {panel.holdout:,} in the holdout and as many "
        f"artificial ones are compared at {panel.sites:,} sites."
    )


def shown_sets(panel: PanelResult) -> list[SetFacts]:
    """Return the sets that were judged: released ones first, then ours."""
    judged = [facts for facts in panel.sets if not facts.skipped]
    return sorted(judged, key=lambda facts: facts.kind != "published")
