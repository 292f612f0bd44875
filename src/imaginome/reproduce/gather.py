"""From finished stages to one result: chapter by chapter, panel by panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from imaginome import __version__
from imaginome.metrics.registry import metrics
from imaginome.privacy.registry import attacks
from imaginome.provenance import machine, versions
from imaginome.reproduce.base import Chapter, PlannedPanel, Programme
from imaginome.reproduce.results import Analysis, ChapterResult, PanelResult, Reproduction, SetFacts
from imaginome.reproduce.scores import Judged, finding_scores, measure_scores
from imaginome.reproduce.stages import Stage
from imaginome.results import AttackResult, Figure, MetricResult, Role, Series

# -- One figure of many ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A figure of one set.

    Attributes
    ----------
    name, role
        Name of the set; the role says whether it is ours or a published one.
    attack
        Whether an attack drew it: then real people are compared with the set, and only what is
        the same for all sets is no matter of the set.
    """

    name: str
    role: Role
    figure: Figure
    attack: bool = False


def overlay(drawn: list[Drawn]) -> Figure:
    """Lay figures of the same id over each other.

    What does not depend on the set (real people, guessing) is taken once; the other series carry
    the name of their set. Intervals of sets are left out, and bars of many sets become points:
    what overlaps cannot be read.

    Parameters
    ----------
    drawn
        At least one figure.
    """
    first = drawn[0].figure
    shared: dict[str, Series] = {}
    own: list[Series] = []
    for one in drawn:
        mine = [s for s in one.figure.series if _own(s, drawn)]
        own += [_named(s, one, len(mine)) for s in mine]
        for series in one.figure.series:
            if series not in mine:
                shared.setdefault(series.name, series)
    # Real people first: they are what everything else is compared with.
    changes: dict[str, object] = {"series": [*shared.values(), *own]}
    if first.kind == "bars" and len(drawn) > 1:
        changes |= {"kind": "points", "reading": first.reading.replace("Bars", "Points")}
    return first.model_copy(update=changes)


def _own(series: Series, drawn: list[Drawn]) -> bool:
    """Say whether a series is a matter of one set."""
    if drawn[0].attack:
        return len(drawn) == 1 or any(series not in one.figure.series for one in drawn)
    return series.role == "artificial" or "artificial" in series.name


def _named(series: Series, one: Drawn, count: int) -> Series:
    name = one.name if count == 1 else f"{one.name}: {series.name}"
    return series.model_copy(update={"name": name, "role": one.role, "low": None, "high": None})


# -- Chapters: scores and overlaid figures of each analysis ----------------------------------------


MOST_SERIES = 40
"""A figure with more lines than this says nothing."""


def chapter_result(
    chapter: Chapter, programme: type[Programme], judged: dict[str, list[Judged]]
) -> ChapterResult:
    """Return a chapter on every panel on which any of it is computed.

    Parameters
    ----------
    chapter, programme
        What belongs into it, and the panels in their order.
    judged
        Results of the sets of each panel, by the panel's id.
    """
    return ChapterResult(
        id=chapter.id,
        title=chapter.title,
        text=chapter.text,
        analyses=[
            _analysis(chapter, panel, judged[panel.id])
            for panel in programme.panels
            if _belongs(chapter, panel)
        ],
    )


def _belongs(chapter: Chapter, panel: PlannedPanel) -> bool:
    """Say whether a chapter has anything that is computed on a panel."""
    measured = not panel.metrics or set(panel.metrics) & set(chapter.metrics)
    attacked = not panel.attacks or set(panel.attacks) & set(chapter.attacks)
    return bool((chapter.metrics and measured) or (chapter.attacks and attacked))


def _analysis(chapter: Chapter, panel: PlannedPanel, judged: list[Judged]) -> Analysis:
    scores = [s for metric in chapter.metrics for s in measure_scores(judged, metric)]
    scores += [s for attack in chapter.attacks for s in finding_scores(judged, attack)]
    return Analysis(
        panel=panel.id,
        scores=scores,
        figures=_figures(chapter, judged),
        notes=_notes(chapter, panel, judged),
    )


def _notes(chapter: Chapter, panel: PlannedPanel, judged: list[Judged]) -> list[str]:
    """Say of what was not computed that it was not, and why; the same reason once."""
    notes = [f"{item}: this version has no such analysis" for item in _unknown(chapter)]
    for metric in chapter.metrics:
        if panel.metrics and metric not in panel.metrics:
            continue
        for reason, names in _reasons(metric, judged).items():
            whom = "" if len(names) == len(judged) else f" ({', '.join(names)})"
            notes.append(f"{metric}{whom}: {reason}")
    return notes


def _reasons(metric: str, judged: list[Judged]) -> dict[str, list[str]]:
    """Return why a metric was not computed, and for which sets."""
    reasons: dict[str, list[str]] = {}
    for one in judged:
        results = [r for r in one.evaluations[0].metrics if r.metric == metric]
        if not results and metric in metrics.ids():
            reasons.setdefault("not computed in a quick run", []).append(one.name)
        for result in results:
            if result.skipped:
                reasons.setdefault(result.skipped, []).append(one.name)
    return reasons


def _unknown(chapter: Chapter) -> list[str]:
    there = {*metrics.ids(), *attacks.ids()}
    return [item for item in (*chapter.metrics, *chapter.attacks) if item not in there]


