"""The audit: all attacks on an artificial panel, and their verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence

from imaginome import __version__
from imaginome.metrics.comparison import Comparison
from imaginome.privacy._parts import people_seen
from imaginome.privacy.policy import Policy
from imaginome.privacy.registry import attacks
from imaginome.progress import SILENT, Progress
from imaginome.provenance import peak_memory_mb
from imaginome.results import AttackResult, Audit, Finding, Status

NOT_TESTED = (
    "Rare-variant carry-over: alleles seen in one or two train members only",
    "Frequency attack: membership from allele frequencies of the artificial panel alone",
    "Likelihood-ratio attacks with densities fitted to the artificial panel, shadow models",
    "Attribute inference, singling out and linkability (opinion WP29 05/2014)",
    "One-run audit with canaries: a lower bound on epsilon",
    "Risk of each record and of small populations",
    "Attacks by someone who has the model and not only the artificial panel",
    "Power of the attacks above on this very panel, by planting known leaks",
)

NOTES = (
    "Similarity is no proof: that these attacks find nothing does not mean that there is nothing "
    "to find.",
    "Synthetic is not anonymous: whether an artificial panel may be released is a decision about "
    "people and law, which an audit informs and does not make.",
)


def audit(
    comparison: Comparison,
    policy: Policy | None = None,
    *,
    only: Sequence[str] = (),
    progress: Progress = SILENT,
) -> Audit:
    """Run attacks on the artificial panel and judge what they find.

    Parameters
    ----------
    comparison
        The three panels, whole; each attack says whom of them it sees, and the notes repeat it.
    policy
        Thresholds; the defaults of `Policy` when None.
    only
        Ids of the attacks to run; all when empty. Attacks left out are listed as not tested.
    progress
        Who is told how far it is.

    Raises
    ------
    UnknownIdError
        When an id in `only` is not registered.
    """
    started = time.perf_counter()
    policy = policy or Policy()
    chosen = list(only) or attacks.ids()
    absent = _absent(comparison, chosen)
    chosen = [attack_id for attack_id in chosen if attack_id not in absent]
    results = _run(comparison, policy, chosen, progress)
    verdict, reasons = judge_all([result for result in results if result.access == "panel"])
    left_out = [
        f"Attack '{other}': {absent.get(other, 'not asked for')}"
        for other in attacks.ids()
        if other not in chosen
    ]
    return Audit(
        version=__version__,
        seed=comparison.seed,
        sizes=comparison.sizes(),
        attacks=results,
        verdict=verdict,
        reasons=reasons,
        not_tested=[*left_out, *NOT_TESTED],
        notes=[*_reductions(comparison, chosen), *_policy_notes(policy), *NOTES],
        seconds=round(time.perf_counter() - started, 2),
        peak_memory_mb=peak_memory_mb(),
    )


def _absent(comparison: Comparison, chosen: Sequence[str]) -> dict[str, str]:
    """Return, for each attack that cannot be run here, the reason."""
    reasons = {attack_id: attacks.get(attack_id)().missing(comparison) for attack_id in chosen}
    return {attack_id: reason for attack_id, reason in reasons.items() if reason}


def _run(
    comparison: Comparison, policy: Policy, chosen: Sequence[str], progress: Progress
) -> list[AttackResult]:
    kinds = [attacks.get(attack_id) for attack_id in chosen]
    results = []
    with progress.task("audit", len(kinds)) as task:
        for kind in kinds:
            since = time.perf_counter()
            result = kind().run(comparison, policy)
            seconds = round(time.perf_counter() - since, 2)
            results.append(result.model_copy(update={"seconds": seconds}))
            task.advance()
    return results


def judge_all(results: Sequence[AttackResult]) -> tuple[Status, list[str]]:
    """Return the worst status among all findings, and the reasons for it in words.

    A finding that could not be judged, or has no power here, carries no pass: when that is so
    for more than half of the key findings (of all, where none is key), the verdict is
    ``unknown``.

    Returns
    -------
    tuple
        The verdict, and one sentence for each finding that bears it; for a pass one for each
        key finding.
    """
    findings = [finding for result in results for finding in result.findings]
    grave: tuple[Status, ...] = ("fail", "caution")
    for status in grave:
        if any(finding.status == status for finding in findings):
            shown = grave if status == "fail" else (status,)
            return status, [_sentence(f) for s in shown for f in findings if f.status == s]
    key = [finding for finding in findings if finding.key] or findings
    decided = [finding for finding in key if finding.status == "pass"]
    if 2 * len(decided) < len(key) or not decided:
        found = [_sentence(f) for f in key if f.status == "unknown"]
        return "unknown", ["Too few findings could be judged for a verdict.", *found]
    return "pass", [_sentence(finding) for finding in key]


def _sentence(finding: Finding) -> str:
    return f"{finding.name}: {finding.status}; {finding.reason}."


def _reductions(comparison: Comparison, chosen: Sequence[str]) -> list[str]:
    """Say which attacks saw everyone, and how many people the others looked at."""
    was = comparison.sizes().model_dump(exclude={"sites"})
    kinds = [attacks.get(one) for one in chosen]
    everyone, notes = [], []
    for sees, now in _seen(comparison).items():
        names = [kind.name.lower() for kind in kinds if kind.sees == sees]
        drawn = [f"{n} of {was[who]} {who}" for who, n in now.items() if n != was[who]]
        if names and drawn:
            notes.append(
                f"Individuals drawn at random, {', '.join(drawn)}, to compare equal numbers in: "
                f"{', '.join(names)}. These did not look at the others"
            )
        elif names:
            everyone += names
    if everyone:
        notes.insert(0, f"Everyone in all three panels was looked at in: {', '.join(everyone)}")
    return notes


def _seen(comparison: Comparison) -> dict[str, dict[str, int]]:
    """Return how many individuals of each panel attacks of each kind see."""
    sizes = comparison.sizes().model_dump(exclude={"sites"})
    least = min(sizes.values())
    parts = {
        "train": people_seen(comparison),
        "holdout": min(sizes["train"], sizes["holdout"]),
    }
    return {
        "everyone": sizes,
        "parts": sizes | parts,
        "balanced": dict.fromkeys(sizes, least),
    }


def _policy_notes(policy: Policy) -> list[str]:
    """Name thresholds that are not the defaults."""
    default = Policy().model_dump()
    changed = {k: v for k, v in policy.model_dump().items() if v != default[k]}
    if not changed:
        return []
    listed = ", ".join(f"{k} = {v:g} (default {default[k]:g})" for k, v in changed.items())
    return [f"Thresholds changed from the defaults: {listed}."]
