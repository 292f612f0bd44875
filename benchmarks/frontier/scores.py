"""What is measured of a point at one seed, kept in a small file so that it is measured once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.shared.kept import Kept, identity_of, read_kept
from benchmarks.shared.page import machine
from benchmarks.shared.points import Kind, Making, Point
from imaginome.errors import ComparisonError
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.metrics.evaluate import evaluate
from imaginome.outputs import write_text
from imaginome.panel import Panel
from imaginome.panel.split import split
from imaginome.privacy.audit import audit
from imaginome.progress import Progress
from imaginome.results import Audit, Evaluation

METRICS = ("classifier", "linkage")
ATTACKS = ("privacy-loss", "segments")
WANTED = (
    "classifier.trees",
    "classifier.network",
    "linkage.mae",
    "segments.longest",
    "segments.sitewise",
    "privacy-loss.loss",
)
REPLICATES = 4
"""Only values are read, not their intervals: the spread over seeds stands in their place."""


class Score(Kept):
    """One point at one seed.

    Attributes
    ----------
    identity
        Everything that decides the values: a kept score counts only under the same.
    values, ceiling
        By id of the measure or finding (`WANTED`); the ceiling has measures only.
    individuals
        People in train.
    seconds
        By stage: fit, draw, judge.
    machine
        On what, and on which day.
    """

    name: str
    kind: Kind
    length: float | None
    seed: int
    identity: dict[str, Any]
    values: dict[str, float]
    ceiling: dict[str, float]
    individuals: int
    sites: int
    seconds: dict[str, float]
    machine: str


@dataclass(frozen=True)
class Bench:
    """The panel on which all points are measured, and how.

    Attributes
    ----------
    panel, options
        The real panel and how it is read.
    holdout
        Share of individuals that no model sees.
    individuals
        How many artificial people; None makes as many as are in train.
    folder
        Where scores are kept.
    """

    panel: Path
    options: ReadOptions
    folder: Path
    holdout: float = 0.5
    individuals: int | None = None
    threads: int = 1
    device: str = "auto"

    def score(self, point: Point, seed: int, progress: Progress) -> Score:
        """Return the score of a point at one seed: the kept one, or measured now."""
        kept, checkpoint = self._files(point, seed)
        identity = self._identity(point, seed)
        earlier = read_kept(Score, kept, identity)
        title = f"{point.name}, seed {seed}"
        if earlier is not None:
            progress.note(f"{title}: kept")
            return earlier
        progress.note(f"{title}: begins")
        making = Making(self.individuals, self.threads, self.device, checkpoint, progress)
        score = self._measured(point, seed, making, identity)
        write_text(kept, score.model_dump_json(indent=1) + "\n", force=True)
        checkpoint.unlink(missing_ok=True)
        return score

    def forget(self, point: Point, seed: int) -> None:
        """Remove what is kept of a point at one seed."""
        for file in self._files(point, seed):
            file.unlink(missing_ok=True)

    def _files(self, point: Point, seed: int) -> tuple[Path, Path]:
        """Return where the score and the checkpoint of its fit are kept."""
        kept = self.folder / "points" / f"{point.slug}-seed{seed}.json"
        return kept, kept.with_suffix(".checkpoint.safetensors")

    def _measured(self, point: Point, seed: int, making: Making, identity: dict[str, Any]) -> Score:
        digest = identity["panel"]
        train, holdout = _halves(self.panel, digest, self.options, self.holdout, seed)
        made = point.make(train, seed, making)
        since = time.perf_counter()
        compared = Comparison.of(
            train, holdout, made.panel, seed=seed, threads=self.threads, replicates=REPLICATES
        )
        evaluation = evaluate(compared, only=METRICS, progress=making.progress)
        attacked = audit(compared, only=ATTACKS, power=False, progress=making.progress)
        values, ceiling = numbers(evaluation, attacked)
        return Score(
            name=point.name,
            kind=point.kind,
            length=point.length,
            seed=seed,
            identity=identity,
            values=values,
            ceiling=ceiling,
            individuals=train.n_individuals,
            sites=compared.holdout.n_sites,
            seconds=made.seconds | {"judge": round(time.perf_counter() - since, 1)},
            machine=machine(),
        )

    def _identity(self, point: Point, seed: int) -> dict[str, Any]:
        return identity_of(self.panel, self.options) | {
            "holdout": self.holdout,
            "individuals": self.individuals,
            "device": self.device,
            "seed": seed,
            "recipe": point.recipe,
        }


@lru_cache(maxsize=1)
def _halves(
    panel: Path, digest: str, options: ReadOptions, holdout: float, seed: int
) -> tuple[Panel, Panel]:
    """Read the panel and divide it as a run with this seed does; `digest` is of its content."""
    return split(learnable(read_panel(panel, options), options), holdout, seed)


def numbers(evaluation: Evaluation, attacked: Audit) -> tuple[dict[str, float], dict[str, float]]:
    """Return the values of the measures and findings in `WANTED`, and the ceilings of measures.

    Raises
    ------
    ComparisonError
        When one could not be computed.
    """
    values: dict[str, float | None] = {}
    ceiling: dict[str, float | None] = {}
    for measure in (m for metric in evaluation.metrics for m in metric.measures):
        values[measure.id] = measure.artificial.value
        ceiling[measure.id] = measure.ceiling.value
    for finding in (f for attack in attacked.attacks for f in attack.findings):
        values[finding.id] = finding.strength.value
    return _known(values, WANTED), _known(ceiling, [one for one in WANTED if one in ceiling])


def _known(values: dict[str, float | None], wanted: Iterable[str]) -> dict[str, float]:
    known = {one: value for one in wanted if (value := values.get(one)) is not None}
    missing = [one for one in wanted if one not in known]
    if missing:
        raise ComparisonError(
            f"{missing[0]} could not be computed", "the frontier needs a panel of more people"
        )
    return known
