"""The whole audit of generators and released sets, each in a process of its own, and kept."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.attacks.trials import Ground
from benchmarks.shared.kept import Kept, identity_of, read_kept
from benchmarks.shared.points import Fitted, Published
from imaginome.formats import ReadOptions, learnable, read_panel
from imaginome.metrics.comparison import Comparison
from imaginome.outputs import write_text
from imaginome.panel.split import split
from imaginome.privacy.audit import audit
from imaginome.progress import Progress
from imaginome.randomness import child_seed
from imaginome.results import Audit
from imaginome.runs.evidence import with_evidence
from imaginome.runs.fitting import create, fit

HALF = 0.5


class Audited(Kept):
    """The audit of one artificial panel.

    Attributes
    ----------
    kind
        ``model``: fitted to the train half; ``published``: made by others, from everyone.
    identity
        Everything that decides it: a kept audit counts only under the same.
    """

    name: str
    kind: str
    identity: dict[str, Any]
    audit: Audit


@dataclass(frozen=True)
class Bench:
    """The panel on which artificial panels are audited: half is train.

    Attributes
    ----------
    attacks
        Ids of those to run; all when empty, as for a verdict that can pass.
    """

    ground: Ground
    seed: int
    device: str
    attacks: tuple[str, ...] = ()

    def audited(self, point: Fitted | Published, progress: Progress) -> Audited:
        """Return the audit of a point: the kept one, or made now."""
        kept = self._file(point)
        identity = self._identity(point)
        result = read_kept(Audited, kept, identity)
        if result is None:
            progress.note(f"audit of {point.name}: begins")
            # A process of its own: its peak of memory is that of one audit.
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                made = pool.submit(_audit, self, point).result()
            result = Audited(name=point.name, kind=point.kind, identity=identity, audit=made)
            write_text(kept, result.model_dump_json(indent=1) + "\n", force=True)
        return result

    def forget(self, point: Fitted | Published) -> None:
        """Remove what is kept of a point."""
        self._file(point).unlink(missing_ok=True)

    def _file(self, point: Fitted | Published) -> Path:
        return self.ground.folder / "audits" / f"{point.slug}-seed{self.seed}.json"

    def _identity(self, point: Fitted | Published) -> dict[str, Any]:
        return identity_of(self.ground.panel, self.ground.options) | {
            "seed": self.seed,
            "device": self.device,
            "attacks": list(self.attacks),
            "recipe": point.recipe,
        }


def _audit(bench: Bench, point: Fitted | Published) -> Audit:
    """Fit, draw and audit, in a process of its own."""
    ground = bench.ground
    panel = learnable(read_panel(ground.panel, ground.options), ground.options)
    train, holdout = split(panel, HALF, bench.seed)
    seed, threads = bench.seed, ground.threads
    if isinstance(point, Published):
        made = read_panel(str(point.file), ReadOptions(legend=point.legend))
        compared = Comparison.of(train, holdout, made, seed=seed, threads=threads)
        return audit(compared, only=bench.attacks)
    model = create(point.model, point.settings)
    model = fit(model, train, seed=seed, threads=threads, device=bench.device)
    n = train.n_individuals
    made = model.sample(n, child_seed(seed, "generate"), threads=threads)
    compared = Comparison.of(train, holdout, made, seed=seed, threads=threads)
    return audit(with_evidence(compared, model), only=bench.attacks)
