"""The whole audit of a private fit, kept: what attacks find where there is a promise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from benchmarks._attacks_page import table
from benchmarks._epsilon_points import Case, fitted, identity
from benchmarks._epsilon_result import told
from imaginome.metrics.comparison import Comparison
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.privacy.audit import audit
from imaginome.progress import Progress
from imaginome.results import Audit
from imaginome.runs.evidence import with_evidence

Audits = Mapping[Case, Audit]


def kept_audit(case: Case, train: Panel, holdout: Panel, folder: Path, progress: Progress) -> Audit:
    """Return the audit of a case; one that was made before on the same people is read again."""
    path = folder / f"audit-{case.name()}-{identity(train, holdout)}.json"
    try:
        return Audit.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        progress.note(f"audit of {case.name()}: begins")
    result = audited(case, train, holdout)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, result.model_dump_json(indent=1) + "\n", force=True)
    progress.note(f"audit of {case.name()}: {result.verdict}")
    return result


def audited(case: Case, train: Panel, holdout: Panel) -> Audit:
    """Fit, draw as many people as train has, and run every attack, with the model file too."""
    model, _ = fitted(case, train)
    made = model.sample(train.n_individuals, case.seed)
    compared = Comparison.of(train, holdout, made, seed=case.seed, threads=2)
    return audit(with_evidence(compared, model))


def verdicts(audits: Audits) -> str:
    """Return the table of verdicts by area, and why some are no pass."""
    areas = [one.area for one in next(iter(audits.values())).areas]
    head = ["generator", "epsilon", "verdict", *areas, "model file"]
    rows = [
        [f"`{case.model}`", told(case.epsilon), *_row(one, areas)] for case, one in audits.items()
    ]
    why = [f"- `{case.model}`: {text}" for case, one in audits.items() for text in _why(one)]
    return "\n".join([*table(head, rows), *why]).rstrip()


def _why(one: Audit) -> list[str]:
    """Return the reasons of what is no pass."""
    parts = [*one.areas, *([one.model] if one.model else [])]
    return [text for part in parts if part.verdict != "pass" for text in part.reasons]


def _row(one: Audit, areas: list[str]) -> list[str]:
    by_area = {area.area: area.verdict for area in one.areas}
    return [
        f"**{one.verdict}**",
        *(by_area.get(area, "-") for area in areas),
        one.model.verdict if one.model else "not attacked",
    ]
