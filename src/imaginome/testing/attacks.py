"""What every attack promises, one check each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from imaginome.metrics.comparison import PARTS, Comparison
from imaginome.metrics.evidence import ModelEvidence
from imaginome.panel import Panel
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.results import AttackResult
from imaginome.testing.panels import simulated_panel
from imaginome.testing.shared import (
    LONGEST,
    check_citations,
    check_figure,
    check_nobody_named,
    check_sentence,
)

MOST_POINTS = 150


@dataclass(frozen=True)
class AttackCase:
    """A class of attacks under check, on these panels."""

    kind: type[Attack]
    comparison: Comparison

    @cached_property
    def result(self) -> AttackResult:
        """What it returns, computed once for all checks."""
        return self.kind().run(self.comparison, Policy())


def check_attack(kind: type[Attack], comparison: Comparison | None = None) -> None:
    """Check that a class keeps the contract of an attack.

    Parameters
    ----------
    kind
        The class; it need not be registered.
    comparison
        The panels, with what a model says of them; three times 20 simulated people when None.

    Raises
    ------
    AssertionError
        Says what does not hold.
    """
    case = AttackCase(kind, comparison or attacked(simulated_panel()))
    for check in ATTACK_CHECKS:
        check(case)


def attacked(panel: Panel, threads: int = 1) -> Comparison:
    """Return a panel in three parts, with what some model might say of these people."""
    third = np.arange(panel.n_individuals) // 3 % 3
    train, holdout, artificial = (
        panel.take_individuals(np.flatnonzero(third == part)) for part in range(3)
    )
    comparison = Comparison.of(train, holdout, artificial, replicates=30, threads=threads)
    return replace(comparison, evidence=_evidence(comparison))


def _evidence(comparison: Comparison) -> ModelEvidence:
    rows = {name: getattr(comparison, name).haplotypes for name in PARTS}
    logs = {name: alleles.sum(axis=1).astype(np.float64) for name, alleles in rows.items()}
    codes = {name: alleles[:, :9].astype(np.float32) for name, alleles in rows.items()}
    stored = {name: alleles[:, 0] == 1 for name, alleles in rows.items()}
    return ModelEvidence("some", logs, True, codes, critic=logs, stored=stored)


def declares_itself(case: AttackCase) -> None:
    """Check names, what it cannot see, and citations."""
    kind = case.kind
    assert kind.name, "an attack has a name"
    check_sentence(kind.description, "the description")
    check_sentence(kind.blind_spot, "the blind spot")
    assert kind.sees in {"everyone", "parts", "balanced"}, f"it sees '{kind.sees}'"
    assert kind.access in {"panel", "model"}, f"its access is '{kind.access}'"
    check_citations(kind.citations)


def finds_with_intervals(case: AttackCase) -> None:
    """Check that every finding stands beside knowing nothing, with interval and judgement."""
    kind, result = case.kind, case.result
    assert result.attack == kind.id, f"the result is of '{result.attack}'"
    assert AttackResult.model_validate_json(result.model_dump_json()) == result, "lost in JSON"
    assert any(kind.blind_spot in note for note in result.notes), "the blind spot is not noted"
    assert result.findings, "an attack reports a finding"
    for finding in result.findings:
        assert finding.id.startswith(f"{kind.id}."), f"id '{finding.id}'"
        assert finding.baseline is not None, f"{finding.id} has no baseline"
        assert finding.reason, f"{finding.id} has no reason"
        low, value, high = finding.strength.low, finding.strength.value, finding.strength.high
        if value is None:
            assert finding.status == "unknown", f"{finding.id} is judged without a value"
            continue
        assert low is not None, f"{finding.id} has no interval"
        assert high is not None, f"{finding.id} has no interval"
        assert low <= value <= high, f"{finding.id}: {value} is outside of {low} to {high}"


def tells_of_nobody(case: AttackCase) -> None:
    """Check that no result holds a real person, and that figures can be drawn."""
    text = case.result.model_dump_json()
    for panel in (case.comparison.train, case.comparison.holdout):
        check_nobody_named(text, panel.samples.id.tolist())
    assert len(text) < LONGEST, "the result is too large for a page"
    ids = [figure.id for figure in case.result.figures]
    for item in (*ids, *(table.id for table in case.result.tables)):
        assert item.startswith(f"{case.kind.id}."), f"id '{item}'"
    for figure in case.result.figures:
        check_figure(figure)
        longest = max(len(series.x) for series in figure.series)
        assert longest <= MOST_POINTS, f"{figure.id} has {longest} points in a line"


def attacks_the_same_on_any_threads(case: AttackCase) -> None:
    """Check that the seed alone decides the result."""
    again = replace(case.comparison, threads=case.comparison.threads + 1)
    assert case.kind().run(again, Policy()) == case.result, "threads change the result"


ATTACK_CHECKS: tuple[Callable[[AttackCase], None], ...] = (
    declares_itself,
    finds_with_intervals,
    tells_of_nobody,
    attacks_the_same_on_any_threads,
)
