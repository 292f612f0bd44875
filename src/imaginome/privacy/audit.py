"""The audit: all attacks on an artificial panel, and their verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence

from imaginome import __version__
from imaginome.metrics.comparison import Comparison
from imaginome.privacy.base import Attack
from imaginome.privacy.policy import Policy
from imaginome.privacy.power import demonstrated_power
from imaginome.privacy.registry import attacks
from imaginome.privacy.scores.parts import people_seen
from imaginome.privacy.verdict import judge_areas, judge_model, judge_panel, with_power
from imaginome.progress import SILENT, Progress
from imaginome.provenance import peak_memory_mb
from imaginome.results import AttackResult, Audit

NEVER_TESTED = (
    "Shadow models: the same generator fitted many times with and without a person",
    "Kin of train members who are in no panel, and records of theirs elsewhere",
    "Several releases made from the same people, put together",
    "Attackers who know more than genomes: traits, places, names",
    "Attacks that nobody has thought of yet",
)
NO_HOLDOUT = "it needs people whom no model saw, and no holdout was given"
BLIND = (
    "No holdout was given: nobody can tell what the model kept of its people from what is true "
    "of anyone."
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
    power: bool = True,
    progress: Progress = SILENT,
) -> Audit:
    """Run attacks on the artificial panel, show what they would find here, and judge.

    Parameters
    ----------
    comparison
        The three panels, whole; each attack says whom of them it sees, and the notes repeat it.
        Without a holdout (`Comparison.without_holdout`) few attacks can be run.
    policy
        Thresholds; the defaults of `Policy` when None.
    only
        Ids of the attacks to run; all when empty. Attacks left out are listed as not tested.
    power
        Whether to plant known leaks and tell which attacks find them. Without it, and without
        a holdout, no verdict is a pass.
    progress
        Who is told how far it is.

    Raises
    ------
    UnknownIdError
        When an id in `only` is not registered.
    """
    started = time.perf_counter()
    policy = policy or Policy()
    chosen = attacks.chosen(only)
    absent = _absent(comparison, chosen)
    kinds = [kind for kind in chosen if kind.id not in absent]
    outcomes = _run(comparison, policy, kinds, progress)
    shown = None
    if power and comparison.holdout.n_individuals:
        shown = demonstrated_power(comparison, kinds, policy, progress)
    results = with_power(outcomes, shown)
    areas = judge_areas(results, shown)
    verdict, reasons = judge_panel(areas, shown)
    if comparison.holdout.n_individuals == 0:
        reasons = [*reasons, BLIND] if verdict == "fail" else [BLIND, *reasons]
    return Audit(
        version=__version__,
        seed=comparison.seed,
        sizes=comparison.sizes(),
        attacks=results,
        verdict=verdict,
        reasons=reasons,
        areas=areas,
        model=judge_model(results),
        power=shown,
        not_tested=[*_left_out(kinds, absent), *attacks.problems(), *NEVER_TESTED],
        notes=[*_reductions(comparison, kinds), *_policy_notes(policy), *NOTES],
        seconds=round(time.perf_counter() - started, 2),
        peak_memory_mb=peak_memory_mb(),
    )


def _absent(comparison: Comparison, chosen: Sequence[type[Attack]]) -> dict[str, str]:
    """Return, for each attack that cannot be run here, the reason."""
    reasons = {}
    for kind in chosen:
        alone = kind.needs_holdout and comparison.holdout.n_individuals == 0
        reasons[kind.id] = NO_HOLDOUT if alone else kind().missing(comparison)
    return {attack_id: reason for attack_id, reason in reasons.items() if reason}


def _left_out(kinds: Sequence[type[Attack]], absent: dict[str, str]) -> list[str]:
    """Name registered attacks that were not run, each with the reason."""
    run = {kind.id for kind in kinds}
    others = [kind for kind in attacks if kind.id not in run]
    return [f"{kind.name} ({kind.id}): {absent.get(kind.id, 'not asked for')}" for kind in others]


def _run(
    comparison: Comparison, policy: Policy, kinds: Sequence[type[Attack]], progress: Progress
) -> list[AttackResult]:
    results = []
    with progress.task("audit", len(kinds)) as task:
        for kind in kinds:
            since = time.perf_counter()
            result = kind().run(comparison, policy)
            seconds = round(time.perf_counter() - since, 2)
            entries = [citation.bibtex() for citation in kind.citations]
            told = {"bibtex": entries, "seconds": seconds}
            results.append(result.model_copy(update=told))
            task.advance()
    return results


def _reductions(comparison: Comparison, kinds: Sequence[type[Attack]]) -> list[str]:
    """Say which attacks saw everyone, and how many people the others looked at."""
    was = comparison.sizes().model_dump(exclude={"sites"})
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
