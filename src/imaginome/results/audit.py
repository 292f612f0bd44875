"""What attacks return, and the content of ``audit.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from imaginome.results.evaluation import PanelSizes
from imaginome.results.figures import Estimate, Figure, Result, Table
from imaginome.results.keyed import NUMBER, WORD, by_key, estimated, frame_of
from imaginome.results.status import GRAVE, Status, worst_of

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = {
    **dict.fromkeys(("attack", "area", "access", "finding", "name", "unit"), WORD),
    **dict.fromkeys(("strength", "low", "high", "baseline"), NUMBER),
    **dict.fromkeys(("control", "control_low", "control_high"), NUMBER),
    **dict.fromkeys(("status", "reason"), WORD),
}
"""Of `Audit.to_frame`."""


class Finding(Result):
    """One number of an attack, beside knowing nothing and beside the holdout.

    Attributes
    ----------
    strength
        How well the attack does against train members.
    baseline
        What it does without any information.
    control
        The same attack aimed at the holdout (nobody there was seen), where it makes sense.
    status, reason
        The judgement under the policy in force, and why, in words.
    """

    id: str
    name: str
    unit: str = ""
    strength: Estimate
    baseline: float | None = None
    control: Estimate | None = None
    status: Status = "unknown"
    reason: str = ""
    key: bool = False


def verdict_of(findings: Sequence[Finding]) -> Status:
    """Return the verdict on several findings together: the rule of an audit, wherever it is asked.

    The worst of them, where that is grave. Else one that could not be judged, or has no power
    here, carries no pass: when that is so for more than half of the key findings (of all, where
    none is key), the verdict is ``unknown``.
    """
    worst = worst_of(finding.status for finding in findings)
    if worst in GRAVE:
        return worst
    key = [finding for finding in findings if finding.key] or findings
    passed = sum(finding.status == "pass" for finding in key)
    return "pass" if passed and 2 * passed >= len(key) else "unknown"


Area = Literal["membership", "singling out", "linkability", "attribute inference"]
Access = Literal["panel", "model"]


class RecordRisk(Result):
    """How much one artificial haplotype, or one stretch of it, tells of a train member.

    Attributes
    ----------
    sample, haplotype
        Artificial individual, and 0 or 1.
    contig, start, end
        The stretch, 1-based and inclusive; the whole haplotype is its first to last site.
    score, unit
        What was measured, for example the length of the longest shared run.
    p, q
        Probability of a score as high if nobody in train had been seen, and the
        false-discovery rate at which the record is named.
    flagged
        Whether it is named as risky at the rate of the policy.
    """

    sample: str
    haplotype: int
    contig: str
    start: int
    end: int
    score: float
    unit: str = ""
    p: float
    q: float
    flagged: bool


class AttackResult(Result):
    """Everything that one attack found.

    Attributes
    ----------
    area
        What the attacker would gain.
    access
        ``panel``: the attacker has the artificial panel; ``model``: the fitted model too.
    records
        Artificial records that it names, riskiest first; never a real one.
    bibtex
        Entries of `citations`, in their order; empty where they are not known.
    """

    attack: str
    name: str
    description: str
    area: Area = "membership"
    access: Access = "panel"
    findings: list[Finding]
    records: list[RecordRisk] = []
    figures: list[Figure] = []
    tables: list[Table] = []
    citations: list[str] = []
    bibtex: list[str] = []
    notes: list[str] = []
    seconds: float = 0.0

    def __repr__(self) -> str:
        """Tell what it is, not all that it found."""
        return f"AttackResult({self.attack}, {len(self.findings)} findings)"


class AreaVerdict(Result):
    """The judgement of what an attacker could gain in one area, or from the model file."""

    area: str
    verdict: Status
    reasons: list[str]


class Leak(Result):
    """A known leak that was planted into real people whom no model saw.

    `planted` counts the individuals that carry it; `weakest` marks one that nothing need find.
    """

    id: str
    name: str
    description: str
    planted: int
    weakest: bool = False


class Detection(Result):
    """What one attack found of one planted leak, by its most telling finding."""

    attack: str
    leak: str
    finding: str
    strength: Estimate
    baseline: float | None = None
    status: Status
    found: bool


class Power(Result):
    """Which planted leaks each attack finds on this very panel.

    Attributes
    ----------
    sizes
        People in the panels in which leaks were planted; fewer than in the audit.
    detections
        One for each attack and leak.
    safe
        The same attacks on real people whom nobody saw: none should be found.
    """

    sizes: PanelSizes
    leaks: list[Leak]
    detections: list[Detection]
    safe: list[Detection]
    notes: list[str] = []
    seconds: float = 0.0


class Audit(Result):
    """The content of ``audit.json``: all attacks and their verdict.

    ``audit["frequency"]`` is the result of an attack, ``audit["frequency.auc"]`` one finding.

    Attributes
    ----------
    verdict, reasons
        Of the artificial panel; attacks with the model do not count here.
    areas
        The same by what an attacker could gain.
    model
        Whether the model file itself may leave; None where it was not attacked.
    power
        Which planted leaks the attacks find here; None where it was not asked.
    """

    version: str
    seed: int
    sizes: PanelSizes
    attacks: list[AttackResult]
    verdict: Status
    reasons: list[str]
    areas: list[AreaVerdict] = []
    model: AreaVerdict | None = None
    power: Power | None = None
    not_tested: list[str]
    notes: list[str] = []
    seconds: float = 0.0
    peak_memory_mb: float = 0.0

    def __getitem__(self, key: str) -> AttackResult | Finding:
        """Return an attack's result or a finding, by id.

        Raises
        ------
        UnknownKeyError
            When it is not here; a KeyError too. Names the nearest ids.
        """
        return by_key(self._by_id(), key, "audit", {})

    def __contains__(self, key: object) -> bool:
        """Tell whether there is an attack or a finding of this id."""
        return key in self._by_id()

    def to_frame(self) -> pd.DataFrame:
        """Return all findings as a data frame of pandas, a row each.

        Columns: ``attack``, ``area``, ``access``, ``finding`` (its id), ``name``, ``unit``,
        ``strength`` with its 95% interval ``low`` and ``high``, ``baseline``, ``control`` with
        ``control_low`` and ``control_high``, ``status`` and ``reason``. NaN is what could not be
        computed, and a control where there is none.

        Raises
        ------
        MissingPackageError
            When pandas is not installed.
        """
        rows = [
            {
                **{"attack": result.attack, "area": result.area, "access": result.access},
                **{"finding": finding.id, "name": finding.name, "unit": finding.unit},
                **estimated("strength", finding.strength),
                "baseline": finding.baseline,
                **estimated("control", finding.control, "control_"),
                **{"status": finding.status, "reason": finding.reason},
            }
            for result in self.attacks
            for finding in result.findings
        ]
        return frame_of(rows, COLUMNS)

    def _by_id(self) -> dict[str, AttackResult | Finding]:
        findings = {f.id: f for result in self.attacks for f in result.findings}
        return {**{result.attack: result for result in self.attacks}, **findings}

    def __repr__(self) -> str:
        """Tell the verdict, not all that was found."""
        return f"Audit({self.verdict}; {', '.join(attack.attack for attack in self.attacks)})"
