"""What a programme found, as data: the content of ``reproduce.json``.

Sets of artificial genomes side by side, measure by measure, each beside its ceiling. Nothing
here knows how it is drawn, and nothing holds a real individual.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaginome.results import Figure, Level, Result


class SetFacts(Result):
    """One set of artificial genomes on one panel; lists hold one value a seed.

    `skipped` says why a set was not judged; empty where it was.
    """

    id: str
    name: str
    kind: Literal["ours", "published"]
    model: str = ""
    settings: list[str] = Field(default_factory=list)
    individuals: int = 0
    fit_seconds: list[float] = Field(default_factory=list)
    draw_seconds: list[float] = Field(default_factory=list)
    verdicts: list[str] = Field(default_factory=list)
    skipped: str = ""


class Reading(Result):
    """What one set reaches in one measure: a value a seed, in the order of seeds.

    Attributes
    ----------
    low, high
        95% interval of the value at the first seed.
    multiple
        Value over ceiling, averaged over seeds; None but for errors that are best at zero.
    difference
        Value less ceiling, averaged over seeds; None for findings.
    level
        Where it stands against the ceiling at the first seed; ``unknown`` for findings.
    """

    set: str
    values: list[float | None]
    low: float | None = None
    high: float | None = None
    multiple: float | None = None
    difference: float | None = None
    level: Level = "unknown"


class Score(Result):
    """One measure, or one finding of an attack, for all sets.

    `reference` holds the ceiling (one value a seed); for a finding what guessing gives.
    """

    id: str
    name: str
    unit: str = ""
    key: bool = False
    reference_name: Literal["ceiling", "guessing"] = "ceiling"
    reference: list[float | None]
    readings: list[Reading]


class Analysis(Result):
    """One chapter on one panel; `notes` say what was not computed, and why."""

    panel: str
    scores: list[Score]
    figures: list[Figure]
    notes: list[str] = Field(default_factory=list)


class ChapterResult(Result):
    """One analysis of the paper on every panel."""

    id: str
    title: str
    text: str
    analyses: list[Analysis]


class PanelResult(Result):
    """One panel and its sets."""

    id: str
    title: str
    text: str
    train: int
    holdout: int
    sites: int
    sets: list[SetFacts]


class Reproduction(Result):
    """The content of ``reproduce.json``."""

    programme: str
    title: str
    description: str
    citation: str
    quick: bool
    seeds: list[int]
    headline: list[tuple[str, str]]
    provenance: dict[str, str]
    panels: list[PanelResult]
    chapters: list[ChapterResult]

    def scores(self, panel: str) -> dict[str, Score]:
        """Return all scores of a panel by id."""
        analyses = [a for chapter in self.chapters for a in chapter.analyses if a.panel == panel]
        return {score.id: score for analysis in analyses for score in analysis.scores}
