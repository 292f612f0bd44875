"""From finished stages to one result: chapter by chapter, panel by panel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from imaginome import __version__
from imaginome.provenance import machine, versions
from imaginome.reproduce._chapters import beyond, chapter_result
from imaginome.reproduce._scores import Judged
from imaginome.reproduce._stages import Stage
from imaginome.reproduce.base import PlannedPanel, Programme
from imaginome.reproduce.results import PanelResult, Reproduction, SetFacts


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
        "Threads": str(stages[0].around.threads),
        "Seeds": ", ".join(map(str, seeds)),
        "Time": f"{seconds / 60:.0f} min to fit, {judging / 60:.0f} min to judge",
        "Libraries": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }


def _judged(panel: PlannedPanel, stages: Sequence[Stage]) -> list[Judged]:
    """Return the results of each set; ours first, then the released ones."""
    found = []
    for set_id in dict.fromkeys(s.set_id for s in stages if s.panel.id == panel.id):
        mine = [s for s in stages if s.panel.id == panel.id and s.set_id == set_id]
        kind = mine[0].facts().kind
        evaluations = [stage.evaluation() for stage in mine]
        audits = [stage.audit() for stage in mine]
        found.append(Judged(set_id, mine[0].name, kind, evaluations, audits))
    return found


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
