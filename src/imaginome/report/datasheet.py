"""The datasheet: what a data-access committee files about an artificial panel, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from imaginome.results import (
    AreaVerdict,
    AttackResult,
    Audit,
    Detection,
    Estimate,
    Evaluation,
    Leak,
    Power,
)

STATEMENTS = (
    "Similarity is no proof of privacy: an audit finds the leaks that it looks for, with the "
    "power that it has, and nothing else.",
    "Synthetic is not anonymous: these data were made from real people's genomes, and the law "
    "that protects those people may still apply to them.",
)

VERDICTS = {
    "pass": "PASS: no attack found more than chance allows",
    "caution": "CAUTION: at least one finding asks for a decision by a person",
    "fail": "FAIL: at least one attack recognises train members or finds copies of them",
    "unknown": "UNKNOWN: what could be tested is not enough for a verdict; this is no pass",
}
NO_GUARANTEE = "none was recorded: nothing is promised to the people of train"
ACCESS = {"panel": "the artificial panel", "model": "the fitted model too"}

# What begins a link, an image, code, emphasis, a cell, HTML or, at the start, a list or heading.
_SPECIAL = re.compile(r"([\\`*\[\]<>|~&$@]|^[#+-](?!\d)|(?<=:)/|(?<!\w)_|_(?!\w))")


def datasheet(evaluation: Evaluation | None, audit: Audit, facts: Mapping[str, str]) -> str:
    """Write the datasheet of one artificial panel.

    Parameters
    ----------
    evaluation
        Quality measures with ceilings, or None where none were computed.
    audit
        Attacks and verdict.
    facts
        Label to text, in the order in which they shall appear: what was trained on, the split,
        the model and its settings. Both are escaped, whatever they contain.

    Returns
    -------
    str
        Markdown; the same for the same arguments.
    """
    sections = [
        "# Datasheet of an artificial genome panel",
        _verdict(audit),
        _section("What it was made from", _facts(audit, facts)),
        _section("How real it is", _quality(evaluation)),
        _section("What these attacks would find here", _power(audit)),
        _section("Attacks on it", _attacks(audit)),
        _section("What was not tested", _bullets(audit.not_tested)),
        _section("What this does not say", _bullets(STATEMENTS)),
        _section("Notes", _bullets(_notes(evaluation, audit))),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def escape(text: object) -> str:
    """Make text inert in Markdown: one line, every character that could act with a backslash."""
    line = " ".join(str(text).split())
    printable = "".join(c if c.isprintable() else "?" for c in line)
    return _SPECIAL.sub(r"\\\1", printable)


def _verdict(audit: Audit) -> str:
    rows = [[one.area, one.verdict, " ".join(one.reasons)] for one in _judged(audit)]
    table = _table(["what an attacker could gain", "verdict", "why"], rows)
    parts = [f"**{VERDICTS[audit.verdict]}**", _bullets(audit.reasons), table if rows else ""]
    return _section("Verdict", "\n\n".join(part for part in parts if part))


def _judged(audit: Audit) -> list[AreaVerdict]:
    """Return areas, and whether the model file itself may leave."""
    if audit.model is not None:
        return [*audit.areas, audit.model]
    if not audit.areas:
        return []
    reasons = ["It was not attacked, and may betray more than the artificial panel does."]
    return [*audit.areas, AreaVerdict(area="the model file", verdict="unknown", reasons=reasons)]


def _facts(audit: Audit, facts: Mapping[str, str]) -> str:
    sizes = audit.sizes
    rows = [[label, text] for label, text in facts.items()]
    if "Model" in facts and "Guarantee" not in facts:
        rows.append(["Guarantee", NO_GUARANTEE])
    rows += [
        ["People attacked (train)", f"{sizes.train:,}"],
        ["People no model saw (holdout)", f"{sizes.holdout:,}"],
        ["Artificial people", f"{sizes.artificial:,}"],
        ["Sites compared", f"{sizes.sites:,}"],
        ["Audited by", f"imaginome {audit.version}, seed {audit.seed}"],
    ]
    return _table(["fact", "value"], rows)


def _quality(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "Not measured."
    rows = [
        [measure.name, _estimate(measure.artificial), _estimate(measure.ceiling), measure.unit]
        for metric in evaluation.metrics
        for measure in metric.measures
        if measure.key
    ]
    explained = (
        "Each measure compares the artificial panel with people whom no model saw; the ceiling "
        "is the same measure for real train people. 95% intervals in parentheses."
    )
    skipped = _bullets(
        f"{m.name} was not computed: {m.skipped}" for m in evaluation.metrics if m.skipped
    )
    parts = [explained, _table(["measure", "artificial", "ceiling", "unit"], rows), skipped]
    return "\n\n".join(part for part in parts if part)


def _power(audit: Audit) -> str:
    power = audit.power
    if power is None:
        return "Not shown: nothing that was not found may count as absent."
    if not power.detections:
        return _bullets(power.notes)
    carriers = _table(
        ["planted leak", "people who carry it", "what it is"],
        [[_leak(leak), f"{leak.planted:,}", leak.description] for leak in power.leaks],
    )
    parts = [
        "Known leaks were planted into real people whom no model saw, and each attack was asked "
        "to find them; the first column are the same people without a leak.",
        _table(["attack", "nobody's", *(leak.id for leak in power.leaks)], _found(power)),
        carriers,
        _bullets(power.notes),
    ]
    return "\n\n".join(parts)


def _leak(leak: Leak) -> str:
    return f"{leak.id} ({leak.name}{', may be missed' if leak.weakest else ''})"


def _found(power: Power) -> list[list[str]]:
    """Return a row an attack: what it says of safe people and of each leak."""
    detections = {(d.attack, d.leak): d for d in power.detections}
    return [
        [
            safe.attack,
            "FALSE ALARM" if safe.found else "quiet",
            *(_told(detections[safe.attack, leak.id]) for leak in power.leaks),
        ]
        for safe in power.safe
    ]


def _told(detection: Detection) -> str:
    return f"{'found' if detection.found else 'no'}: {_estimate(detection.strength)}"


def _attacks(audit: Audit) -> str:
    if not audit.attacks:
        return "None was run."
    return "\n\n".join(_attack(attack, audit.power) for attack in audit.attacks)


def _attack(attack: AttackResult, power: Power | None) -> str:
    rows = [
        [
            finding.name,
            _estimate(finding.strength),
            _number(finding.baseline),
            _estimate(finding.control),
            finding.status,
            finding.reason,
        ]
        for finding in attack.findings
    ]
    columns = ["finding", "strength", "guessing", "control (holdout)", "status", "reason"]
    parts = [
        f"### {escape(attack.name)}",
        escape(attack.description),
        _bullets(_standing(attack, power)),
        _table(columns, rows),
        _bullets(attack.notes),
    ]
    return "\n\n".join(part for part in parts if part)


def _standing(attack: AttackResult, power: Power | None) -> list[str]:
    """Say what the attacker gains and has, which planted leaks it finds, and whom it names."""
    lines = [f"What it would gain: {attack.area}. The attacker has {ACCESS[attack.access]}."]
    if power is not None and attack.access == "panel" and power.detections:
        leaks = [d.leak for d in power.detections if d.attack == attack.attack and d.found]
        lines.append(f"Of the leaks planted here it finds: {', '.join(leaks) or 'none'}.")
    named = sum(record.flagged for record in attack.records)
    if named:
        lines.append(f"It names {named} artificial records as risky; audit.json lists them.")
    return lines


def _notes(evaluation: Evaluation | None, audit: Audit) -> list[str]:
    return [*(evaluation.notes if evaluation else []), *audit.notes]


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)


def _table(columns: list[str], rows: list[list[str]]) -> str:
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    body = "\n".join(f"| {' | '.join(escape(cell) for cell in row)} |" for row in rows)
    return f"{head}\n{body}"


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none"
    if estimate.value is None:
        return "not computed"
    if estimate.low is None or estimate.high is None:
        return _number(estimate.value)
    return f"{_number(estimate.value)} ({_number(estimate.low)} to {_number(estimate.high)})"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
