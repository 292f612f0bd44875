"""The short version of results: two verdicts with their reasons, and the key figures.

This is what the terminal shows at the end and what ``--json`` prints. Names of fields stay;
new ones may be added, and `shape` counts up when one changes its meaning.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from imaginome import __version__
from imaginome.results import (
    GRAVE,
    Access,
    AreaVerdict,
    AttackResult,
    Audit,
    Estimate,
    Evaluation,
    Finding,
    Measure,
    MetricResult,
    PanelSizes,
    Result,
    Status,
)
from imaginome.results.order import metrics_in_order
from imaginome.results.standing import Verdict, how_real, how_safe, standing
from imaginome.results.status import LEVELS, Level, distance, severity


class Judgement(Result):
    """A verdict, its headline and its reasons."""

    verdict: Status
    headline: str
    reasons: list[str]


class KeyMeasure(Result):
    """A key measure beside its ceiling; `standing` says where it stands against it."""

    id: str
    metric: str
    name: str
    unit: str
    artificial: Estimate
    ceiling: Estimate
    best: float | None
    standing: Level
    status: Status

    @property
    def words(self) -> str:
        """Say where it stands: ``near the ceiling``."""
        return LEVELS[self.standing].words


class KeyFinding(Result):
    """A key finding of an attack, beside guessing and beside the holdout."""

    id: str
    attack: str
    area: str
    access: Access
    name: str
    unit: str
    strength: Estimate
    control: Estimate | None
    baseline: float | None
    status: Status
    reason: str


class NotComputed(Result):
    """A metric that was not computed, and why."""

    id: str
    name: str
    reason: str


class Digest(Result):
    """The short version of an evaluation, an audit, or both.

    Attributes
    ----------
    shape
        Version of this form.
    how_real, how_safe
        The two verdicts; None for what was not asked.
    measures, findings
        Key figures: of all metrics, and of all attacks.
    areas, model_file
        What an attacker could gain by area, and whether the model file may leave.
    not_computed, not_tested
        What is not known.
    model, folder, report
        Of a run: id of the generator, where everything lies, the page.
    cite
        What to cite for the model, in words.
    """

    shape: int = 1
    version: str = __version__
    seed: int
    sizes: PanelSizes
    how_real: Judgement | None = None
    how_safe: Judgement | None = None
    measures: list[KeyMeasure] = Field(default_factory=list)
    areas: list[AreaVerdict] = Field(default_factory=list)
    model_file: AreaVerdict | None = None
    findings: list[KeyFinding] = Field(default_factory=list)
    not_computed: list[NotComputed] = Field(default_factory=list)
    not_tested: list[str] = Field(default_factory=list)
    model: str | None = None
    folder: str | None = None
    report: str | None = None
    cite: list[str] = Field(default_factory=list)

    def leading_measures(self) -> list[KeyMeasure]:
        """Return one measure of each metric, the one that stands farthest from its ceiling."""
        chosen: dict[str, KeyMeasure] = {}
        for measure in self.measures:
            before = chosen.setdefault(measure.metric, measure)
            if distance(measure.standing) > distance(before.standing):
                chosen[measure.metric] = measure
        return list(chosen.values())

    def leading_finding(self, area: str | None = None) -> KeyFinding | None:
        """Return the gravest finding of an area, or of attacks with the model for None."""
        access = "model" if area is None else "panel"
        found = [f for f in self.findings if f.access == access and area in (None, f.area)]
        return max(found, key=lambda finding: severity(finding.status), default=None)


def digest(evaluation: Evaluation | None = None, audit: Audit | None = None) -> Digest:
    """Return the short version of what is given.

    Raises
    ------
    ValueError
        When nothing is given.
    """
    given = evaluation or audit
    if given is None:
        raise ValueError("give an evaluation, an audit or both")
    short = Digest(version=given.version, seed=given.seed, sizes=given.sizes)
    if evaluation is not None:
        short.how_real = _judgement(how_real(evaluation))
        short.measures = _measures(evaluation.metrics)
        short.not_computed = [
            NotComputed(id=metric.metric, name=metric.name, reason=metric.skipped)
            for metric in evaluation.metrics
            if metric.skipped
        ]
    if audit is not None:
        short.how_safe = _judgement(how_safe(audit))
        short.findings = _findings(audit.attacks)
        short.areas = audit.areas
        short.model_file = audit.model
        short.not_tested = audit.not_tested
    return short


def _judgement(verdict: Verdict) -> Judgement:
    return Judgement(
        verdict=verdict.status, headline=verdict.headline, reasons=list(verdict.reasons)
    )


def _measures(metrics: Sequence[MetricResult]) -> list[KeyMeasure]:
    """Describe the key measures in the order of a report; all of them where none is key."""
    pairs = [(m, measure) for m in metrics_in_order(metrics) for measure in m.measures]
    return [key_measure(*pair) for pair in [p for p in pairs if p[1].key] or pairs]


def key_measure(metric: MetricResult, measure: Measure) -> KeyMeasure:
    """Describe one measure and where it stands."""
    where = standing(measure)
    return KeyMeasure(
        id=measure.id,
        metric=metric.metric,
        name=measure.name,
        unit=measure.unit,
        artificial=measure.artificial,
        ceiling=measure.ceiling,
        best=measure.best,
        standing=where.level,
        status=where.status,
    )


def _findings(attacks: Sequence[AttackResult]) -> list[KeyFinding]:
    """Describe the key findings of each attack, all where none is key, and every grave one."""
    found = []
    for attack in attacks:
        some = any(finding.key for finding in attack.findings)
        found += [
            key_finding(attack, finding)
            for finding in attack.findings
            if finding.key or not some or finding.status in GRAVE
        ]
    return found


def key_finding(attack: AttackResult, finding: Finding) -> KeyFinding:
    """Describe one finding and whose it is."""
    return KeyFinding(
        id=finding.id,
        attack=attack.attack,
        area=attack.area,
        access=attack.access,
        name=finding.name,
        unit=finding.unit,
        strength=finding.strength,
        control=finding.control,
        baseline=finding.baseline,
        status=finding.status,
        reason=finding.reason,
    )
