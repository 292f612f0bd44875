"""From findings to verdicts: by area, of the panel, of the model file.

What is found counts whoever found it. That nothing was found counts only where the attack was
seen to find a leak that was planted on this very panel: an attack without power passes anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from imaginome.privacy.power import found_by, unfound
from imaginome.results import (
    GRAVE,
    Area,
    AreaVerdict,
    AttackResult,
    Finding,
    Power,
    Status,
    verdict_of,
    worst_of,
)
from imaginome.results.order import key_ones

AREAS: tuple[Area, ...] = get_args(Area)
MODEL = "the model file"
NO_POWER = "but this attack found no leak planted here: no power, no pass"


def with_power(results: Sequence[AttackResult], power: Power | None) -> list[AttackResult]:
    """Return the results with passes of attacks that found no planted leak as ``unknown``.

    Where power was not shown at all they stay: the verdict says so.
    """
    if power is None or not power.detections:
        return list(results)
    return [
        result if result.access == "model" or found_by(power, result.attack) else _marked(result)
        for result in results
    ]


def _marked(result: AttackResult) -> AttackResult:
    def mark(finding: Finding) -> Finding:
        if finding.status != "pass":
            return finding
        reason = f"{finding.reason}, {NO_POWER}"
        return finding.model_copy(update={"status": "unknown", "reason": reason})

    return result.model_copy(update={"findings": [mark(f) for f in result.findings]})


def judge_areas(results: Sequence[AttackResult], power: Power | None) -> list[AreaVerdict]:
    """Return the verdict on each area, from attacks on the artificial panel.

    The worst of what was found. Otherwise ``pass`` where attacks that find planted leaks
    found nothing, and ``unknown`` where none has power here or none was run.
    """
    seen = [result for result in results if result.access == "panel"]
    return [_area(area, [r for r in seen if r.area == area], power) for area in AREAS]


def _area(area: Area, results: list[AttackResult], power: Power | None) -> AreaVerdict:
    if not results:
        return AreaVerdict(area=area, verdict="unknown", reasons=[f"No attack on {area} was run."])
    able = [r for r in results if power is not None and found_by(power, r.attack)]
    verdict, reasons = judge_all(results)
    if verdict not in GRAVE:
        verdict, reasons = judge_all(able)
    if not able and verdict not in GRAVE:
        return AreaVerdict(area=area, verdict="unknown", reasons=[_powerless(power)])
    return AreaVerdict(area=area, verdict=verdict, reasons=reasons)


def _powerless(power: Power | None) -> str:
    if power is None:
        return "Nothing was found, and the power of these attacks was not shown."
    if not power.detections:
        return f"Nothing was found, and power is not known. {' '.join(power.notes)}".strip()
    return "Nothing was found, by attacks that found none of the leaks planted here."


def judge_panel(areas: Sequence[AreaVerdict], power: Power | None) -> tuple[Status, list[str]]:
    """Return the verdict on the artificial panel, and why.

    The worst area decides. It passes where every area does and every leak that must be found was
    found by some attack when it was planted here; what nobody would have found is not passed.
    """
    grave = _gravest([(area.verdict, area.reasons) for area in areas])
    if grave is not None:
        return grave
    if power is None or not power.detections:
        return "unknown", [_powerless(power)]
    reasons = [f"{_upper(a.area)}: {a.reasons[0]}" for a in areas if a.verdict == "unknown"]
    missed = unfound(power)
    if missed:
        reasons.append(f"Planted here, no attack found: {', '.join(missed)}.")
    if reasons:
        return "unknown", reasons
    return "pass", [reason for area in areas for reason in area.reasons]


def judge_model(results: Sequence[AttackResult]) -> AreaVerdict | None:
    """Return whether the model file may leave; None where it was not attacked.

    It never passes: leaks were planted into panels, not learnt by models, so that no attack
    with the model was shown to find one.
    """
    with_model = [result for result in results if result.access == "model"]
    if not with_model:
        return None
    verdict, reasons = judge_all(with_model)
    if verdict == "pass":
        nothing = "Nothing was found, and attacks with the model were not shown to find leaks."
        verdict, reasons = "unknown", [nothing, *reasons]
    return AreaVerdict(area=MODEL, verdict=verdict, reasons=reasons)


def judge_all(results: Sequence[AttackResult]) -> tuple[Status, list[str]]:
    """Return the verdict on all findings together, by `verdict_of`, and the reasons in words.

    Returns
    -------
    tuple
        The verdict, and one sentence for each finding that bears it; for a pass one for each
        key finding.
    """
    findings = [finding for result in results for finding in result.findings]
    grave = _gravest([(finding.status, [_sentence(finding)]) for finding in findings])
    if grave is not None:
        return grave
    verdict = verdict_of(findings)
    key = key_ones(findings)
    if verdict == "pass":
        return verdict, [_sentence(finding) for finding in key]
    unjudged = [_sentence(finding) for finding in key if finding.status == "unknown"]
    return verdict, ["Too few findings could be judged for a verdict.", *unjudged]


def _gravest(judged: Sequence[tuple[Status, list[str]]]) -> tuple[Status, list[str]] | None:
    """Return the worst status with its reasons, then those of what is less grave; None if none."""
    worst = worst_of(status for status, _ in judged)
    if worst not in GRAVE:
        return None
    shown = GRAVE[GRAVE.index(worst) :]
    return worst, [r for s in shown for status, reasons in judged if status == s for r in reasons]


def _sentence(finding: Finding) -> str:
    return f"{finding.name}: {finding.status}; {finding.reason}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