def _figures(chapter: Chapter, judged: list[Judged]) -> list[Figure]:
    """Return the chapter's figures, each with all sets, in the chapter's order."""
    sources = [_sources(chapter, one) for one in judged]
    drawn: dict[str, list[Drawn]] = {}
    for one, results in zip(judged, sources, strict=True):
        role: Role = "artificial" if one.kind == "ours" else "neutral"
        for result in results:
            for figure in result.figures:
                drawn.setdefault(figure.id, []).append(
                    Drawn(one.name, role, figure, isinstance(result, AttackResult))
                )
    chosen = [f for f in chapter.figures if f in drawn] + _first_ones(chapter, sources, drawn)
    figures = [overlay(drawn[figure_id]) for figure_id in chosen]
    return [figure for figure in figures if len(figure.series) <= MOST_SERIES]


def _sources(chapter: Chapter, one: Judged) -> list[MetricResult | AttackResult]:
    """Return the chapter's results of a set at the first seed."""
    measured = [r for r in one.evaluations[0].metrics if r.metric in chapter.metrics]
    attacked = [r for r in one.audits[0].attacks if r.attack in chapter.attacks]
    return [*measured, *attacked]


def _first_ones(
    chapter: Chapter,
    sources: list[list[MetricResult | AttackResult]],
    drawn: dict[str, list[Drawn]],
) -> list[str]:
    """Return the first figure of each result that has none of the chapter's figures."""
    firsts: list[str] = []
    for results in sources:
        for result in results:
            ids = [figure.id for figure in result.figures]
            if ids and not set(ids) & {*chapter.figures, *firsts}:
                firsts.append(ids[0])
    return [figure for figure in firsts if figure in drawn]


def beyond(programme: type[Programme]) -> list[Chapter]:
    """Return chapters for the registered metrics and attacks that no other chapter names."""
    named = {
        item for chapter in programme.chapters for item in (*chapter.metrics, *chapter.attacks)
    }
    more = [metric for metric in metrics.ids() if metric not in named]
    threats = [attack for attack in attacks.ids() if attack not in named]
    return [
        Chapter(
            "beyond",
            "Beyond the paper: how real",
            "Measures that this project adds.",
            metrics=tuple(more),
        ),
        Chapter(
            "audit",
            "Beyond the paper: how safe",
            "Attacks that this project adds. Released sets were made from everyone, train and "
            "holdout alike: what these attacks give for them says nothing about privacy.",
            attacks=tuple(threats),
        ),
    ]


# -- The result ------------------------------------------------------------------------------------


def gather(
    programme: type[Programme], stages: Sequence[Stage], *, quick: bool, seeds: list[int]
) -> Reproduction:
    """Put the results of all stages together.

    Parameters
    ----------
    programme
        Says in which order.
    stages
        Finished ones.
    quick, seeds
        How they were made.
    """
    judged = {panel.id: _judged(panel, stages) for panel in programme.panels}
    chapters = [*programme.chapters, *beyond(programme)]
    return Reproduction(
        programme=programme.id,
        title=programme.title,
        description=programme.description,
        citation=programme.citation.text(),
        quick=quick,
        seeds=seeds,
        headline=list(programme.headline),
        provenance=_provenance(stages, seeds),
        panels=[_panel(panel, stages, judged[panel.id]) for panel in programme.panels],
        chapters=[chapter_result(chapter, programme, judged) for chapter in chapters],
    )


def _provenance(stages: Sequence[Stage], seeds: list[int]) -> dict[str, str]:
    """Say with what, where and when; times are of the whole programme."""
    seconds = sum(sum(fact.fit_seconds) for fact in (stage.facts() for stage in stages))
    judging = sum(stage.evaluation().seconds + stage.audit().seconds for stage in stages)
    return {
        "Version": f"imaginome {__version__}",
        "Date": datetime.now(UTC).date().isoformat(),
        "Machine": machine(),
        "Threads": str(stages[0].conditions.threads),
        "Seeds": ", ".join(map(str, seeds)),
        "Time": f"{seconds / 60:.0f} min to fit, {judging / 60:.0f} min to judge",
        "Libraries": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }


def _judged(panel: PlannedPanel, stages: Sequence[Stage]) -> list[Judged]:
    """Return the results of each set; ours first, then the released ones."""
    judged = []
    for set_id in dict.fromkeys(s.set_id for s in stages if s.panel.id == panel.id):
        mine = [s for s in stages if s.panel.id == panel.id and s.set_id == set_id]
        kind = mine[0].facts().kind
        evaluations = [stage.evaluation() for stage in mine]
        audits = [stage.audit() for stage in mine]
        judged.append(Judged(set_id, mine[0].name, kind, evaluations, audits))
    return judged


def _panel(panel: PlannedPanel, stages: Sequence[Stage], judged: list[Judged]) -> PanelResult:
    sizes = judged[0].evaluations[0].sizes
    mine = [stage for stage in stages if stage.panel.id == panel.id]
    sets = []
    for one in judged:
        facts = [stage.facts() for stage in mine if stage.set_id == one.set]
        sets.append(facts[0].model_copy(update=_joined(facts)))
    there = {one.set for one in judged}
    sets += [
        SetFacts(id=made.id, name=made.name, kind="published", skipped=f"{made.file} is missing")
        for made in panel.published
        if made.id not in there
    ]
    sets += [
        SetFacts(id=one.id, name=one.name, kind="ours", skipped="it cannot learn a phenotype")
        for one in panel.models
        if one.id not in there
    ]
    return PanelResult(
        id=panel.id,
        title=panel.title,
        text=panel.text,
        train=sizes.train,
        holdout=sizes.holdout,
        sites=sizes.sites,
        sets=sets,
    )


def _joined(facts: list[SetFacts]) -> dict[str, list[float] | list[str]]:
    """Join what each seed gave."""
    return {
        "fit_seconds": [s for fact in facts for s in fact.fit_seconds],
        "draw_seconds": [s for fact in facts for s in fact.draw_seconds],
        "verdicts": [v for fact in facts for v in fact.verdicts],
    }
