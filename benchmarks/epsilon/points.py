"""One point of the curve: a private fit at one epsilon, judged by people whom it never saw.

What is found is kept, as is the whole audit of a fit: what attacks find where there is a promise.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from imaginome.arrays import Indices
from imaginome.dp.guarantee import DELTA, Guarantee
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.models.base import Generator
from imaginome.models.registry import models
from imaginome.models.shared.fitting import panel_digest
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.privacy.audit import audit
from imaginome.progress import Progress
from imaginome.results import Audit
from imaginome.runs.evidence import with_evidence
from imaginome.runs.fitting import create, fit

EPSILONS = (0.5, 1.0, 3.0, 8.0, math.inf)
MIDDLE = 3.0
"""The epsilon at which generators are compared that are too slow for all, and audited."""
METRICS = ("frequency", "linkage", "structure")
MEASURES = {
    "frequency.mae": "frequency error",
    "linkage.mae": "LD r2 error",
    "structure.sliced": "structure (sliced W1)",
}
REPLICATES = 0
"""Only values are kept, no intervals."""


@dataclass(frozen=True)
class Case:
    """What is fitted: a generator (with settings after a colon) at an epsilon, with a seed.

    `epsilon` None is a fit without any guarantee.
    """

    model: str
    epsilon: float | None
    seed: int

    def name(self) -> str:
        """Return a name for a file."""
        plain = self.model.replace(":", "-").replace("=", "-").replace(",", "-")
        return f"{plain}-{'plain' if self.epsilon is None else f'{self.epsilon:g}'}-{self.seed}"


UNLINKED = Case("independent:by_population=no", None, 1)
"""Allele frequencies without noise and nothing else: what no linkage at all looks like."""


@dataclass(frozen=True)
class Score:
    """What a point found: measures, their ceilings, and seconds of the fit."""

    measures: dict[str, float]
    ceilings: dict[str, float]
    seconds: float


def private_models() -> list[str]:
    """Return the ids of all generators that can be fitted with a guarantee."""
    return [kind.id for kind in models if "private" in kind.capabilities]


def cases(
    chosen: Sequence[str], epsilons: Sequence[float], seeds: int, slow: Sequence[str] = ()
) -> Iterator[Case]:
    """Yield every case: with each epsilon, and without a guarantee; `slow` models at MIDDLE."""
    for model in chosen:
        for epsilon in (MIDDLE,) if model in slow else (*epsilons, None):
            for seed in range(1, 2 if model in slow else seeds + 1):
                yield Case(model, epsilon, seed)


def kept(case: Case, train: Panel, holdout: Panel, folder: Path, progress: Progress) -> Score:
    """Return the score of a case; one that was found before on the same people is read again."""
    path = folder / f"{case.name()}-{identity(train, holdout)}.json"
    if path.is_file():
        return Score(**json.loads(path.read_text(encoding="utf-8")))
    score = measured(case, train, holdout)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(asdict(score)) + "\n", force=True)
    near = ", ".join(f"{name} {value:.4f}" for name, value in score.measures.items())
    progress.note(f"{train.n_individuals} people, {case.name()}: {near}")
    return score


def identity(train: Panel, holdout: Panel) -> str:
    """Return what tells the people of a case from others, for names of files."""
    return "-".join(panel_digest(panel, {"metrics": METRICS})[:16] for panel in (train, holdout))


def fitted(case: Case, train: Panel) -> tuple[Generator[Any], float]:
    """Fit the generator of a case; return it with the seconds that it took."""
    model_id, _, settings = case.model.partition(":")
    generator = create(model_id, [word for word in settings.split(",") if word])
    promise = None if case.epsilon is None else Guarantee(case.epsilon, DELTA)
    since = time.perf_counter()
    fit(generator, train, seed=case.seed, threads=2, device="cpu", guarantee=promise)
    return generator, time.perf_counter() - since


def measured(case: Case, train: Panel, holdout: Panel) -> Score:
    """Fit, draw as many people as the holdout has, and compare.

    The ceiling compares as many people of train with the holdout.
    """
    generator, seconds = fitted(case, train)
    size = min(train.n_individuals, holdout.n_individuals)
    made = generator.sample(size, case.seed)
    real = train.take_individuals(spread(train.n_individuals, size))
    comparison = Comparison.of(
        real, holdout, made, seed=case.seed, threads=2, replicates=REPLICATES
    )
    evaluation = evaluate(comparison, only=METRICS)
    pairs = {
        measure.id: (measure.artificial.value, measure.ceiling.value)
        for metric in evaluation.metrics
        for measure in metric.measures
        if measure.id in MEASURES
    }
    known = {name: pair for name, pair in pairs.items() if None not in pair}
    return Score(
        {name: float(value or 0) for name, (value, _) in known.items()},
        {name: float(ceiling or 0) for name, (_, ceiling) in known.items()},
        round(seconds, 2),
    )


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


def spread(n: int, size: int) -> Indices:
    """Return `size` of `n` individuals, evenly spread."""
    return np.linspace(0, n - 1, size).round().astype(np.intp)
