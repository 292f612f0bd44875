"""What attacks find as a page of the docs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.attacks.audits import Audited
from benchmarks.attacks.trials import Trial
from benchmarks.shared.page import table
from imaginome.privacy.leaks.registry import leaks
from imaginome.privacy.registry import attacks
from imaginome.results import GRAVE, Estimate

METHOD = """\
Known leaks are planted into real people, and every attack is asked to find them. The panel is
divided into thirds by individual, populations in proportion: {train:,} train people, {holdout:,}
holdout people, and {artificial:,} people who are in neither and in whom leaks are planted
({sites:,} sites). A leak is *found* when a finding asks for caution or fails under the default
policy. In the cells: what was found, and the most telling finding with its 95% interval."""

SAFE_TEXT = """\
The same attacks on the third part as it is: real people who are in no other panel. Whatever is
found here is a false alarm. Each seed divides the panel anew."""

AUDITS_TEXT = """\
The whole audit on half of the panel as train and half as holdout, with leaks planted into half of
the holdout to show power. Published sets were made from everyone, train and holdout alike: what
they hold of the holdout cannot be told from what they hold of train, so that their verdicts are
too mild. Time and memory are those of a process that reads, fits, draws and audits; seconds of the
audit alone."""


@dataclass(frozen=True)
class Tried:
    """Everything that was measured on one panel."""

    panel: str
    command: str
    machine: str
    planted: tuple[Trial, ...]
    safe: tuple[Trial, ...]
    audits: tuple[Audited, ...]


def page(tried: Tried) -> str:
    """Return the page of one panel."""
    lines = [f"# What attacks find on {tried.panel}", ""]
    lines += [METHOD.format(**tried.safe[0].sizes.model_dump()), "", f"`{tried.command}`", ""]
    lines += [f"Measured on {tried.machine}.", ""]
    lines += ["## Attack by planted leak", "", *_planted(tried.planted)]
    lines += ["## People whom nobody saw", "", SAFE_TEXT, "", *_safe(tried.safe)]
    if tried.audits:
        lines += ["## Verdicts", "", AUDITS_TEXT, "", *_audits(tried.audits)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _planted(trials: Sequence[Trial]) -> list[str]:
    """Return the table of attacks and leaks, and which leaks nobody finds."""
    by = {(trial.attack, trial.leak): trial for trial in trials}
    leak_ids = sorted({trial.leak for trial in trials})
    rows = [
        [f"`{attack}`", *(_cell(by.get((attack, leak))) for leak in leak_ids)]
        for attack in sorted({trial.attack for trial in trials})
    ]
    carried = {trial.leak: trial.planted for trial in trials}
    head = ["attack", *(f"{leak} ({carried[leak]:,} people)" for leak in leak_ids)]
    return [*table(head, rows), *_legend(leak_ids), "", _unfound(trials), ""]


def _legend(leak_ids: Sequence[str]) -> list[str]:
    kinds = [leaks.get(leak) for leak in leak_ids]
    return [
        f"- **{kind.id}**: {kind.description}{' The weakest.' if kind.weakest else ''}"
        for kind in kinds
    ]


def _unfound(trials: Sequence[Trial]) -> str:
    detected = {trial.leak for trial in trials if trial.found}
    missed = sorted({trial.leak for trial in trials} - detected)
    if not missed:
        return "Every leak is found by some attack."
    return f"**Found by no attack: {', '.join(missed)}.**"


def _cell(trial: Trial | None) -> str:
    if trial is None:
        return "-"
    if trial.missing:
        return "not run"
    best = trial.telling
    if best is None:
        return "nothing"
    word = f"**{best.status}**" if trial.found else {"unknown": "?"}.get(best.status, "no")
    return f"{word}: {estimate(best.strength)}"


def estimate(strength: Estimate) -> str:
    """Return a value with its interval, short."""
    if strength.value is None:
        return "none"
    if strength.low is None or strength.high is None:
        return f"{strength.value:.3g}"
    return f"{strength.value:.3g} ({strength.low:.3g} to {strength.high:.3g})"


def _safe(trials: Sequence[Trial]) -> list[str]:
    """Return a row an attack, and one for all of them together."""
    seeds = sorted({trial.seed for trial in trials})
    rows = []
    for attack in sorted({trial.attack for trial in trials}):
        mine = [trial for trial in trials if trial.attack == attack]
        seconds = float(np.mean([trial.seconds for trial in mine]))
        rows.append([f"`{attack}`", _quiet(mine, len(seeds)), _alarms(mine), f"{seconds:.1f}"])
    alarmed = {trial.seed for trial in trials if trial.found}
    rows.append(["**all**", f"**{len(seeds) - len(alarmed)} of {len(seeds)}**", "", ""])
    return table(["attack", "seeds without alarm", "alarms", "seconds"], rows)


def _quiet(trials: Sequence[Trial], n: int) -> str:
    if all(trial.missing for trial in trials):
        return "not run"
    if all(f.status == "unknown" for trial in trials for f in trial.findings):
        return "could not be judged"
    return f"{n - sum(trial.found for trial in trials)} of {n}"


def _alarms(trials: Sequence[Trial]) -> str:
    """Name findings that were raised, with their seeds."""
    raised = [
        f"{finding.id} {estimate(finding.strength)}, seed {trial.seed}, {finding.status}"
        for trial in trials
        for finding in trial.findings
        if finding.status in GRAVE
    ]
    return "; ".join(raised)


def _audits(audits: Sequence[Audited]) -> list[str]:
    areas = [one.area for one in audits[0].audit.areas]
    head = ["people", "verdict", *areas, "model file", "power: found", "audit s", "peak MiB"]
    return [*table(head, [_verdicts(one, areas) for one in audits]), *_reasons(audits)]


def _verdicts(one: Audited, areas: Sequence[str]) -> list[str]:
    made = one.audit
    by_area = {area.area: area.verdict for area in made.areas}
    name = f"`{one.name}`" if one.kind == "model" else f"{one.name} (published)"
    return [
        name,
        f"**{made.verdict}**",
        *(by_area.get(area, "-") for area in areas),
        made.model.verdict if made.model else "not attacked",
        _power(one),
        f"{made.seconds:.0f}",
        f"{made.peak_memory_mb:,.0f}",
    ]


def _power(one: Audited) -> str:
    power = one.audit.power
    if power is None or not power.leaks:
        return "not shown"
    detected = {d.leak for d in power.detections if d.found}
    return f"{len(detected)} of {len(power.leaks)} leaks"


def _reasons(audits: Sequence[Audited]) -> list[str]:
    lines = ["Why:", ""]
    for one in audits:
        lines += [f"- {one.name}: {' '.join(one.audit.reasons[:4])}"]
    return [*lines, ""]


def registered() -> list[str]:
    """Return ids of the attacks that need no model."""
    return [kind.id for kind in attacks if kind.access == "panel"]
